"""What a check found, what was chosen, and what an import did: kept as JSON, shown as numbers."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Found:
    """What a check found. Rows are good, double or bad; the good ones are new, changing or the same."""

    good: int = 0
    bad: int = 0
    doubles: int = 0  #: a row above has the number
    new: int = 0
    opted_out: int = 0  #: of `new`: the number opted out before, so it is added unsubscribed
    leaving: int = 0  #: of `new`: the file says that it is not subscribed, and nobody knew before
    unsaid: int = 0  #: of `new`: the file does not say, so it is added subscribed
    changing: int = 0  #: contacts of which the file says something else
    same: int = 0
    to_unsubscribe: int = 0  #: contacts that are subscribed, and the file says that they are not
    to_subscribe: int = 0  #: the other way round; none that opted out

    @property
    def rows(self) -> int:
        return self.good + self.doubles + self.bad

    @property
    def left_out(self) -> int:
        return self.doubles + self.bad

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Options:
    """What a person ticked."""

    list_id: int | None = None  #: everybody of the file goes on it
    tag: str | None = None  #: everybody of the file gets it
    updates: bool = False  #: what the file says replaces what is known; an empty cell says nothing
    unsubscribes: bool = False  #: contacts that the file says are not subscribed
    subscribes: bool = False  #: contacts that the file says are, unless they opted out

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Draft:
    """What a person filled in before the file is imported: it comes back when the file was read once more."""

    consent: str = ""
    options: Options = Options()

    def as_json(self) -> dict[str, Any]:
        return {**self.options.as_json(), "consent": self.consent}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Draft":
        """The inverse of `as_json`; of Options alone, too."""
        known = dict(kept)
        return cls(consent=known.pop("consent", ""), options=Options(**known))


@dataclass(frozen=True)
class Done:
    """What an import did so far."""

    added: int = 0
    added_unsubscribed: int = 0  #: of `added`
    updated: int = 0
    unsubscribed: int = 0
    subscribed: int = 0
    listed: int = 0
    tagged: int = 0

    def __add__(self, more: "Done") -> "Done":
        other = more.as_json()
        return Done(**{name: value + other[name] for name, value in asdict(self).items()})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
