"""Campaigns, their messages, and the counts that the database keeps of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    func,
    literal_column,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, OwnerId, RowId, one_of


class CampaignStatus(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"  #: handed to the provider, no final receipt yet
    DELIVERED = "delivered"
    FAILED = "failed"


class Campaign(Model):
    """One text sent to an audience."""

    __tablename__ = "campaign"

    owner_id: Mapped[OwnerId] = mapped_column(ForeignKey("owner.id"))
    id: Mapped[RowId]
    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=CampaignStatus.DRAFT)
    list_id: Mapped[int | None]
    message_text: Mapped[str | None]
    sender_name: Mapped[str | None]  #: at most 11 characters
    scheduled_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    #: Its list as it was at the start, written down by the database: `at`, `list_id`, `name` and, of a
    #: dynamic list, `definition` and the `names` of the list and the tag in it. None: not started, without a
    #: list, or started before this was kept.
    audience: Mapped[dict[str, Any] | None]
    #: When it started, or shall start, or else was written down: what campaigns are sorted by.
    happens_at: Mapped[datetime] = mapped_column(
        Computed("coalesce(started_at, scheduled_at, created_at)", persisted=True)
    )

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "list_id"], ["contact_list.owner_id", "contact_list.id"]),
        CheckConstraint("char_length(name) BETWEEN 1 AND 160", name="name"),
        CheckConstraint(one_of("status", CampaignStatus), name="status"),
        CheckConstraint("char_length(sender_name) BETWEEN 1 AND 11", name="sender_name"),
        Index(None, "owner_id", "happens_at", "id"),
        Index(None, "owner_id", "list_id"),
        Index(None, "happens_at", "id"),
        Index(None, "status", "happens_at", "id"),
        Index(
            "ix_campaign_name_trigrams",
            func.fold(literal_column("name")).label("folded"),
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        ),
    )


class CampaignMessage(Model):
    """A campaign's text to one contact.

    A receipt changes `status` and one of the times. No B-tree leads over those (the partial ones
    hold failures alone), and the pages keep room, so that the change stays on its page (HOT).
    """

    __tablename__ = "campaign_message"

    owner_id: Mapped[OwnerId]
    id: Mapped[RowId]
    campaign_id: Mapped[int]
    contact_id: Mapped[int]
    phone: Mapped[str]  #: E.164, as it was when the message was queued
    text: Mapped[str]
    segments: Mapped[int] = mapped_column(server_default=sql("1"))  #: each costs one credit
    status: Mapped[str] = mapped_column(server_default=MessageStatus.QUEUED)
    provider: Mapped[str | None]
    provider_message_id: Mapped[str | None]
    error_code: Mapped[str | None]  #: the provider's own code, raw
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "campaign_id"], ["campaign.owner_id", "campaign.id"]),
        ForeignKeyConstraint(["owner_id", "contact_id"], ["contact.owner_id", "contact.id"]),
        UniqueConstraint("provider", "provider_message_id"),
        CheckConstraint(one_of("status", MessageStatus), name="status"),
        CheckConstraint("segments >= 1", name="segments"),
        CheckConstraint(
            "status <> 'queued' OR (sent_at IS NULL AND delivered_at IS NULL)",
            name="queued",
        ),
        CheckConstraint("status NOT IN ('sent', 'delivered') OR sent_at IS NOT NULL", name="sent"),
        CheckConstraint("(status = 'delivered') = (delivered_at IS NOT NULL)", name="delivered"),
        CheckConstraint("(status = 'failed') = (failed_at IS NOT NULL)", name="failed"),
        Index(None, "owner_id", "campaign_id", "id"),
        Index(None, "owner_id", "contact_id", "campaign_id"),
        Index(
            "ix_campaign_message_failures",
            "owner_id",
            "campaign_id",
            "id",
            postgresql_where=sql("failed_at IS NOT NULL"),
        ),
        Index(
            "ix_campaign_message_failure_codes",
            "owner_id",
            "campaign_id",
            func.coalesce(literal_column("error_code"), literal_column("''")),
            "id",
            postgresql_where=sql("failed_at IS NOT NULL"),
        ),
        Index(None, "sent_at", postgresql_using="brin"),
        Index(None, "delivered_at", postgresql_using="brin"),
        Index(None, "failed_at", postgresql_using="brin"),
        {"postgresql_with": {"fillfactor": 80}},
    )


class CampaignSkip(Model):
    """Who was considered for a campaign and not messaged, and why."""

    __tablename__ = "campaign_skip"

    owner_id: Mapped[OwnerId]
    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason_code: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["owner_id", "campaign_id"], ["campaign.owner_id", "campaign.id"]),
        ForeignKeyConstraint(["owner_id", "contact_id"], ["contact.owner_id", "contact.id"]),
        Index(None, "owner_id", "contact_id"),
    )


_OF_A_CAMPAIGN = (["owner_id", "campaign_id"], ["campaign.owner_id", "campaign.id"])


class CampaignStat(Model):
    """How many of a campaign's messages are in each state, what they cost and what was charged, now.

    Like the two tables below kept by triggers on `campaign_message`, in the same transaction; the
    credits by one on `credit_transaction`. A campaign that never had a message or an entry has no row.
    """

    __tablename__ = "campaign_stat"

    owner_id: Mapped[OwnerId]
    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    queued: Mapped[int] = mapped_column(server_default=sql("0"))
    sent: Mapped[int] = mapped_column(server_default=sql("0"))
    delivered: Mapped[int] = mapped_column(server_default=sql("0"))
    failed: Mapped[int] = mapped_column(server_default=sql("0"))
    segments: Mapped[int] = mapped_column(server_default=sql("0"))  #: of all messages: what they cost
    queued_segments: Mapped[int] = mapped_column(server_default=sql("0"))
    failed_segments: Mapped[int] = mapped_column(server_default=sql("0"))
    first_sent_at: Mapped[datetime | None]  #: opens the window in which opt-outs count
    #: Its debits, less what corrections and reversals gave back of them.
    debited_credits: Mapped[int] = mapped_column(server_default=sql("0"))
    #: Whatever else was given for it, less what reversals took back.
    refunded_credits: Mapped[int] = mapped_column(server_default=sql("0"))
    #: The differences of the two sides, by kind; `wallets/reconciliation/queries.py` says what they mean.
    undebited_credits: Mapped[int] = mapped_column(
        Computed("greatest(0, segments - debited_credits)", persisted=True)
    )
    overdebited_credits: Mapped[int] = mapped_column(
        Computed(
            "greatest(0, debited_credits - segments - greatest(0, refunded_credits - failed_segments))",
            persisted=True,
        )
    )
    unrefunded_credits: Mapped[int] = mapped_column(
        Computed(
            "greatest(0, failed_segments - refunded_credits - greatest(0, segments - debited_credits))",
            persisted=True,
        )
    )

    __table_args__ = (
        ForeignKeyConstraint(*_OF_A_CAMPAIGN, ondelete="CASCADE"),
        *(
            Index(
                f"ix_campaign_stat_{kind}",
                "campaign_id",
                "owner_id",
                postgresql_where=sql(f"{kind}_credits > 0"),
            )
            for kind in ("undebited", "overdebited", "unrefunded")
        ),
        {"postgresql_with": {"fillfactor": 70}},
    )


class CampaignStatHour(Model):
    """How many messages were accepted, delivered and failed in each hour (UTC)."""

    __tablename__ = "campaign_stat_hour"

    owner_id: Mapped[OwnerId]
    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hour: Mapped[datetime] = mapped_column(primary_key=True)  #: the hour's first instant
    accepted: Mapped[int] = mapped_column(server_default=sql("0"))  #: by `sent_at`, else `failed_at`
    delivered: Mapped[int] = mapped_column(server_default=sql("0"))  #: by `delivered_at`
    failed: Mapped[int] = mapped_column(server_default=sql("0"))  #: by `failed_at`

    __table_args__ = (
        ForeignKeyConstraint(*_OF_A_CAMPAIGN, ondelete="CASCADE"),
        Index(None, "hour"),
        {"postgresql_with": {"fillfactor": 70}},
    )


class CampaignStatError(Model):
    """How many messages failed with each of the provider's codes ('' where it gave none)."""

    __tablename__ = "campaign_stat_error"

    owner_id: Mapped[OwnerId]
    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    error_code: Mapped[str] = mapped_column(primary_key=True)
    failed: Mapped[int] = mapped_column(server_default=sql("0"))

    __table_args__ = (ForeignKeyConstraint(*_OF_A_CAMPAIGN, ondelete="CASCADE"),)


class CampaignStatAge(Model):
    """How many messages were accepted, delivered and failed within so long of the campaign's start.

    A row counts what happened between the next smaller of `AGES_MINUTES` and its own. What happened later
    than 72 hours, as long as providers try, has no row. A campaign's start is set once and never moved.
    """

    __tablename__ = "campaign_stat_age"

    owner_id: Mapped[OwnerId]
    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by_minutes: Mapped[int] = mapped_column(Integer, primary_key=True)  #: at most so many after the start
    accepted: Mapped[int] = mapped_column(server_default=sql("0"))
    delivered: Mapped[int] = mapped_column(server_default=sql("0"))
    failed: Mapped[int] = mapped_column(server_default=sql("0"))

    __table_args__ = (
        ForeignKeyConstraint(*_OF_A_CAMPAIGN, ondelete="CASCADE"),
        {"postgresql_with": {"fillfactor": 70}},
    )


class CampaignStatLatency(Model):
    """How many messages were delivered within so long of being handed over.

    A row counts those between the next smaller of `LATENCIES_SECONDS` and its own.
    """

    __tablename__ = "campaign_stat_latency"

    owner_id: Mapped[OwnerId]
    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by_seconds: Mapped[int] = mapped_column(Integer, primary_key=True)  #: at most so many after `sent_at`
    delivered: Mapped[int] = mapped_column(server_default=sql("0"))

    __table_args__ = (
        ForeignKeyConstraint(*_OF_A_CAMPAIGN, ondelete="CASCADE"),
        {"postgresql_with": {"fillfactor": 70}},
    )


class CampaignStatCountry(Model):
    """How many messages went to the numbers of each calling code, and what became of them."""

    __tablename__ = "campaign_stat_country"

    owner_id: Mapped[OwnerId]
    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    calling_code: Mapped[str] = mapped_column(primary_key=True)  #: without the plus, such as "30"
    accepted: Mapped[int] = mapped_column(server_default=sql("0"))
    delivered: Mapped[int] = mapped_column(server_default=sql("0"))
    failed: Mapped[int] = mapped_column(server_default=sql("0"))

    __table_args__ = (
        ForeignKeyConstraint(*_OF_A_CAMPAIGN, ondelete="CASCADE"),
        {"postgresql_with": {"fillfactor": 70}},
    )


#: The bounds of `age_minutes` and `latency_seconds`, functions of the database.
AGES_MINUTES = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1080, 1440, 2160, 2880, 4320)
LATENCIES_SECONDS = (
    *(1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600),
    *(7200, 14400, 28800, 43200, 86400, 172800, 259200),
)
