"""Contacts, the history of their consent, and the opt-outs that outlive them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId, one_of


class Gender(StrEnum):
    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"


class Source(StrEnum):
    """By which way a contact came to be subscribed or not."""

    STAFF = "staff"
    STOP_KEYWORD = "stop_keyword"
    START_KEYWORD = "start_keyword"
    IMPORT = "import"
    LINK = "link"
    ERASURE = "erasure"


class Contact(Model):
    """One phone number of one owner.

    Where the person was erased the row stays for its history: without number, name and subscription.
    """

    __tablename__ = "contact"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    id: Mapped[RowId]
    phone: Mapped[str | None]  #: E.164; None: erased
    email: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    gender: Mapped[str | None]
    birthday: Mapped[date | None]
    is_subscribed: Mapped[bool] = mapped_column(server_default=true())
    unsubscribed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    erased_at: Mapped[datetime | None]
    #: What a search looks through: number, names and email without accents and case. None: erased.
    search_text: Mapped[str] = mapped_column(
        Computed(
            "fold(phone || ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, '')"
            " || ' ' || coalesce(email, ''))",
            persisted=True,
        ),
        nullable=True,
    )

    __table_args__ = (
        UniqueConstraint("owner_id", "phone"),
        CheckConstraint(r"phone ~ '^\+[1-9][0-9]{6,14}$'", name="phone"),
        CheckConstraint("char_length(email) BETWEEN 3 AND 320", name="email"),
        CheckConstraint("char_length(first_name) BETWEEN 1 AND 120", name="first_name"),
        CheckConstraint("char_length(last_name) BETWEEN 1 AND 120", name="last_name"),
        CheckConstraint(one_of("gender", Gender), name="gender"),
        CheckConstraint("is_subscribed = (unsubscribed_at IS NULL)", name="subscription"),
        CheckConstraint("(phone IS NULL) = (erased_at IS NOT NULL)", name="erased"),
        CheckConstraint(
            "erased_at IS NULL OR (NOT is_subscribed"
            " AND num_nonnulls(email, first_name, last_name, gender, birthday) = 0)",
            name="erased_person",
        ),
        Index(None, "phone", "owner_id"),
        Index("ix_contact_erased", "owner_id", "id", postgresql_where=text("erased_at IS NOT NULL")),
        Index(None, "owner_id", "is_subscribed", "phone"),
        Index(None, "owner_id", "created_at"),
        Index(None, "owner_id", "birthday", postgresql_where=text("birthday IS NOT NULL")),
        Index(None, "owner_id", "unsubscribed_at", postgresql_where=text("unsubscribed_at IS NOT NULL")),
        Index(
            "ix_contact_search",
            "owner_id",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
    )


class ContactStat(Model):
    """How many contacts an owner has, without the erased.

    Kept by triggers on `contact`, in the same transaction.
    """

    __tablename__ = "contact_stat"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    contacts: Mapped[int] = mapped_column(server_default=text("0"))
    subscribed: Mapped[int] = mapped_column(server_default=text("0"))


class SubscriptionEvent(Model):
    """That a contact opted in or out: when, by which way, on what words. Append-only."""

    __tablename__ = "subscription_event"

    owner_id: Mapped[OwnerId]
    id: Mapped[RowId]
    contact_id: Mapped[int]
    is_subscribed: Mapped[bool]  #: the state after the event
    source: Mapped[str]
    reason: Mapped[str | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    operation_id: Mapped[int | None]  #: the bulk change that it was part of
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "contact_id"], ["contact.owner_id", "contact.id"]),
        CheckConstraint(one_of("source", Source), name="source"),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 500", name="reason"),
        Index(None, "owner_id", "contact_id", "occurred_at"),
    )


class Suppression(Model):
    """An opt-out that outlives the contact's deletion and re-import.

    Holds no number, only its HMAC-SHA256 under SUPPRESSION_KEY, so that an erased person stays
    opted out without being kept.
    """

    __tablename__ = "suppression"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    #: When the person was erased: no file that came before brings them back.
    erased_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "owner_id", "erased_at", postgresql_where=text("erased_at IS NOT NULL")),)
