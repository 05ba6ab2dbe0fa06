"""Owners, the customers of the platform, and the numbers that receive texts for them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId

LOW_BALANCE_CREDITS = 500  #: from when on a balance counts as low, unless the owner says otherwise


class Owner(Model):
    """A shop or company whose contacts, lists, campaigns and wallet these are."""

    __tablename__ = "owner"

    id: Mapped[RowId]
    name: Mapped[str]
    sender_name: Mapped[str | None]  #: what a handset shows as the sender; at most 11 characters
    country: Mapped[str] = mapped_column(server_default="GR")  #: ISO 3166-1 alpha-2
    timezone: Mapped[str] = mapped_column(server_default="UTC")  #: IANA name
    low_balance_credits: Mapped[int] = mapped_column(server_default=text(str(LOW_BALANCE_CREDITS)))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("char_length(name) BETWEEN 1 AND 160", name="name"),
        CheckConstraint("char_length(sender_name) BETWEEN 1 AND 11", name="sender_name"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        CheckConstraint("low_balance_credits >= 0", name="low_balance_credits"),
        Index("ix_owner_name", func.fold(literal_column("name")), "id"),
        Index(
            "ix_owner_name_trigrams",
            func.fold(literal_column("name")).label("folded"),
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        ),
    )


class SenderNumber(Model):
    """A number that receives texts for one owner."""

    __tablename__ = "sender_number"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    id: Mapped[RowId]
    number: Mapped[str]  #: E.164

    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint(r"number ~ '^\+?[0-9]{3,15}$'", name="number"),
    )
