"""The counts stay exact while receipts come in from all sides, repeated, late and out of order."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import text

from dashboard.campaigns.stats.commands import rebuild
from dashboard.core.db import db
from tests.campaigns.stats.conftest import found
from tests.factories import NOON, make_campaign, make_message, make_owner
from tests.wallets.proofs.conftest import tamper

# What a receipt does: no final state is overwritten, and none goes back to an earlier one. One that comes
# before the message is known as sent brings its time along.
APPLY = {
    "sent": """
        UPDATE campaign_message SET status = 'sent', sent_at = :at
        WHERE id = :id AND status = 'queued'
    """,
    "delivered": """
        UPDATE campaign_message SET status = 'delivered', sent_at = coalesce(sent_at, :at), delivered_at = :at
        WHERE id = :id AND status IN ('queued', 'sent')
    """,
    "failed": """
        UPDATE campaign_message SET status = 'failed', failed_at = :at, error_code = :code
        WHERE id = :id AND status IN ('queued', 'sent')
    """,
}
WRITERS, CAMPAIGNS, MESSAGES = 8, 3, 40


@contextmanager
def receipts_come_in(app) -> Iterator[Counter[str]]:
    """Eight writers apply receipts of 120 messages; afterwards the counter says how many had an effect."""
    owner = make_owner()
    ids = [
        make_message(campaign, status="queued", segments=1 + n % 3).id
        for campaign in [make_campaign(owner) for _ in range(CAMPAIGNS)]
        for n in range(MESSAGES)
    ]
    fates = {id: random.Random(id).choice(["delivered", "failed"]) for id in ids}

    def write(seed: int) -> Counter[str]:
        chance = random.Random(seed)
        # Each writer gets half of all receipts: most are repeats, and many come before what was earlier.
        receipts = [(id, state) for id in ids for state in ("sent", fates[id])]
        applied: Counter[str] = Counter()
        with app.app_context():
            for id, state in chance.sample(receipts, len(ids)):
                at = NOON + timedelta(minutes=chance.randrange(4_000))
                values = {"id": id, "at": at, "code": chance.choice(["1", "27", None])}
                applied[state] += db.session.execute(text(APPLY[state]), values).rowcount
                db.session.commit()
        return applied

    applied: Counter[str] = Counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, seed) for seed in range(WRITERS)]
        yield applied
        for writer in writers:
            applied.update(writer.result())
    # Nearly all got through, and each message came to its end once at most.
    assert applied["sent"] > MESSAGES / 2
    assert CAMPAIGNS * MESSAGES * 0.9 < applied["delivered"] + applied["failed"] <= CAMPAIGNS * MESSAGES


def test_eight_writers_of_receipts_with_repeats_and_late_ones(app, committed):
    with receipts_come_in(app) as applied:
        assert [found() for _ in range(5)] == [{}] * 5
    assert found() == {}
    kept = db.session.execute(text("SELECT sum(delivered), sum(failed) FROM campaign_stat")).one()
    assert tuple(kept) == (applied["delivered"], applied["failed"])


def test_a_rebuild_in_the_middle_loses_nothing(app, committed):
    with receipts_come_in(app):
        for _ in range(5):
            tamper("UPDATE campaign_stat SET failed = failed + 1000", "DELETE FROM campaign_stat_hour")
            assert rebuild() >= CAMPAIGNS
    assert found() == {}
