"""The people who sign in, and what keeps their browsers signed in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, RowId, one_of


class Role(StrEnum):
    SUPPORT = "support"
    MANAGER = "manager"
    ADMIN = "admin"


class Staff(Model):
    """A person of ours."""

    __tablename__ = "staff"

    id: Mapped[RowId]
    email: Mapped[str]  #: lower case
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]  #: argon2id
    timezone: Mapped[str] = mapped_column(server_default="UTC")  #: IANA name; for pages of many owners
    session_no: Mapped[int] = mapped_column(server_default=text("1"))  #: raised to end all sessions
    disabled_at: Mapped[datetime | None]
    last_signed_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email) AND email ~ '^[^@ ]+@[^@ ]+$'", name="email"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 160", name="name"),
        CheckConstraint(one_of("role", Role), name="role"),
    )


class RefreshToken(Model):
    """What keeps a browser signed in. Only the token's SHA-256 is kept."""

    __tablename__ = "refresh_token"

    id: Mapped[RowId]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    family: Mapped[UUID]  #: shared by the tokens that replaced each other in one browser
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]
    ip: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "staff_id", "expires_at"),
        Index(None, "family"),
        Index(None, "expires_at"),
        Index(None, "revoked_at", postgresql_where=text("revoked_at IS NOT NULL")),
    )
