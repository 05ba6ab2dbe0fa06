"""Campaign figures and messages as the rows of a file: the same ones, in the same order, as on the pages."""

from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, case, cast, func, literal, null, select

from dashboard.campaigns import queries as campaigns
from dashboard.campaigns.failures import meaning
from dashboard.campaigns.messages import queries as messages_of
from dashboard.campaigns.models import Campaign, CampaignMessage, CampaignStat, CampaignStatError
from dashboard.campaigns.queries import Wanted
from dashboard.campaigns.signals import queries as signals
from dashboard.contacts.models import Contact
from dashboard.core import keyset
from dashboard.core.csv_stream import dialable, inert, iso_8601
from dashboard.core.db import AnySelect, db
from dashboard.core.rates import interval_columns, share_column
from dashboard.owners.models import Owner


def figures(wanted: Wanted, sort: str) -> AnySelect:
    """A row for each campaign that matches `wanted`, sorted as the page; "worst": those below normal alone.

    Rates are shares from 0 to 1 of the accepted messages, each with its 95 % Wilson interval; nothing where
    none was accepted. `Started` is in the owner's zone.
    """
    found, keys = _campaigns(wanted, sort)
    one = found.add_columns(
        Campaign.started_at,
        func.coalesce(CampaignStat.segments, 0).label("segments"),
        func.row_number().over(order_by=keyset.ordering(keys)).label("place"),
    ).subquery("one")
    accepted = one.c.sent + one.c.delivered + one.c.failed
    return select(
        one.c.owner_id.label("Owner no."),
        inert(one.c.owner_name).label("Owner"),
        one.c.id.label("Campaign no."),
        inert(one.c.name).label("Campaign"),
        func.initcap(one.c.status).label("State"),
        iso_8601(one.c.started_at, one.c.timezone).label("Started"),
        one.c.timezone.label("Time zone"),
        (one.c.queued + accepted).label("Messages"),
        accepted.label("Accepted"),
        one.c.delivered.label("Delivered"),
        one.c.failed.label("Failed"),
        one.c.sent.label("Pending"),
        one.c.queued.label("Queued"),
        *_rate("Delivery rate", one.c.delivered, accepted),
        *_rate("Failure rate", one.c.failed, accepted),
        one.c.segments.label("Segments"),
    ).order_by(one.c.place)


def count_figures(wanted: Wanted, sort: str) -> int:
    """How many campaigns match `wanted`; "worst": how many of them are below normal."""
    found, _ = _campaigns(wanted, sort)
    return db.session.execute(select(func.count()).select_from(found.subquery())).scalar_one()


def messages(owner_id: int, campaign_id: int, figure: str, error_code: str | None) -> AnySelect:
    """A row for each message behind one of FIGURES, and of one error code if given, newest first.

    Times are in the owner's zone.
    """
    zone = db.session.execute(select(Owner.timezone).where(Owner.id == owner_id)).scalar_one()
    names = func.nullif(Contact.first_name, ""), func.nullif(Contact.last_name, "")
    # Looked up for each message, and the messages read by the index that sorts them, so that they come from
    # the first one on. A join and a sort would read everything before they gave any.
    name = (
        select(inert(func.nullif(func.concat_ws(" ", *names), "", type_=Text)))
        .where(Contact.owner_id == CampaignMessage.owner_id, Contact.id == CampaignMessage.contact_id)
        .scalar_subquery()
    )
    return (
        select(
            dialable(CampaignMessage.phone).label("Number"),
            name.label("Name"),
            case(_STATES, value=CampaignMessage.status).label("State"),
            CampaignMessage.segments.label("Segments"),
            inert(CampaignMessage.error_code).label("Error code"),
            _meaning(owner_id, campaign_id).label("Meaning"),
            iso_8601(CampaignMessage.created_at).label("Queued"),
            iso_8601(CampaignMessage.sent_at).label("Sent"),
            iso_8601(CampaignMessage.delivered_at).label("Delivered"),
            iso_8601(CampaignMessage.failed_at).label("Failed"),
            literal(zone).label("Time zone"),
            inert(CampaignMessage.provider_message_id).label("Provider message id"),
            inert(CampaignMessage.text).label("Text"),
        )
        .where(messages_of.behind(owner_id, campaign_id, figure, error_code))
        .order_by(*keyset.ordering(messages_of.NEWEST_FIRST))
        .execution_options(settings={"timezone": zone, "enable_sort": "off"})
    )


def count_messages(owner_id: int, campaign_id: int, figure: str, error_code: str | None) -> int:
    """How many messages are behind the figure, by the counters.

    Raises:
        NoResultFound: no such campaign of this owner.
    """
    if error_code is None:
        return campaigns.totals_of(campaigns.get(owner_id, campaign_id)).of(figure)
    if figure not in ("all", "accepted", "failed"):
        return 0
    failed = db.session.scalar(
        select(CampaignStatError.failed).where(
            CampaignStatError.owner_id == owner_id,
            CampaignStatError.campaign_id == campaign_id,
            CampaignStatError.error_code == error_code,
        )
    )
    return failed or 0


def _campaigns(wanted: Wanted, sort: str) -> tuple[AnySelect, list[keyset.Key]]:
    """The campaigns that the page shows on all its pages together, and what sorts them."""
    if sort == "worst":
        marked = signals.below_normal(wanted)
        return signals.campaigns(marked), [signals.rank(marked)]
    return campaigns.narrowed(campaigns.with_counters(), wanted), campaigns.SORTS[sort]


def _meaning(owner_id: int, campaign_id: int) -> ColumnElement[Any]:
    """What the provider's code says, in words; NULL where the message has not failed, or nobody knows."""
    codes = db.session.scalars(
        select(CampaignStatError.error_code).where(
            CampaignStatError.owner_id == owner_id, CampaignStatError.campaign_id == campaign_id
        )
    )
    known = {code: words for code in codes if (words := meaning(code))}
    if not known:
        return null()
    code = func.coalesce(CampaignMessage.error_code, "")
    return case((CampaignMessage.failed_at.is_not(None), case(known, value=code)))


def _rate(name: str, count: Any, of: Any) -> list[ColumnElement[Any]]:
    low, high = interval_columns(count, of)
    columns = {name: share_column(count, of), f"{name}, 95 % from": low, f"{name}, 95 % to": high}
    return [func.round(cast(value, Numeric), 6).label(label) for label, value in columns.items()]


_STATES = {"queued": "Queued", "sent": "Pending", "delivered": "Delivered", "failed": "Failed"}
