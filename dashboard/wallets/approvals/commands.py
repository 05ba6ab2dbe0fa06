"""Ask a second person for an entry, and decide about it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dashboard.audit.commands import record
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError, Missing
from dashboard.core.transactions import command
from dashboard.staff.commands import confirm_password
from dashboard.staff.models import Role, Staff
from dashboard.wallets.approvals.models import AdjustmentRequest, RequestStatus
from dashboard.wallets.commands import REUSED, Entry, Movement, write_entry
from dashboard.wallets.models import CreditTransaction, ReasonCode, Wallet
from dashboard.wallets.reconciliation.queries import REASONS, charge

EXPIRES_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Request:
    """An entry that waits for a second person."""

    owner_id: int
    id: int
    is_repeat: bool = False  #: it was asked for already; nothing was written


@command
def request_adjustment(movement: Movement) -> Request:
    """Ask for an entry that another admin then approves or rejects, within `EXPIRES_AFTER`.

    The same key with the same content answers the first request.

    Raises:
        DomainError: the key was used for something else, or the entry exists already.
    """
    if movement.staff_id is None:
        raise ValueError("A program asks nobody: a request needs the person who makes it.")
    content: dict[str, object] = {
        "change_credits": movement.change_credits,
        "reason_code": movement.reason_code.value,
        "note": movement.note,
        "campaign_id": movement.campaign_id,
        "reverses": movement.reverses,
    }
    _hold_wallet(movement.owner_id)  # an entry under the same key is there by now, or finds this request
    made: int | None = db.session.scalar(
        insert(AdjustmentRequest)
        .values(
            owner_id=movement.owner_id,
            idempotency_key=movement.idempotency_key,
            requested_by=movement.staff_id,
            expires_at=utc_now() + EXPIRES_AFTER,
            **content,
        )
        .on_conflict_do_nothing(index_elements=["owner_id", "idempotency_key"])
        .returning(AdjustmentRequest.id)
    )
    if made is None:
        return _first_request(movement, content)
    if _is_entry(movement):
        raise DomainError(REUSED)
    record(
        "wallet.request",
        f"adjustment_request:{made}",
        staff_id=movement.staff_id,
        owner_id=movement.owner_id,
        after=content,
    )
    return Request(movement.owner_id, made)


def _first_request(movement: Movement, content: dict[str, object]) -> Request:
    first = db.session.execute(
        select(AdjustmentRequest.id, *(getattr(AdjustmentRequest, name) for name in content)).where(
            AdjustmentRequest.owner_id == movement.owner_id,
            AdjustmentRequest.idempotency_key == movement.idempotency_key,
        )
    ).one()
    if {name: getattr(first, name) for name in content} != content:
        raise DomainError(REUSED)
    return Request(movement.owner_id, first.id, is_repeat=True)


def _is_entry(movement: Movement) -> bool:
    of_the_wallet = select(Wallet.id).where(Wallet.owner_id == movement.owner_id).scalar_subquery()
    return bool(
        db.session.scalar(
            select(CreditTransaction.id).where(
                CreditTransaction.owner_id == movement.owner_id,
                CreditTransaction.wallet_id == of_the_wallet,
                CreditTransaction.idempotency_key == movement.idempotency_key,
            )
        )
    )


@command
def approve_request(owner_id: int, request_id: int, *, password: str, actor_id: int) -> Entry:
    """Write the entry that somebody else asked for. `password` is the approver's own, typed again.

    Whoever approves what they approved before gets the entry of then.

    Raises:
        Missing: no such request.
        DomainError: the password is wrong, the request is one's own, decided or expired, whoever asked is
            no admin any more, the campaign's difference is gone that it was to settle, or the wallet holds
            too little; then the request goes on waiting.
    """
    confirm_password(actor_id, password)
    request = _held(owner_id, request_id)
    is_again = request.status == RequestStatus.APPROVED and request.decided_by == actor_id
    if not is_again:
        _refuse_unless_open(request)
        _refuse_unless_two_people(request, actor_id)
        _refuse_if_settled(request)
    entry = write_entry(
        Movement(
            owner_id,
            request.change_credits,
            ReasonCode(request.reason_code),
            request.idempotency_key,
            request.requested_by,
            note=request.note,
            campaign_id=request.campaign_id,
            reverses=request.reverses,
        ),
        action="wallet.approve",
        recorded_for=actor_id,
    )
    if entry.is_repeat and not is_again:
        raise DomainError("That was written already, without a second person. Reject this request.")
    _decide(request, RequestStatus.APPROVED, actor_id)
    request.entry_id = entry.id
    return entry


@command
def reject_request(owner_id: int, request_id: int, *, reason: str, actor_id: int) -> None:
    """Turn down what somebody else asked for.

    Raises:
        Missing: no such request.
        DomainError: it is one's own, decided or expired.
    """
    request = _held(owner_id, request_id)
    _refuse_unless_open(request)
    if request.requested_by == actor_id:
        raise DomainError("Another admin must decide about your request. You can withdraw it.")
    request.decision_note = reason
    _decide(request, RequestStatus.REJECTED, actor_id)
    _record_decision("wallet.reject", request, actor_id)


@command
def withdraw_request(owner_id: int, request_id: int, *, actor_id: int) -> None:
    """Take back what one asked for oneself.

    Raises:
        Missing: no such request.
        DomainError: it is somebody else's, decided or expired.
    """
    request = _held(owner_id, request_id)
    _refuse_unless_open(request)
    if request.requested_by != actor_id:
        raise DomainError("Only who asked can withdraw a request. You can reject it.")
    _decide(request, RequestStatus.WITHDRAWN, actor_id)
    _record_decision("wallet.withdraw", request, actor_id)


def _held(owner_id: int, request_id: int) -> AdjustmentRequest:
    """The request, held until the commit, so that of two who decide the second sees the first."""
    request = db.session.scalar(
        select(AdjustmentRequest)
        .where(AdjustmentRequest.owner_id == owner_id, AdjustmentRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if request is None:
        raise Missing("That request is not there.")
    return request


def _refuse_unless_open(request: AdjustmentRequest) -> None:
    if request.status != RequestStatus.PENDING:
        raise DomainError(f"That request was {request.status} already. Nothing was changed.")
    if request.expires_at <= utc_now():
        raise DomainError("That request has expired. Whoever needs it can ask again.")


def _refuse_unless_two_people(request: AdjustmentRequest, actor_id: int) -> None:
    if request.requested_by == actor_id:
        raise DomainError("Another admin must decide about your request.")
    still_may = select(Staff.id).where(
        Staff.id == request.requested_by, Staff.role == Role.ADMIN, Staff.disabled_at.is_(None)
    )
    if db.session.scalar(still_may) is None:
        raise DomainError(
            "Whoever asked for this may not adjust wallets any more. Reject it; somebody else can ask anew."
        )


def _refuse_if_settled(request: AdjustmentRequest) -> None:
    """Refuse what was proposed for a campaign's difference that is smaller by now, or gone."""
    kind = next((kind for kind, reason in REASONS.items() if reason == request.reason_code), None)
    if request.campaign_id is None or request.reverses is not None or kind is None:
        return
    _hold_wallet(request.owner_id)  # whatever else settles it waits, or is seen here
    difference = charge(request.owner_id, request.campaign_id).credits(kind)
    if difference < abs(request.change_credits):
        raise DomainError(
            f"The campaign's difference is {difference:,} credits by now."
            " Reject this; it can be proposed anew."
        )


def _hold_wallet(owner_id: int) -> None:
    db.session.execute(select(Wallet.id).where(Wallet.owner_id == owner_id).with_for_update(key_share=True))


def _decide(request: AdjustmentRequest, status: RequestStatus, actor_id: int) -> None:
    if request.status == RequestStatus.PENDING:
        request.status = status
        request.decided_by = actor_id
        request.decided_at = utc_now()


def _record_decision(action: str, request: AdjustmentRequest, actor_id: int) -> None:
    record(
        action,
        f"adjustment_request:{request.id}",
        staff_id=actor_id,
        owner_id=request.owner_id,
        before={"status": RequestStatus.PENDING},
        after={"status": request.status, "reason": request.decision_note},
    )
