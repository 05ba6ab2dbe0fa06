"""`flask ledger verify`."""

import pytest

from dashboard.core.db import db
from dashboard.wallets.proofs.checks import CHECKS
from dashboard.wallets.proofs.commands import take_anchor
from dashboard.wallets.proofs.models import Anchor
from tests.wallets.proofs.conftest import tamper


@pytest.fixture
def verify(app):
    return lambda *options: app.test_cli_runner().invoke(args=["ledger", "verify", *options])


def test_each_check_has_its_tick(bakery, verify):
    answer = verify()
    assert answer.exit_code == 0, answer.output
    assert answer.output.count("✓ ") == len(CHECKS)
    assert answer.output.endswith("Everything holds.\n")


def test_what_is_broken_is_named_and_ends_with_1(bakery, verify):
    tamper("UPDATE credit_transaction SET note = 'x' WHERE owner_id = :o AND entry_no > 4", o=bakery)
    answer = verify("--owner", str(bakery))
    assert answer.exit_code == 1
    assert "✗ The chain of hashes holds" in answer.output
    assert "    Entry 5 of Bakery's wallet: its hash does not fit" in answer.output
    assert " And 6 more.\n" in answer.output
    assert answer.output.endswith(f"Error: 1 of {len(CHECKS)} checks failed.\n")


def test_an_owners_name_is_no_markup(bakery, verify):
    tamper("UPDATE owner SET name = '[bold]x[/] %s :smile:'", "UPDATE wallet SET balance_credits = 1")
    assert "    [bold]x[/] %s :smile:'s wallet: it holds another balance" in verify().output


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--owner", "987"], "Error: No owner has the number 987.\n"),
        (["--anchor", "987"], "Error: No anchor has the number 987.\n"),
        (["--anchor", "/nowhere/anchor.txt"], "Error: /nowhere/anchor.txt cannot be read: No such file"),
        (["--anchor", "/"], "Error: / cannot be read: Is a directory"),
        (["--owner", "99999999999999999999"], "Invalid value for '--owner'"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(committed, verify, options, sentence):
    answer = verify(*options)
    assert answer.exit_code in (1, 2)
    assert sentence in answer.output
    assert "Traceback" not in answer.output


def test_against_a_file(bakery, verify, tmp_path):
    file = tmp_path / "anchor.txt"
    anchor = db.session.get_one(Anchor, take_anchor(taken_by=None))
    file.write_bytes(anchor.document.encode())
    assert verify("--anchor", str(file)).exit_code == verify("--anchor", str(anchor.id)).exit_code == 0
    file.write_bytes(anchor.document.encode() + b"\xff")
    assert "is not an anchor: it is no text." in verify("--anchor", str(file)).output
    file.write_text(anchor.document.replace(" 11 ", " 12 "))
    answer = verify("--anchor", str(file))
    assert answer.exit_code == 1
    assert "Entry 12 of Bakery's wallet: it is gone, which the anchor knows" in answer.output
