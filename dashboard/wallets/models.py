"""Wallets and their ledger."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId, one_of


class EntryType(StrEnum):
    CREDIT = "credit"
    DEBIT = "debit"
    REFUND = "refund"


class ReasonCode(StrEnum):
    GOODWILL = "goodwill"
    CORRECTION = "correction"
    PURCHASE = "purchase"
    PROMOTION = "promotion"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    CAMPAIGN = "campaign"
    OPENING = "opening"
    REVERSAL = "reversal"
    OTHER = "other"


class Wallet(Model):
    """An owner's credits. Exactly one per owner, never below zero.

    At each commit the database compares the balance with the last entry of the ledger.
    """

    __tablename__ = "wallet"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    id: Mapped[RowId]
    balance_credits: Mapped[int] = mapped_column(server_default=text("0"))
    last_entry_no: Mapped[int] = mapped_column(server_default=text("0"))  #: 0: no entry yet
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("owner_id"),
        CheckConstraint("balance_credits >= 0", name="balance_credits"),
        CheckConstraint("last_entry_no >= 0", name="last_entry_no"),
        Index(None, "balance_credits", "owner_id"),
        {"postgresql_with": {"fillfactor": 70}},
    )


class CreditTransaction(Model):
    """One line of a wallet's ledger. Append-only.

    The database refuses an entry that does not follow from the one before it, and chains them:

        hash = sha256(hash of the entry before + canonical form), both as bytes

    where nothing comes before the first entry, and the canonical form is, in Python's words,
    `json.dumps([owner_id, id, entry_no, type, amount_credits, balance_after_credits, reason_code,
    note, campaign_id, staff_id, idempotency_key, reverses, created_at in microseconds since 1970],
    ensure_ascii=False).encode()`.
    """

    __tablename__ = "credit_transaction"

    owner_id: Mapped[OwnerId]
    id: Mapped[RowId]
    wallet_id: Mapped[int]
    entry_no: Mapped[int]  #: 1, 2, 3 … without a gap
    type: Mapped[str]
    amount_credits: Mapped[int]  #: positive; `type` tells the direction
    balance_after_credits: Mapped[int]
    reason_code: Mapped[str]
    note: Mapped[str | None]
    campaign_id: Mapped[int | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    idempotency_key: Mapped[UUID]
    reverses: Mapped[int | None]  #: the `id` of the entry that this one undoes
    #: When the wallet was held for it. Never before the entry before it.
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    hash: Mapped[bytes]  #: set by a trigger, whatever was given
    #: What the idempotency key stands for.
    content_digest: Mapped[bytes] = mapped_column(
        Computed(
            "ledger_content(type, amount_credits, reason_code, note, campaign_id, reverses)", persisted=True
        )
    )

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "wallet_id"], ["wallet.owner_id", "wallet.id"]),
        ForeignKeyConstraint(["owner_id", "campaign_id"], ["campaign.owner_id", "campaign.id"]),
        ForeignKeyConstraint(
            ["owner_id", "reverses"], ["credit_transaction.owner_id", "credit_transaction.id"]
        ),
        UniqueConstraint("owner_id", "wallet_id", "entry_no"),
        UniqueConstraint("owner_id", "wallet_id", "idempotency_key"),
        UniqueConstraint("owner_id", "reverses"),
        CheckConstraint(one_of("type", EntryType), name="type"),
        CheckConstraint("amount_credits > 0", name="amount_credits"),
        CheckConstraint("balance_after_credits >= 0", name="balance_after_credits"),
        CheckConstraint("entry_no >= 1", name="entry_no"),
        CheckConstraint(one_of("reason_code", ReasonCode), name="reason_code"),
        CheckConstraint("char_length(note) BETWEEN 1 AND 500", name="note"),
        Index(None, "owner_id", "created_at"),
        Index(None, "owner_id", "campaign_id", postgresql_where=text("campaign_id IS NOT NULL")),
        Index(None, "owner_id", "type", "entry_no"),
        Index(None, "owner_id", "reason_code", "entry_no"),
        Index(None, "owner_id", "staff_id", "entry_no", postgresql_where=text("staff_id IS NOT NULL")),
        Index(None, "owner_id", "amount_credits"),
        Index(
            "ix_credit_transaction_note_trigrams",
            "owner_id",
            func.fold(literal_column("note")).label("folded"),
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
            postgresql_where=text("note IS NOT NULL"),
        ),
    )


class WalletDay(Model):
    """What a wallet's entries of one UTC day add up to, by type and reason. Kept by a trigger."""

    __tablename__ = "wallet_day"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    day: Mapped[date] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)
    reason_code: Mapped[str] = mapped_column(primary_key=True)
    entries: Mapped[int]
    credits: Mapped[int]

    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)
