"""How figures, times, numbers and names are written for people."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_login import current_user
from markupsafe import Markup, escape

from dashboard.core import spans, sparklines
from dashboard.core.countries import name_of_calling_code
from dashboard.core.db import utc_now
from dashboard.core.phones import international
from dashboard.core.rates import Rate
from dashboard.web.paging import this_path, this_view

NOTHING = "–"
TOO_FEW = "too few to say"
MINUS = "−"


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        number=number, signed=signed, percent=percent, interval=interval, plural=plural,
        phone=phone, called=called, when=when, weekday_time=weekday_time, day=day, person=person, words=words,
        initials=initials, sparkline_path=sparklines.path, span=spans.in_words,
        calling_code=name_of_calling_code, points=points,
    )  # fmt: skip
    app.jinja_env.globals.update(
        reader_zone=reader_zone,
        zone_name=zone_name,
        NOTHING=NOTHING,
        TOO_FEW=TOO_FEW,
        endpoints=app.view_functions,
        this_view=this_view,
        this_path=this_path,
    )


def number(value: int | None) -> str:
    """12,345; a dash for None."""
    return NOTHING if value is None else f"{value:,}".replace("-", MINUS)


def signed(value: int) -> str:
    """+12,345 or −12,345."""
    return f"{value:+,}".replace("-", MINUS)


def percent(rate: Rate | float | None, digits: int = 1) -> str:
    """95.2 %; a dash where there is no rate, and words where a Rate is of too few to say it.

    Never rounds to 0 or 100 what is not.
    """
    if isinstance(rate, Rate) and rate.is_too_few:
        return TOO_FEW
    value = rate.value if isinstance(rate, Rate) else rate
    if value is None:
        return NOTHING
    text = f"{value * 100:.{digits}f}"
    least = 10**-digits
    if value > 0 and float(text) == 0:
        return f"< {least:g} %"
    if value < 1 and float(text) == 100:
        return f"> {100 - least:g} %"
    return f"{text} %"


def points(difference: float) -> str:
    """The difference of two shares in words: "1.2 points higher"."""
    if not difference:
        return "the same"
    size = "less than 0.1" if abs(difference) < 0.0005 else f"{abs(difference) * 100:.1f}"
    return f"{size} points {'higher' if difference > 0 else 'lower'}"


def interval(rate: Rate, digits: int = 1) -> str:
    """The 95 % interval of a rate: "1.4 to 16.5 %". Never rounds to 0 or 100 what is not."""
    if rate.interval is None:
        return ""
    low, high = (percent(end, digits).removesuffix(" %") for end in rate.interval)
    return f"{low} %" if low == high else f"{low} to {high} %"


def plural(count: int, one: str, many: str | None = None) -> str:
    """1 contact; 2 contacts; 0 contacts."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def phone(e164: str | None) -> str:
    """The number internationally, its groups held together in one line; None is that of an erased contact."""
    return international(e164).replace(" ", "\u00a0") if e164 else "Erased"


def called(contact: Any) -> str:
    """What one calls a contact: its name, else its number, else that it was erased."""
    return person(contact) or (phone(contact.phone) if contact.phone else f"Erased contact {contact.id}")


def person(row: Any) -> str:
    """First and last name of a row that has them, else an empty string."""
    return " ".join(part for part in (row.first_name, row.last_name) if part)


def words(code: str | None) -> str:
    """A code as words: "stop_keyword" gives "stop keyword"."""
    return (code or NOTHING).replace("_", " ")


def initials(name: str) -> str:
    """The first letters of the first and the last word: "Ada Lovelace" gives "AL"."""
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


def reader_zone() -> str:
    """The IANA zone of the person at the browser."""
    return current_user.timezone if current_user.is_authenticated else "UTC"


def when(at: datetime | None, zone: str | None = None) -> Markup | str:
    """The minute in `zone` (else the reader's), the exact UTC instant for machines."""
    if at is None:
        return NOTHING
    local = at.astimezone(ZoneInfo(zone or reader_zone()))
    this_year = local.year == utc_now().astimezone(local.tzinfo).year
    text = f"{local.day} {local:%b}{'' if this_year else f' {local.year}'}, {local:%H:%M}"
    return _time(at, text, f"{local.day} {local:%B %Y, %H:%M:%S %Z}")


def weekday_time(at: datetime, zone: str, *, brief: bool = False, named: bool = False) -> Markup:
    """The weekday and minute in `zone`: "Thursday 09:00", or `brief`ly "Thu 09:00".

    With the date where the weekday alone would mislead: beyond the next six days, and in the past.
    `named` adds the zone, for where times of several zones stand together: "Thu 09:00 EET".
    """
    local, now = at.astimezone(ZoneInfo(zone)), utc_now().astimezone(ZoneInfo(zone))
    text = f"{local:%a}" if brief else f"{local:%A}"
    if not (at > now and (local.date() - now.date()).days <= 6):
        year = "" if local.year == now.year else f" {local.year}"
        text += f" {local.day} {local:%b}{year}," if brief else f" {local.day} {local:%B}{year},"
    text += f" {local:%H:%M}{f' {_short_zone(local)}' if named else ''}"
    return _time(at, text, f"{local.day} {local:%B %Y, %H:%M:%S %Z}")


def day(at: datetime | date | None, zone: str | None = None) -> Markup | str:
    """The day in `zone` (else the reader's)."""
    if at is None:
        return NOTHING
    if not isinstance(at, datetime):
        return f"{at.day} {at:%b %Y}"
    local = at.astimezone(ZoneInfo(zone or reader_zone()))
    return _time(at, f"{local.day} {local:%b %Y}", f"{local.day} {local:%B %Y, %H:%M:%S %Z}")


def zone_name(zone: str | None = None) -> str:
    """The zone as it stands beside times: "Europe/Athens (EET)"."""
    name = zone or reader_zone()
    short = utc_now().astimezone(ZoneInfo(name)).tzname() or ""
    return name if short == name or not short.isalpha() else f"{name} ({short})"


def _short_zone(local: datetime) -> str:
    """EET; or UTC−03, where the zone's time has no name."""
    name = local.tzname() or ""
    return name if name.isalpha() else f"UTC{name}".replace("-", MINUS)


def _time(at: datetime, text: str, title: str) -> Markup:
    iso = at.astimezone(UTC).isoformat(timespec="seconds")
    # Not by Markup's own format(), which takes ten times as long: a table shows hundreds of times.
    return Markup(f'<time datetime="{iso}" title="{escape(title)}">{escape(text)}</time>')  # noqa: S704
