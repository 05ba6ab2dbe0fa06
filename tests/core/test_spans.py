import pytest

from dashboard.core.spans import in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 s"),
        (45, "45 s"),
        (60, "1 min"),
        (90, "90 s"),
        (5400, "90 min"),
        (3600, "1 h"),
        (259_200, "72 h"),
    ],
)
def test_the_largest_unit_that_needs_no_fraction(seconds, words):
    assert in_words(seconds) == words
