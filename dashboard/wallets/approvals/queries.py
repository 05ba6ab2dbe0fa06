"""What waits for a second person, and what was decided."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from dashboard.campaigns.models import Campaign
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.owners.models import Owner
from dashboard.staff.models import Staff
from dashboard.wallets.adjustments.queries import Preview
from dashboard.wallets.approvals.models import AdjustmentRequest, RequestStatus
from dashboard.wallets.models import CreditTransaction, Wallet

MOST_WAITING = 100  #: more are not counted

_decider = aliased(Staff)
_reversed = aliased(CreditTransaction)
_written = aliased(CreditTransaction)
_is_pending = AdjustmentRequest.status == RequestStatus.PENDING
_is_open = _is_pending & (AdjustmentRequest.expires_at > func.now())
_is_expired = _is_pending & (AdjustmentRequest.expires_at <= func.now())


def waiting() -> int:
    """How many requests wait for a decision; `MOST_WAITING` for that many or more."""
    some = select(AdjustmentRequest.id).where(_is_open).limit(MOST_WAITING).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def page(*, only_waiting: bool, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The requests that wait, the first to expire first; or all, newest first."""
    if only_waiting:
        keys = [
            keyset.Key("expires_at", AdjustmentRequest.expires_at),
            keyset.Key("id", AdjustmentRequest.id),
        ]
        return keyset.page(_requests().where(_is_open), keys, at)
    keys = [
        keyset.Key("requested_at", AdjustmentRequest.requested_at, descending=True),
        keyset.Key("id", AdjustmentRequest.id, descending=True),
    ]
    return keyset.page(_requests(), keys, at)


def get(owner_id: int, request_id: int) -> AnyRow:
    """One request, with the wallet's balance as it is now.

    Raises:
        NoResultFound: the owner has no such request.
    """
    return db.session.execute(
        _requests()
        .add_columns(func.coalesce(Wallet.balance_credits, 0).label("balance_credits"))
        .outerjoin(Wallet, Wallet.owner_id == AdjustmentRequest.owner_id)
        .where(AdjustmentRequest.owner_id == owner_id, AdjustmentRequest.id == request_id)
    ).one()


def outcome_of(request: AnyRow) -> Preview:
    """What approving the request would do now."""
    return Preview(request.balance_credits, request.change_credits)


def _requests() -> AnySelect:
    """Requests with the words that a page shows. `state` is `expired` where nobody decided in time."""
    return (
        select(
            AdjustmentRequest.owner_id, AdjustmentRequest.id, AdjustmentRequest.change_credits,
            AdjustmentRequest.reason_code, AdjustmentRequest.note, AdjustmentRequest.campaign_id,
            AdjustmentRequest.requested_by, AdjustmentRequest.requested_at, AdjustmentRequest.expires_at,
            AdjustmentRequest.decided_at, AdjustmentRequest.decision_note,
            case((_is_expired, "expired"), else_=AdjustmentRequest.status).label("state"),
            Owner.name.label("owner_name"), Owner.timezone,
            Staff.name.label("requested_by_name"), _decider.name.label("decided_by_name"),
            Campaign.name.label("campaign_name"),
            _reversed.entry_no.label("reverses_entry_no"), _written.entry_no.label("entry_no"),
        )
        .join(Owner, Owner.id == AdjustmentRequest.owner_id)
        .join(Staff, Staff.id == AdjustmentRequest.requested_by)
        .outerjoin(_decider, _decider.id == AdjustmentRequest.decided_by)
        .outerjoin(
            Campaign,
            (Campaign.owner_id == AdjustmentRequest.owner_id)
            & (Campaign.id == AdjustmentRequest.campaign_id),
        )
        .outerjoin(
            _reversed,
            (_reversed.owner_id == AdjustmentRequest.owner_id) & (_reversed.id == AdjustmentRequest.reverses),
        )
        .outerjoin(
            _written,
            (_written.owner_id == AdjustmentRequest.owner_id) & (_written.id == AdjustmentRequest.entry_id),
        )
    )  # fmt: skip
