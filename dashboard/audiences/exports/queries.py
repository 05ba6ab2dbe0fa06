"""The contacts of an audience as rows of a file."""

from collections.abc import Sequence

from sqlalchemy import Text, case, func, literal, select

from dashboard.audiences.audience import Audience
from dashboard.audiences.queries import meant_by
from dashboard.contacts.models import Contact
from dashboard.core.csv_stream import dialable, inert, iso_8601
from dashboard.core.db import AnySelect, db
from dashboard.core.like import folded
from dashboard.owners.models import Owner
from dashboard.tags.models import ContactTag, Tag


def contacts(owner_id: int, audience: Audience, ids: Sequence[int] | None = None) -> AnySelect:
    """A row for each contact that matches, those added last first; of `ids` alone, if given.

    Times are in the owner's zone. "On the list since" is empty where no list of members is asked for.
    """
    zone = db.session.execute(select(Owner.timezone).where(Owner.id == owner_id)).scalar_one()
    tags = (
        select(inert(func.string_agg(Tag.name, literal(", ", Text).op("ORDER BY")(folded(Tag.name)))))
        .join(ContactTag, (ContactTag.owner_id == Tag.owner_id) & (ContactTag.tag_id == Tag.id))
        .where(ContactTag.owner_id == Contact.owner_id, ContactTag.contact_id == Contact.id)
        .correlate(Contact)
        .scalar_subquery()
    )
    meant = meant_by(owner_id, audience)
    stmt = meant.select(
        dialable(Contact.phone).label("Number"),
        inert(Contact.first_name).label("First name"),
        inert(Contact.last_name).label("Last name"),
        inert(Contact.email).label("Email"),
        func.replace(Contact.gender, "_", " ").label("Gender"),
        Contact.birthday.label("Birthday"),
        case((Contact.is_subscribed, "Subscribed"), else_="Unsubscribed").label("State"),
        iso_8601(Contact.unsubscribed_at).label("Unsubscribed"),
        tags.label("Tags"),
        iso_8601(Contact.created_at).label("Added"),
        iso_8601(meant.member_since).label("On the list since"),
        literal(zone).label("Time zone"),
    )
    if ids is not None:
        stmt = stmt.where(Contact.id.in_(ids))
    return stmt.order_by(Contact.id.desc()).execution_options(settings={"timezone": zone})


def count(owner_id: int, audience: Audience, ids: Sequence[int] | None = None) -> int:
    """How many rows `contacts` has."""
    stmt = meant_by(owner_id, audience).select(Contact.id)
    if ids is not None:
        stmt = stmt.where(Contact.id.in_(ids))
    return int(db.session.execute(select(func.count()).select_from(stmt.subquery())).scalar_one())
