"""Everything that must hold of the ledgers, each with the one statement that finds where it does not.

The statements stand in `sql/`. Each gives a row for each thing that is wrong: `owner_id`, `wallet_id`
and `entry_no` as far as it concerns one, what is `wrong` in words, and what was `expected` and `found`.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Boolean, Text, TextClause, bindparam, text

_SQL = Path(__file__).parent / "sql"
MOST = 20  #: things that are named of those a check finds; it counts all


@dataclass(frozen=True)
class Check:
    """Something that must hold."""

    name: str  #: of its statement
    title: str
    meaning: str
    #: Of rows that the platform's import wrote, which may lack what ours have: told, but no fault.
    is_hint: bool = False

    @cached_property
    def statement(self) -> TextClause:
        """The first `MOST` things that are wrong, beside how many there are in all.

        Its parameters are `owner_id` (None: of all owners), and of anchors those of `queries.Against`.
        """
        sql = (_SQL / f"{self.name}.sql").read_text()
        statement = text(
            "SELECT broken.*, owner.name AS owner_name, count(*) OVER () AS broken_rows"  # noqa: S608
            f" FROM (\n{sql}) AS broken LEFT JOIN owner ON owner.id = broken.owner_id"
            f" ORDER BY broken.owner_id, broken.wallet_id, broken.entry_no LIMIT {MOST}"
        )
        # With its type, so that also None has one.
        return statement.bindparams(
            *(bindparam(name, type_=type_) for name, type_ in _PARAMETERS.items() if f":{name}" in sql)
        )


_PARAMETERS: dict[str, Any] = {
    "owner_id": BigInteger(),
    "is_imported": Boolean(),
    "anchor_id": BigInteger(),
    "document": Text(),
    "newest": BigInteger(),
}

CHECKS = (
    Check(
        "sums",
        "Each balance is the sum of its entries",
        "Credits and refunds less debits make the balance that the wallet holds.",
    ),
    Check(
        "numbers",
        "The entries are numbered without a gap",
        "From 1 to the last one that the wallet knows of: none was taken out.",
    ),
    Check(
        "balances",
        "Each entry follows from the one before it",
        "The balance before it and its amount make the balance after it.",
    ),
    Check(
        "hashes",
        "The chain of hashes holds",
        "Each entry's hash is computed anew, from it and the hash before it: not a letter was changed.",
    ),
    Check(
        "times",
        "Time never goes back",
        "No entry is dated before the one before it, so there is one balance at each instant.",
    ),
    Check(
        "negatives",
        "Nothing is negative",
        "No balance was ever below zero, and every amount is positive.",
    ),
    Check(
        "wallets",
        "Each owner has one wallet",
        "No owner has two, and no entry stands without its wallet.",
    ),
    Check(
        "reversals",
        "Each reversal is the exact opposite",
        "It undoes an earlier entry of its wallet by the same amount, and no entry is undone twice.",
    ),
    Check(
        "days",
        "The kept sums are those of the entries",
        "What is kept by day, type and reason, and shown as totals, agrees with the entries.",
    ),
    Check(
        "campaign_debits",
        "Each campaign's debit has its messages",
        "Nobody paid for a campaign that sent nothing.",
    ),
    Check(
        "campaign_messages",
        "Each campaign with messages has its debit",
        "Nothing was sent that nobody paid for.",
    ),
    Check(
        "campaign_debits",
        "Imported debits have their messages",
        "The platform kept no strict link between the two. Nothing to mend, but good to know.",
        is_hint=True,
    ),
    Check(
        "campaign_messages",
        "Imported campaigns have their debit",
        "The platform kept no strict link between the two. Nothing to mend, but good to know.",
        is_hint=True,
    ),
    Check(
        "anchor_documents",
        "The anchors are as they were taken",
        "Each document still has the digest that was written down beside it.",
    ),
    Check(
        "anchor_heads",
        "The ledgers still hold what the anchors saw",
        "No ledger was cut at its end or written anew since.",
    ),
)
