"""What is known of one contact and one campaign, and the campaigns that one may ask about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select

from dashboard.audiences import queries as audiences
from dashboard.audiences.audience import Audience
from dashboard.audit.models import AuditEvent
from dashboard.campaigns.models import Campaign, CampaignMessage, CampaignSkip, CampaignStatus, MessageStatus
from dashboard.contacts import queries as contacts
from dashboard.contacts.past import queries as past
from dashboard.contacts.timeline.queries import subject_of
from dashboard.core import phones
from dashboard.core.db import AnyRow, AnySelect, db, utc_now
from dashboard.core.like import contains_words, folded
from dashboard.lists.models import ContactList, ListMembership, ListStat, MembershipEvent
from dashboard.wallets.models import CreditTransaction, EntryType
from dashboard.wallets.runway import queries as runway

MOST_CAMPAIGNS = 50  #: to choose from
TO_COME = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)
#: The further a message came, the more it says of several.
_FURTHEST = (MessageStatus.DELIVERED, MessageStatus.SENT, MessageStatus.QUEUED, MessageStatus.FAILED)


@dataclass(frozen=True)
class Facts:
    """What is known of a contact and a campaign, as it stood at `at`; None where nothing is."""

    contact: AnyRow
    campaign: AnyRow  #: as `_campaign` reads it
    asked: Audience | None  #: of a dynamic list: for whom it asked when the campaign started; else asks now
    matches: bool  #: whether the contact, as it is now, is one of those
    at: datetime  #: when the campaign was queued, for this contact where that is known; else ended; else now
    now: datetime
    message: AnyRow | None  #: of several the one that came furthest; `messages` is how many
    skip: AnyRow | None
    joined: AnyRow | None  #: the last change of the membership in the campaign's list before `at`
    joined_later: AnyRow | None  #: the first one after
    member_since: datetime | None  #: where the contact is on the list now
    consent: AnyRow | None  #: the last event before `at`
    suppressed_since: datetime | None  #: where the number as it was at `at` is suppressed now
    is_opted_out: bool  #: today, by consent or since today's number is suppressed
    phone: str | None  #: E.164, as it was at `at`; None: erased
    is_phone_valid: bool
    debit: AnyRow | None  #: the ledger's first debit for the campaign
    balance_credits: int | None  #: of the wallet, at `at`; None: it had no entry yet
    cost_credits: int | None  #: of a campaign to come, as things stand; None where nobody can tell

    @property
    def has_begun(self) -> bool:
        return bool(self.campaign.started_at or self.message or self.skip)

    @property
    def is_to_come(self) -> bool:
        """Whether the campaign may still start, so that all stands as it does now."""
        return not self.has_begun and self.campaign.status in TO_COME

    @property
    def is_overdue(self) -> bool:
        """Whether the campaign should have started by now."""
        scheduled_at = self.campaign.scheduled_at
        return self.is_to_come and scheduled_at is not None and scheduled_at < self.now

    @property
    def has_failed_before(self) -> bool:
        """Whether the campaign failed before it began, so that nobody got it."""
        return not self.has_begun and self.campaign.status == CampaignStatus.FAILED

    @property
    def is_in_audience(self) -> bool:
        """Whether the contact, as it is now, is on the campaign's list."""
        return self.matches if self.asked is not None else self.member_since is not None


def facts(owner_id: int, contact_id: int, campaign_id: int) -> Facts:
    """What is known of the contact and the campaign.

    Raises:
        NoResultFound: the owner has no such contact or no such campaign.
    """
    contact, campaign = contacts.get(owner_id, contact_id), _campaign(owner_id, campaign_id)
    message, skip = _message(owner_id, contact_id, campaign_id), _skip(owner_id, contact_id, campaign_id)
    now = utc_now()
    reached = message or skip
    at = reached.created_at if reached else campaign.started_at or campaign.finished_at or now
    joined, joined_later = _membership(owner_id, contact_id, campaign.list_id, at)
    phone = _phone_at(owner_id, contact, message, at) if contact.phone else None
    asked = _asked(campaign)
    return Facts(
        contact=contact,
        campaign=campaign,
        asked=asked,
        matches=asked is not None and audiences.holds(owner_id, asked, contact_id),
        at=at,
        now=now,
        message=message,
        skip=skip,
        joined=joined,
        joined_later=joined_later,
        member_since=_member_since(owner_id, contact_id, campaign.list_id),
        consent=past.last_consent(owner_id, contact_id, until=at),
        suppressed_since=contacts.suppressed_since(owner_id, phone),
        is_opted_out=not contact.is_subscribed or bool(contacts.suppressed_since(owner_id, contact.phone)),
        phone=phone,
        is_phone_valid=phone is not None and phones.is_assigned(phone),
        debit=_debit(owner_id, campaign_id),
        balance_credits=_balance(owner_id, at),
        cost_credits=runway.cost_credits(campaign) if campaign.status in TO_COME else None,
    )


def recent_campaigns(owner_id: int, *, most: int = 5) -> Sequence[AnyRow]:
    """The owner's latest campaigns; not those that are still to come."""
    return db.session.execute(_campaigns(owner_id, most).where(Campaign.happens_at <= utc_now())).all()


def campaigns_named(owner_id: int, typed: str, *, most: int = MOST_CAMPAIGNS) -> Sequence[AnyRow]:
    """The owner's campaigns whose names hold what was typed, accents and case aside; newest first."""
    stmt = _campaigns(owner_id, most)
    if typed:
        stmt = stmt.where(contains_words(folded(Campaign.name), typed))
    return db.session.execute(stmt).all()


def _campaigns(owner_id: int, most: int) -> AnySelect:
    return (
        select(Campaign.id, Campaign.name, Campaign.status, Campaign.happens_at)
        .where(Campaign.owner_id == owner_id)
        .order_by(Campaign.happens_at.desc(), Campaign.id.desc())
        .limit(most)
    )


def _campaign(owner_id: int, campaign_id: int) -> AnyRow:
    return db.session.execute(
        select(
            Campaign.owner_id, Campaign.id, Campaign.name, Campaign.status, Campaign.list_id,
            Campaign.message_text, Campaign.scheduled_at, Campaign.started_at, Campaign.finished_at,
            Campaign.audience, ContactList.name.label("list_name"), ContactList.definition,
            ContactList.definition.is_not(None).label("is_dynamic"),
            func.coalesce(ListStat.subscribed, 0).label("subscribed"),
        )
        .outerjoin(
            ContactList, and_(ContactList.owner_id == Campaign.owner_id, ContactList.id == Campaign.list_id)
        )
        .outerjoin(
            ListStat, and_(ListStat.owner_id == Campaign.owner_id, ListStat.list_id == Campaign.list_id)
        )
        .where(Campaign.owner_id == owner_id, Campaign.id == campaign_id)
    ).one()  # fmt: skip


def _asked(campaign: AnyRow) -> Audience | None:
    if campaign.definition is None:
        return None
    return Audience.of_json((campaign.audience or {}).get("definition", campaign.definition))


def _message(owner_id: int, contact_id: int, campaign_id: int) -> AnyRow | None:
    """The campaign's message to the contact; of several the one that came furthest, of those the last."""
    by_status = {status: n for n, status in enumerate(_FURTHEST)}
    return db.session.execute(
        select(
            CampaignMessage.id, CampaignMessage.phone, CampaignMessage.status, CampaignMessage.error_code,
            CampaignMessage.created_at, CampaignMessage.sent_at, CampaignMessage.delivered_at,
            CampaignMessage.failed_at, func.count().over().label("messages"),
        )
        .where(
            CampaignMessage.owner_id == owner_id,
            CampaignMessage.contact_id == contact_id,
            CampaignMessage.campaign_id == campaign_id,
        )
        .order_by(case(by_status, value=CampaignMessage.status), CampaignMessage.id.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip


def _skip(owner_id: int, contact_id: int, campaign_id: int) -> AnyRow | None:
    return db.session.execute(
        select(CampaignSkip.campaign_id, CampaignSkip.reason_code, CampaignSkip.created_at).where(
            CampaignSkip.owner_id == owner_id,
            CampaignSkip.campaign_id == campaign_id,
            CampaignSkip.contact_id == contact_id,
        )
    ).one_or_none()


def _membership(
    owner_id: int, contact_id: int, list_id: int | None, at: datetime
) -> tuple[AnyRow | None, AnyRow | None]:
    """The last change of the membership until `at`, and the first one after."""
    if list_id is None:
        return None, None
    stmt = select(MembershipEvent.id, MembershipEvent.action, MembershipEvent.occurred_at).where(
        MembershipEvent.owner_id == owner_id,
        MembershipEvent.contact_id == contact_id,
        MembershipEvent.list_id == list_id,
    )
    before = stmt.where(MembershipEvent.occurred_at <= at).order_by(
        MembershipEvent.occurred_at.desc(), MembershipEvent.id.desc()
    )
    after = stmt.where(MembershipEvent.occurred_at > at).order_by(
        MembershipEvent.occurred_at, MembershipEvent.id
    )
    last, first = (db.session.execute(one.limit(1)).one_or_none() for one in (before, after))
    return last, first


def _member_since(owner_id: int, contact_id: int, list_id: int | None) -> datetime | None:
    if list_id is None:
        return None
    return db.session.scalar(
        select(ListMembership.created_at).where(
            ListMembership.owner_id == owner_id,
            ListMembership.list_id == list_id,
            ListMembership.contact_id == contact_id,
        )
    )


def _phone_at(owner_id: int, contact: AnyRow, message: AnyRow | None, at: datetime) -> str:
    """The contact's number at that time: the message's, else what the first edit of it afterwards replaced,
    else today's."""
    if message:
        return str(message.phone)
    replaced = db.session.scalar(
        select(AuditEvent.before["phone"].astext)
        .where(
            AuditEvent.owner_id == owner_id,
            AuditEvent.subject == subject_of(contact.id),
            AuditEvent.at > at,
            AuditEvent.action == "contact.edit",
            AuditEvent.before.has_key("phone"),
        )
        .order_by(AuditEvent.at, AuditEvent.id)
        .limit(1)
    )
    return replaced or str(contact.phone)


def _debit(owner_id: int, campaign_id: int) -> AnyRow | None:
    return db.session.execute(
        select(CreditTransaction.entry_no, CreditTransaction.amount_credits, CreditTransaction.created_at)
        .where(
            CreditTransaction.owner_id == owner_id,
            CreditTransaction.campaign_id == campaign_id,
            CreditTransaction.type == EntryType.DEBIT,
        )
        .order_by(CreditTransaction.entry_no)
        .limit(1)
    ).one_or_none()


def _balance(owner_id: int, at: datetime) -> int | None:
    return db.session.scalar(
        select(CreditTransaction.balance_after_credits)
        .where(CreditTransaction.owner_id == owner_id, CreditTransaction.created_at <= at)
        .order_by(CreditTransaction.created_at.desc(), CreditTransaction.entry_no.desc())
        .limit(1)
    )
