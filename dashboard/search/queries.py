"""One box for everything."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import CTE, func, select, true

from dashboard.campaigns import queries as campaigns
from dashboard.campaigns.models import Campaign, CampaignMessage
from dashboard.contacts import queries as contacts
from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.core.like import contains_words, folded, is_enough
from dashboard.lists import queries as lists
from dashboard.lists.models import ContactList
from dashboard.owners import queries as owners
from dashboard.owners.models import Owner

MOST = 10  #: of each kind on the page
MOST_AS_YOU_TYPE = 5  #: of each kind below the box
MOST_COUNTED = contacts.MOST_HITS
_BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Hits:
    """The first of a kind, and how many there are: counted up to MOST_COUNTED and one more."""

    rows: Sequence[AnyRow] = ()
    count: int = 0

    @property
    def is_cut(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > MOST_COUNTED

    @property
    def has_more(self) -> bool:
        """Whether there are more than these."""
        return self.count > len(self.rows)


@dataclass(frozen=True)
class Found:
    """What the text finds, by kind."""

    contacts: Hits = field(default_factory=Hits)
    messages: Hits = field(default_factory=Hits)
    campaigns: Hits = field(default_factory=Hits)
    lists: Hits = field(default_factory=Hits)
    owners: Hits = field(default_factory=Hits)

    @property
    def count(self) -> int:
        kinds = (self.contacts, self.messages, self.campaigns, self.lists, self.owners)
        return sum(kind.count for kind in kinds)


def search(typed: str, *, most: int = MOST) -> Found:
    """The first `most` of each kind that the text finds.

    A phone number or a part of it in any format, a name or an email finds contacts; names find
    campaigns, lists and owners; "#123", a number of five digits and more that no contact has, and the
    provider's whole identifier find messages. A whole phone number finds its contacts and nothing else.
    Less than two letters finds nothing, nor less than three digits of a number.
    """
    if number := re.fullmatch(r"#\s*([0-9]{1,19})", typed):
        return Found(messages=_hits(_messages_of_number(int(number[1]), most)))
    if exact := contacts.by_number(typed, most=MOST_COUNTED + 1):
        return Found(contacts=Hits(exact[:most], len(exact)))
    people = contacts.search(typed, most=most)
    messages = _messages_of_identifier(typed, most) if re.fullmatch(r"[!-~]{4,}", typed) else []
    if not people and not messages and re.fullmatch(r"[0-9]{5,19}", typed):
        messages = _messages_of_number(int(typed), most)
    return Found(
        contacts=Hits(people, people[0].hits) if people else Hits(),
        messages=_hits(messages),
        **(_named(typed, most) if is_enough(typed) else {}),
    )


def _named(typed: str, most: int) -> dict[str, Hits]:
    return {
        "campaigns": _named_campaigns(typed, most),
        "lists": _named_lists(typed, most),
        "owners": _named_owners(typed, most),
    }


def _hits(rows: Sequence[AnyRow]) -> Hits:
    return Hits(rows, len(rows))


def _messages_of_number(number: int, most: int) -> Sequence[AnyRow]:
    """The messages of a number, which is the second half of their key: looked for at each owner."""
    if number > _BIGGEST:
        return []
    of_owner = (
        select(CampaignMessage.owner_id, CampaignMessage.id)
        .where(CampaignMessage.owner_id == Owner.id, CampaignMessage.id == number)
        # Keeps the planner at one look into the key for each owner.
        .limit(1)
        .lateral("of_owner")
    )
    found = select(of_owner.c.owner_id, of_owner.c.id).select_from(Owner).join(of_owner, true()).cte("found")
    is_found = (found.c.owner_id == CampaignMessage.owner_id) & (found.c.id == CampaignMessage.id)
    return db.session.execute(_messages().join(found, is_found).order_by(Owner.name).limit(most)).all()


def _messages_of_identifier(typed: str, most: int) -> Sequence[AnyRow]:
    """The messages that a provider knows by just this identifier."""
    return db.session.execute(
        _messages()
        .where(
            CampaignMessage.provider.in_(select(_providers().c.provider)),
            CampaignMessage.provider_message_id == typed,
        )
        .order_by(CampaignMessage.id)
        .limit(most)
    ).all()


def _providers() -> CTE:
    """The few providers' names: from one to the next through the index, which begins with them."""
    provider = CampaignMessage.provider
    names = select(func.min(provider).label("provider")).cte("providers", recursive=True)
    following = select(func.min(provider)).where(provider > names.c.provider).scalar_subquery()
    return names.union_all(select(following).where(names.c.provider.is_not(None)))


def _messages() -> AnySelect:
    return (
        select(
            CampaignMessage.owner_id, CampaignMessage.id, CampaignMessage.contact_id, CampaignMessage.phone,
            CampaignMessage.campaign_id, CampaignMessage.status, CampaignMessage.created_at,
            CampaignMessage.provider_message_id,
            Campaign.name.label("campaign_name"), Owner.name.label("owner_name"),
        )
        .join(
            Campaign,
            (Campaign.owner_id == CampaignMessage.owner_id) & (Campaign.id == CampaignMessage.campaign_id),
        )
        .join(Owner, Owner.id == CampaignMessage.owner_id)
    )  # fmt: skip


def _named_campaigns(typed: str, most: int) -> Hits:
    wanted = campaigns.Wanted(name=typed)
    page = campaigns.page(wanted, at=keyset.At(size=most))
    return _counted(page, campaigns.narrowed(select(Campaign.id), wanted))


def _named_lists(typed: str, most: int) -> Hits:
    page = lists.page(lists.Wanted(name=typed), at=keyset.At(size=most))
    return _counted(page, select(ContactList.id).where(contains_words(folded(ContactList.name), typed)))


def _named_owners(typed: str, most: int) -> Hits:
    page = owners.page(name=typed, at=keyset.At(size=most))
    return _counted(page, select(Owner.id).where(contains_words(folded(Owner.name), typed)))


def _counted(page: keyset.Page[AnyRow], everything: AnySelect) -> Hits:
    """The page, and how many there are of `everything`, which is only asked where the page is not all."""
    if page.after is None:
        return _hits(page.rows)
    some = everything.limit(MOST_COUNTED + 1).subquery()
    return Hits(page.rows, db.session.scalar(select(func.count()).select_from(some)) or 0)
