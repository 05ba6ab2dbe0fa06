"""How differences are said to people. `queries.py` defines them."""

from dataclasses import dataclass

from dashboard.wallets.reconciliation.queries import FINAL_AFTER, Charge, Kind

_HOURS = int(FINAL_AFTER.total_seconds() // 3600)


@dataclass(frozen=True)
class Words:
    title: str
    meaning: str  #: when a campaign is listed, and what settles it
    none: str  #: where no campaign is


OF = {
    Kind.UNDEBITED: Words(
        "Sent without debit",
        "The campaign's messages, queued ones too, have more segments than were debited for it; a segment"
        " is a credit. An older campaign can be here because its debit names no campaign: look at the"
        " owner's ledger before you propose a debit.",
        "Every campaign's messages are paid for.",
    ),
    Kind.OVERDEBITED: Words(
        "Debit without message",
        "More was debited for the campaign than its messages have segments. What was refunded beyond its"
        " failures counts against that. A correction gives the rest back.",
        "No campaign was debited for more than its messages.",
    ),
    Kind.UNREFUNDED: Words(
        "Failed and not refunded",
        "The campaign's failed messages have more segments than were refunded. It is listed once that is"
        f" final: when it is finished and no message waits for a receipt, at the latest {_HOURS} hours after"
        " its end, as long as providers try. Whether an owner gets failures back is for you to decide.",
        "Everything that failed for good is refunded.",
    ),
}


def difference(kind: Kind, charge: Charge) -> str:
    """The difference, e.g. "Short by 12 credits"."""
    credits = _credits(charge.credits(kind))
    return {
        Kind.UNDEBITED: f"Short by {credits}",
        Kind.OVERDEBITED: f"{credits} too many",
        Kind.UNREFUNDED: f"{credits} not given back",
    }[kind]


def reckoning(kind: Kind, charge: Charge) -> str:
    """The figures that the difference comes from, e.g. "512 segments, 500 debited"."""
    debited = f"{charge.segments:,} segments, {charge.debited_credits:,} debited"
    if kind is Kind.UNDEBITED:
        return debited
    if kind is Kind.OVERDEBITED:
        beyond = max(0, charge.refunded_credits - charge.failed_segments)
        return f"{debited}, {beyond:,} refunded beyond its failures" if beyond else debited
    unpaid = max(0, charge.segments - charge.debited_credits)
    failed = f"{charge.failed_segments:,} segments failed, {charge.refunded_credits:,} refunded"
    return f"{failed}, {unpaid:,} never debited" if unpaid else failed


def proposal(kind: Kind, charge: Charge) -> str:
    """What the button proposes, e.g. "Debit 12"."""
    verb = {Kind.UNDEBITED: "Debit", Kind.OVERDEBITED: "Give back", Kind.UNREFUNDED: "Refund"}[kind]
    return f"{verb} {charge.credits(kind):,}"


def _credits(count: int) -> str:
    return f"{count:,} credit{'' if count == 1 else 's'}"
