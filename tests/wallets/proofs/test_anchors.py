"""What the chain of hashes cannot show, an anchor does."""

import hashlib
import re

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from dashboard.core.errors import Missing
from dashboard.wallets.proofs import queries
from dashboard.wallets.proofs.commands import take_anchor
from dashboard.wallets.proofs.models import Anchor
from tests.factories import make_staff, make_wallet
from tests.wallets.proofs.conftest import found, tamper, write

DOCUMENTS = "The anchors are as they were taken"
HEADS = "The ledgers still hold what the anchors saw"


def cut_tail(owner_id: int, last_entry_no: int, rewrite) -> None:
    tamper(
        "DELETE FROM credit_transaction WHERE owner_id = :o AND entry_no > :last",
        o=owner_id,
        last=last_entry_no,
    )
    rewrite(owner_id)


def test_an_anchor_states_each_wallets_last_entry(bakery):
    empty = make_wallet()
    admin = make_staff()
    anchor = db.session.get_one(Anchor, take_anchor(taken_by=admin.id))
    lines = anchor.document.splitlines()
    assert re.fullmatch(r"# Where each wallet's ledger stood at [0-9-]+T[0-9:]+Z", lines[0])
    assert lines[1] == "# owner_id wallet_id entry_no hash"
    assert re.fullmatch(rf"{bakery} [0-9]+ 11 [0-9a-f]{{64}}", lines[2])
    assert lines[-1] == f"{empty.owner_id} {empty.id} 0 -"
    assert (anchor.wallets, anchor.entries) == (3, 12)
    assert anchor.digest == hashlib.sha256(anchor.document.encode()).digest()
    audit = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "ledger.anchor")).one()
    assert (audit.staff_id, audit.after["digest"]) == (admin.id, anchor.digest.hex())


def test_an_anchor_of_nothing(committed):
    anchor = db.session.get_one(Anchor, take_anchor(taken_by=None))
    assert (anchor.wallets, anchor.entries, len(anchor.document.splitlines())) == (0, 0, 2)
    assert found() == {}


def test_the_ledger_goes_on_after_an_anchor(bakery):
    number = take_anchor(taken_by=None)
    write(bakery, 5)
    write(make_wallet().owner_id, 5)
    assert found() == found(anchor_id=number) == {}


def test_a_cut_tail_is_found_by_the_anchor_alone(bakery, rewrite):
    number = take_anchor(taken_by=None)
    cut_tail(bakery, 9, rewrite)
    broken = found()
    assert set(broken) == {HEADS}
    gone = "Entry 11 of Bakery's wallet: it is gone, which anchor {} knows: the ledger was cut."
    assert broken[HEADS].startswith(gone.format(number))
    assert broken == found(anchor_id=number) == found(bakery)


def test_a_tail_that_was_cut_and_grew_again(bakery, rewrite):
    take_anchor(taken_by=None)
    cut_tail(bakery, 9, rewrite)
    write(bakery, 1)
    write(bakery, 1)
    broken = found()
    assert set(broken) == {HEADS}
    assert "Entry 11 of Bakery's wallet: its hash is not the one that anchor" in broken[HEADS]


@pytest.mark.parametrize(
    "change", ["amount_credits = 501", "note = 'x'", "created_at = created_at - interval '1 s'"]
)
def test_a_chain_that_was_computed_anew_is_found_by_the_anchor_alone(bakery, rewrite, change):
    take_anchor(taken_by=None)
    tamper(f"UPDATE credit_transaction SET {change} WHERE owner_id = :o AND entry_no = 1", o=bakery)
    rewrite(bakery)
    broken = found()
    assert set(broken) == {HEADS}
    assert "the ledger was rewritten up to it" in broken[HEADS]


def test_a_wallet_that_vanished_without_a_trace(bakery):
    take_anchor(taken_by=None)
    tamper(
        "DELETE FROM credit_transaction WHERE owner_id = :o",
        "DELETE FROM wallet_day WHERE owner_id = :o",
        "DELETE FROM wallet WHERE owner_id = :o",
        "DELETE FROM campaign_message WHERE owner_id = :o",
        o=bakery,
    )
    broken = found()
    assert set(broken) == {HEADS}
    assert "Bakery's wallet: the wallet is gone, which anchor" in broken[HEADS]


def test_an_anchor_taken_after_the_cut_does_not_hide_it(bakery, rewrite):
    before = take_anchor(taken_by=None)
    cut_tail(bakery, 9, rewrite)
    after = take_anchor(taken_by=None)
    assert found(anchor_id=after) == {}
    assert set(found(anchor_id=before)) == set(found()) == {HEADS}


def test_a_changed_document(bakery, rewrite):
    number = take_anchor(taken_by=None)
    cut_tail(bakery, 9, rewrite)
    truth = db.session.get_one(Anchor, take_anchor(taken_by=None)).document
    tamper("UPDATE ledger_anchor SET document = :truth WHERE id = :number", truth=truth, number=number)
    broken = found()
    assert set(broken) == {DOCUMENTS}
    assert broken[DOCUMENTS].startswith(
        f"The document of anchor {number} was changed: its digest is another."
    )


def test_a_copy_outlives_whatever_is_done_to_the_anchor(bakery, rewrite):
    copy = db.session.get_one(Anchor, take_anchor(taken_by=None)).document
    cut_tail(bakery, 9, rewrite)
    db.session.remove()
    tamper("TRUNCATE ledger_anchor CASCADE")
    take_anchor(taken_by=None)
    assert found() == {}
    broken = found(document=copy)
    assert set(broken) == {DOCUMENTS, HEADS}
    assert broken[DOCUMENTS].startswith(
        "No anchor with the digest of this document is kept here: either was changed."
    )
    assert "which the anchor knows" in broken[HEADS]


def test_a_copy_that_is_as_it_was(bakery):
    copy = db.session.get_one(Anchor, take_anchor(taken_by=None)).document
    assert found(document=copy) == {}
    assert set(found(document=copy.replace("\n", "\r\n"))) == {DOCUMENTS}
    assert (
        set(found(document=""))
        == set(found(document="no anchor\n1 2 99999999999999999999 -\n"))
        == {DOCUMENTS}
    )


def test_an_anchor_is_never_changed(bakery):
    take_anchor(taken_by=None)
    db.session.remove()
    with pytest.raises(IntegrityError, match="would be lost"):
        db.session.execute(Anchor.__table__.update().values(wallets=0))


def test_no_such_anchor(committed):
    with pytest.raises(Missing, match="No anchor has the number 7"):
        found(anchor_id=7)


def test_the_newest_are_looked_at(bakery, rewrite):
    take_anchor(taken_by=None)
    cut_tail(bakery, 9, rewrite)
    for _ in range(queries.NEWEST_ANCHORS):
        take_anchor(taken_by=None)
    assert found() == {}
