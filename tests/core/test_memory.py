"""What a process that serves keeps for good."""

import gc

import pytest

from dashboard.core.memory import settle


@pytest.fixture
def thawed():
    yield
    gc.unfreeze()


def test_what_is_settled_is_looked_at_no_more(thawed):
    gc.collect()  # what earlier tests left behind is no part of it
    looked_at = len(gc.get_objects())
    settle()
    assert gc.get_freeze_count() > 0.9 * looked_at
    assert len(gc.get_objects()) < 0.1 * looked_at
