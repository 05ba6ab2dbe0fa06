"""`flask stats verify` and `flask stats rebuild`."""

import pytest

from dashboard.campaigns.stats.cli import NAMED
from dashboard.campaigns.stats.counters import COUNTERS
from tests.factories import make_campaign, make_message
from tests.wallets.proofs.conftest import tamper


@pytest.fixture
def stats(app):
    return lambda *words: app.test_cli_runner().invoke(args=["stats", *words])


def test_each_table_has_its_tick(bakery, stats):
    answer = stats("verify")
    assert answer.exit_code == 0, answer.output
    assert answer.output.count("✓ ") == len(COUNTERS)
    assert answer.output.endswith("Every count is exact.\n")
    assert stats("rebuild").output.endswith("Every count was exact already.\n")


def test_what_differs_is_named_ends_with_1_and_is_mended(bakery, stats):
    for _ in range(NAMED):
        make_message(make_campaign(owner_id=bakery, name="[bold]x[/] %s :smile:"))
    tamper("UPDATE campaign_stat SET failed = 9 WHERE owner_id = :o", o=bakery)
    answer = stats("verify", "--owner", str(bakery))
    assert answer.exit_code == 1
    assert "✗ Messages and credits of each campaign" in answer.output
    assert "    Bakery, campaign 1 (Buns): failed is 9, counted 2.\n" in answer.output
    assert " ([bold]x[/] %s :smile:): failed is 9, counted 0.\n    And 1 more.\n" in answer.output
    assert "Error: 6 rows of counts are not what counting gives. `flask stats rebuild`" in answer.output

    answer = stats("rebuild", "--owner", str(bakery))
    assert answer.exit_code == 0, answer.output
    assert "    Bakery, campaign 1 (Buns): failed is 9, counted 2.\n" in answer.output
    assert answer.output.endswith("6 rows of counts were mended.\n")
    assert stats("verify").exit_code == 0


@pytest.mark.parametrize("word", ["verify", "rebuild"])
@pytest.mark.parametrize(
    ("owner", "sentence"),
    [("987", "Error: No owner has the number 987.\n"), ("9" * 20, "Invalid value for '--owner'")],
)
def test_no_such_owner(committed, stats, word, owner, sentence):
    answer = stats(word, "--owner", owner)
    assert answer.exit_code in (1, 2)
    assert sentence in answer.output
    assert "Traceback" not in answer.output
