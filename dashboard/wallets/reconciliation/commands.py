"""Propose the entry that settles a campaign's difference. A second person decides, whatever its size."""

from uuid import NAMESPACE_OID, UUID, uuid5

from dashboard.core.errors import DomainError
from dashboard.wallets.approvals.commands import Request, request_adjustment
from dashboard.wallets.commands import Movement
from dashboard.wallets.reconciliation import queries, words
from dashboard.wallets.reconciliation.queries import REASONS, Kind


def propose(owner_id: int, campaign_id: int, kind: Kind, *, seen_credits: int, actor_id: int) -> Request:
    """Ask for the entry that settles the difference as it is now. A request that waits already is answered.

    Raises:
        NoResultFound: no such campaign of this owner.
        DomainError: the difference is not the one that the person saw.
    """
    # The request first and then the figures: one that is approved in between is in the figures.
    last = queries.last_request(kind, owner_id, campaign_id)
    if last and last.is_open:
        return Request(owner_id, last.id, is_repeat=True)
    charge = queries.charge(owner_id, campaign_id)
    credits = charge.credits(kind)
    if credits != seen_credits:
        raise DomainError(
            f"The difference is now {credits:,} credits. Look again, then propose that."
            if credits
            else "The difference is gone: nothing is left to propose."
        )
    return request_adjustment(
        Movement(
            owner_id,
            -credits if kind is Kind.UNDEBITED else credits,
            REASONS[kind],
            _key(kind, owner_id, campaign_id, last.id if last else 0),
            actor_id,
            note=f"{words.OF[kind].title}: {words.reckoning(kind, charge)}.",
            campaign_id=campaign_id,
        )
    )


def _key(kind: Kind, owner_id: int, campaign_id: int, last_request_id: int) -> UUID:
    """The same for two who propose at once; another one after a request was decided or has expired."""
    return uuid5(NAMESPACE_OID, f"reconciliation {owner_id} {campaign_id} {kind} after {last_request_id}")
