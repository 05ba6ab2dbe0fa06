"""Write down who did what."""

from typing import Any

from dashboard.audit.models import AuditEvent
from dashboard.core import origin
from dashboard.core.db import db


def record(
    action: str,
    subject: str,
    *,
    staff_id: int | None,
    owner_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add the audit row of the change under way, in its transaction.

    `action` is `noun.verb`, `subject` is `table:id`; `before` and `after` hold what changed, as
    JSON values. `staff_id` is None for a program. The address comes from the request, if any.
    """
    db.session.add(
        AuditEvent(
            action=action,
            subject=subject,
            staff_id=staff_id,
            owner_id=owner_id,
            before=before,
            after=after,
            ip=origin.ip.get(),
        )
    )


def recorded(action: str, *, staff_id: int | None) -> dict[str, Any]:
    """What a statement needs to know that adds the audit row of its change itself; see `record`."""
    return {"audit_action": action, "audit_staff_id": staff_id, "audit_ip": origin.ip.get()}
