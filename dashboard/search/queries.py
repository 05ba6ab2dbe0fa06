"""One box for everything."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.campaigns import queries as campaigns
from dashboard.contacts import queries as contacts
from dashboard.core import keyset
from dashboard.core.db import AnyRow
from dashboard.lists import queries as lists
from dashboard.owners import queries as owners

MOST = 10  #: of each kind


@dataclass(frozen=True)
class Found:
    """The first of each kind that the text finds."""

    contacts: Sequence[AnyRow] = ()
    campaigns: Sequence[AnyRow] = ()
    lists: Sequence[AnyRow] = ()
    owners: Sequence[AnyRow] = ()

    @property
    def count(self) -> int:
        return len(self.contacts) + len(self.campaigns) + len(self.lists) + len(self.owners)


def search(typed: str) -> Found:
    """What a phone number in any format, an email, a name, a campaign, a list or an owner finds.

    A whole number finds its contacts and nothing else. Texts below three characters find nothing.
    """
    if exact := contacts.by_number(typed):
        return Found(contacts=exact)
    if len(typed) < contacts.SHORTEST:
        return Found()
    return Found(
        contacts=contacts.search(typed, most=MOST),
        campaigns=campaigns.page(campaigns.Wanted(name=typed), at=keyset.At(size=MOST)).rows,
        lists=lists.page(lists.Wanted(name=typed), at=keyset.At(size=MOST)).rows,
        owners=owners.page(name=typed, at=keyset.At(size=MOST)).rows,
    )
