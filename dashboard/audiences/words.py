"""An audience in words: "subscribed, tagged VIP, women, 18 to 30 years"."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dashboard.audiences.audience import Audience
from dashboard.audiences.queries import Names, names_in
from dashboard.core.countries import name_of_calling_code

GENDERS = {
    "female": "women",
    "male": "men",
    "other": "another gender",
    "prefer_not_to_say": "gender not told",
}


@dataclass(frozen=True)
class Phrase:
    """One thing that an audience asks for, and the fields of a filter that ask for it."""

    words: str
    fields: tuple[str, ...]


def phrases(owner_id: int, audience: Audience) -> list[Phrase]:
    """What the audience asks for, its list aside, with the tag by its name; empty: it asks for anybody."""
    return list(_phrases(audience, names_in(owner_id, audience).tag))


def sentence(owner_id: int, audience: Audience) -> str:
    """The audience as people say it: "members of VIP, subscribed, women", or "all contacts"."""
    return _sentence(audience, names_in(owner_id, audience))


def _sentence(audience: Audience, names: Names) -> str:
    who = [] if audience.list_id is None else [f"members of {names.list}"]
    return ", ".join(who + [phrase.words for phrase in _phrases(audience, names.tag)]) or "all contacts"


@dataclass(frozen=True)
class Kept:
    """A campaign's audience as it was when the campaign started."""

    words: str
    at: datetime  #: when it was written down


def as_it_was(kept: dict[str, Any] | None) -> Kept | None:
    """What `campaign.audience` holds, in words and with the names of then; None where it holds nothing."""
    if kept is None:
        return None
    words = f"list {kept['name']}"
    if "definition" in kept:
        asked, names = Audience.of_json(kept["definition"]), Names(**kept.get("names", {}))
        words += f", dynamic: {_sentence(asked, names)}"
    return Kept(words, datetime.fromisoformat(kept["at"]))


def _phrases(audience: Audience, tag: str) -> Iterator[Phrase]:
    if audience.is_subscribed is not None:
        yield Phrase("subscribed" if audience.is_subscribed else "unsubscribed", ("is_subscribed",))
    if audience.tag_id is not None:
        yield Phrase(f"tagged {tag}", ("tag_id",))
    if audience.gender is not None:
        yield Phrase(GENDERS.get(audience.gender, audience.gender), ("gender",))
    if audience.age_from is not None or audience.age_to is not None:
        yield Phrase(_ages(audience.age_from, audience.age_to), ("age_from", "age_to"))
    if audience.calling_code is not None:
        yield Phrase(f"numbers of {name_of_calling_code(audience.calling_code)}", ("calling_code",))
    for verb, name in (("joined the list", "joined"), ("added", "added"), ("left", "left")):
        fields = (f"{name}_from", f"{name}_to")
        first, last = (getattr(audience, field) for field in fields)
        if first or last:
            yield Phrase(f"{verb} {_days(first, last)}", fields)


def _ages(at_least: int | None, at_most: int | None) -> str:
    if at_most is None:
        return f"{at_least} years or older"
    if at_least is None:
        return f"up to {at_most} years"
    return f"{at_least} years" if at_least == at_most else f"{at_least} to {at_most} years"


def _days(first: date | None, last: date | None) -> str:
    if last is None:
        return f"since {_day(first)}"
    if first is None:
        return f"until {_day(last)}"
    return f"on {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""
