"""What changed a delivery rate, in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from unicodedata import bidirectional

from dashboard.campaigns.failures import meaning
from dashboard.campaigns.why.queries import Explanation
from dashboard.core.countries import name_of_calling_code
from dashboard.core.decomposition import Decomposition, Effect, Loss

MINUS = "−"
LEAST_PART = Fraction(1, 5)  #: of the difference; what adds less is not named in the sentence
#: By how much of the difference a group must add more than its share of the messages: where all fell alike,
#: the largest adds most, and that says nothing.
LEAST_SURPLUS = Fraction(1, 10)
#: The kinds of characters (Unicode's bidirectional classes) that leave the direction of a sentence as it is.
LEFT_TO_RIGHT = {"L", "EN", "ES", "ET", "CS", "NSM", "BN", "B", "S", "WS", "ON", ""}


@dataclass(frozen=True)
class Dimension:
    """What messages are grouped by."""

    title: str
    messages: str  #: of a group
    went: str  #: what they did
    none: str  #: the name of the group of those that have none


DIMENSIONS = {
    "country": Dimension("Country", "messages to {}", "went to {}", "No number"),
    "owner": Dimension("Owner", "messages of {}", "came from {}", "No owner"),
    "sender": Dimension("Sender", "messages sent as {}", "were sent as {}", "no sender's name"),
    "list": Dimension("List", "messages to the list {}", "went to the list {}", "no list"),
}


def points(share: Fraction, digits: int = 2) -> str:
    """A difference of shares in percentage points: +1.23, −0.50, 0.00."""
    text = f"{float(share) * 100:+.{digits}f}"
    return text.replace("-", MINUS) if float(text) else text[1:]


def title(why: Explanation) -> str:
    if why.is_too_few or not float(points(abs(why.difference), 1)):
        return "Why it changed"
    return "Why it fell" if why.difference < 0 else "Why it rose"


def headline(why: Explanation) -> str:
    """Down 3.2 points"""
    size = points(abs(why.difference), 1).removeprefix("+")
    if not float(size):
        return "Hardly changed"
    return f"{'Down' if why.difference < 0 else 'Up'} {size} {'point' if size == '1.0' else 'points'}"


def contributions(why: Explanation, most: int = 3) -> list[tuple[str, Fraction]]:
    """What adds most to the difference and how much: the largest of each table, largest first.

    Each table explains the whole difference in its own way, so these overlap.
    """
    least = abs(why.difference) * LEAST_PART
    sign = 1 if why.difference > 0 else -1
    candidates = [
        [one for one in table if one[1] and sign * one[1] >= least]
        for table in _tables(why, abs(why.difference))
    ]
    found = [max(table, key=lambda one: abs(one[1])) for table in candidates if table]
    # Of an owner with a sender of his own, or a list, once is enough.
    once = {effect: sentence for sentence, effect in reversed(found)}
    return sorted(((once[effect], effect) for effect in once), key=lambda one: -abs(one[1]))[:most]


def group_name(dimension: str, group: str | None, names: dict[str, str]) -> str:
    if group is None:
        return "All others together"
    if dimension == "country":
        return name_of_calling_code(group) if group else DIMENSIONS[dimension].none
    return isolated(names.get(group, group)) or DIMENSIONS[dimension].none


def isolated(name: str) -> str:
    """A name that keeps the direction of its writing to itself, also where it tries not to."""
    if all(bidirectional(character) in LEFT_TO_RIGHT for character in name):
        return name
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"


def only_group(dimension: str, split: Decomposition[str], names: dict[str, str]) -> str:
    """All messages went to +30 Greece, now and before: the country explains nothing."""
    words, [one] = DIMENSIONS[dimension], split.effects
    went = words.went.format(group_name(dimension, one.group, names))
    return f"All messages {went}, now and before: the {words.title.lower()} explains nothing."


def bar(share: Fraction, most: Fraction) -> tuple[float, float]:
    """Where a bar begins and how long it is, where `most` is 50 long and 0 is in the middle."""
    length = round(50 * float(abs(share) / most), 2) if most else 0.0
    return (-length if share < 0 else 0.0), length


def _tables(why: Explanation, size: Fraction) -> Iterator[list[tuple[str, Fraction]]]:
    for dimension, split in why.splits.items():
        named = [one for one in split.effects if one.group is not None]
        mixes = [_mix(dimension, one, why.names) for one in named]
        yield mixes + [_rate(dimension, one, why.names) for one in named if _is_telling(one, size)]
    yield [_loss(one) for one in why.codes if one.group is not None]
    yield [(f"{'more' if why.pending.total < 0 else 'fewer'} are still pending", why.pending.total)]


def _is_telling(one: Effect[str], size: Fraction) -> bool:
    return abs(one.rate) >= size * ((one.share_now + one.share_before) / 2 + LEAST_SURPLUS)


def _rate(dimension: str, one: Effect[str], names: dict[str, str]) -> tuple[str, Fraction]:
    messages = DIMENSIONS[dimension].messages.format(group_name(dimension, one.group, names))
    return f"{messages} were delivered {'more' if one.rate > 0 else 'less'} often", one.rate


def _mix(dimension: str, one: Effect[str], names: dict[str, str]) -> tuple[str, Fraction]:
    went = DIMENSIONS[dimension].went.format(group_name(dimension, one.group, names))
    is_larger = one.share_now > one.share_before
    # It is better than the rest where a larger share of it does good, or a smaller one harm.
    is_better = is_larger == (one.mix > 0)
    return (
        f"{'more' if is_larger else 'fewer'} {went}, of which {'more' if is_better else 'fewer'} arrive",
        one.mix,
    )


def _loss(one: Loss[str]) -> tuple[str, Fraction]:
    words = meaning(one.group)
    if not one.group:
        how = "without a reason given"
    elif words:
        how = f"with code {isolated(one.group)}, {words[:1].lower()}{words[1:]}"
    else:
        how = f"with the unknown code {isolated(one.group)}"
    return f"{'more' if one.total < 0 else 'fewer'} failed {how}", one.total
