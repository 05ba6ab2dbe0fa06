"""Take anchors, ask for verifications, and keep what they found."""

from dataclasses import asdict

from sqlalchemy import text, update

from dashboard.audit.commands import record
from dashboard.core.db import db, utc_now
from dashboard.core.transactions import command
from dashboard.jobs.queue import enqueue
from dashboard.wallets.proofs import queries
from dashboard.wallets.proofs.models import Verification
from dashboard.wallets.proofs.outcomes import Outcome


@command
def take_anchor(*, taken_by: int | None) -> int:
    """Write down where each wallet's ledger stands; the anchor's number. `taken_by` None: the clock."""
    anchor = db.session.execute(_TAKE_ANCHOR, {"taken_by": taken_by}).one()
    after = {"digest": anchor.digest, "wallets": anchor.wallets, "entries": anchor.entries}
    record("ledger.anchor", f"ledger_anchor:{anchor.id}", staff_id=taken_by, after=after)
    number: int = anchor.id
    return number


# One statement, so that it sees all ledgers at one instant. What the last entry is it asks the entries, not
# the wallet.
_TAKE_ANCHOR = text(
    r"""
    INSERT INTO ledger_anchor (taken_by, wallets, entries, digest, document)
    SELECT :taken_by, wallets, entries, sha256(convert_to(document, 'UTF8')), document
    FROM (
        SELECT count(*) AS wallets, coalesce(sum(last.entry_no), 0) AS entries,
            format(E'# Where each wallet''s ledger stood at %s\n# owner_id wallet_id entry_no hash\n',
                to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24\:MI\:SS"Z"'))
            || coalesce(string_agg(format(E'%s %s %s %s\n', wallet.owner_id, wallet.id,
                coalesce(last.entry_no, 0), coalesce(encode(last.hash, 'hex'), '-')), ''
                ORDER BY wallet.owner_id, wallet.id), '') AS document
        FROM wallet
        LEFT JOIN LATERAL (
            SELECT entry_no, hash FROM credit_transaction AS entry
            WHERE entry.owner_id = wallet.owner_id AND entry.wallet_id = wallet.id
            ORDER BY entry_no DESC LIMIT 1
        ) AS last ON true
    ) AS written
    RETURNING id, wallets, entries, encode(digest, 'hex') AS digest
    """
)


@command
def request_verification(*, anchor_id: int | None = None, asked_by: int | None) -> int:
    """Ask for a verification in the background; its number, or that of the one that is under way.

    `asked_by` None: the clock. `anchor_id` None: against the newest anchors.

    Raises:
        DomainError: no such anchor.
    """
    # Two that ask at once ask one after the other, so that the second one sees the first one's.
    db.session.execute(text("LOCK TABLE ledger_verification IN SHARE ROW EXCLUSIVE MODE"))
    if live := queries.live_verification():
        return live
    verification = Verification(anchor_id=anchor_id, asked_by=asked_by)
    db.session.add(verification)
    db.session.flush()
    verification.job_id = enqueue(
        "ledger.verify", lock="ledger.verify", verification_id=verification.id, anchor_id=anchor_id
    )
    record(
        "ledger.verify",
        f"ledger_verification:{verification.id}",
        staff_id=asked_by,
        after={"anchor_id": anchor_id},
    )
    return verification.id


@command
def finish_verification(verification_id: int, outcomes: list[Outcome]) -> None:
    """Keep what a verification found."""
    broken = sum(outcome.broken for outcome in outcomes if not outcome.is_hint)
    db.session.execute(
        update(Verification)
        .where(Verification.id == verification_id)
        .values(finished_at=utc_now(), broken=broken, outcomes=[asdict(outcome) for outcome in outcomes])
    )
    record(
        "ledger.verified",
        f"ledger_verification:{verification_id}",
        staff_id=None,
        after={"broken": broken, "failed": [o.title for o in outcomes if not o.is_passed]},
    )
