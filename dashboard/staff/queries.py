"""Who the staff are, and who is at the browser."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_login import UserMixin
from sqlalchemy import select

from dashboard.core.db import AnyRow, db
from dashboard.staff.models import Staff


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The person at the browser, as the session knows them."""

    id: int
    name: str
    email: str
    role: str
    timezone: str  #: IANA name
    session_no: int

    def get_id(self) -> str:
        """What the session cookie holds; ends to fit when all sessions of the person are ended."""
        return f"{self.id}.{self.session_no}"


def signed_in(session_id: str) -> SignedIn | None:
    """The person of a session, or None where the account is disabled or its sessions were ended."""
    if not re.fullmatch(r"[0-9]{1,18}\.[0-9]{1,18}", session_id):
        return None
    staff_id, session_no = session_id.split(".")
    row = db.session.execute(
        select(Staff.id, Staff.name, Staff.email, Staff.role, Staff.timezone, Staff.session_no).where(
            Staff.id == int(staff_id), Staff.session_no == int(session_no), Staff.disabled_at.is_(None)
        )
    ).one_or_none()
    return SignedIn(*row) if row else None


def all_staff() -> Sequence[AnyRow]:
    """Everybody who signs in or did, by email."""
    return db.session.execute(
        select(Staff.email, Staff.name, Staff.role, Staff.disabled_at, Staff.last_signed_in_at).order_by(
            Staff.email
        )
    ).all()
