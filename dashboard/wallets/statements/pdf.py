"""A statement as PDF, the same wherever it is made: typeset by typst, with our own fonts.

What people wrote reaches the template as data and never as markup. The template imports nothing and
reads no file, and nothing is asked of the network.
"""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

from dashboard.core.db import AnyRow
from dashboard.core.errors import DomainError
from dashboard.wallets.statements.periods import Period
from dashboard.wallets.statements.queries import Statement
from dashboard.wallets.statements.words import counted, what_for, wrong
from dashboard.web.filters import number, zone_name

PRESS = Path(__file__).with_name("press.py")
MOST_SECONDS = 30  #: a statement of 1,000 entries takes about one

#: A long statement takes some 200 MB while it is made; several at once would add up.
_one_at_a_time = Lock()


class TookTooLong(DomainError):
    """The PDF was not ready in time."""

    status = 503


def typeset(owner: AnyRow, period: Period, statement: Statement, made_at: datetime) -> bytes:
    """The statement on A4, tagged for screen readers; its times in the owner's zone.

    Raises:
        TookTooLong: the machine is too busy.
    """
    job = {"content": _content(owner, period, statement, made_at), "made_at": int(made_at.timestamp())}
    if not _one_at_a_time.acquire(timeout=MOST_SECONDS):
        raise TookTooLong("Other statements are being made just now. Try again in a moment.")
    try:
        return subprocess.run(
            [sys.executable, "-I", PRESS],
            input=json.dumps(job).encode(),
            stdout=subprocess.PIPE,
            env={},  # it needs none of our secrets
            timeout=MOST_SECONDS,
            check=True,
        ).stdout
    except subprocess.TimeoutExpired:
        raise TookTooLong(
            "Making the PDF took too long. Choose a shorter period, or print the page."
        ) from None
    finally:
        _one_at_a_time.release()


#: The fonts, in the order in which they are asked for a character. Noto Sans has Latin, Greek and
#: Cyrillic; the minus sign is in Math. Fonts of a script come before those of symbols, emoji last.
FAMILIES = [
    "Noto Sans", "Noto Sans Math", "Noto Sans Arabic", "Noto Sans Armenian", "Noto Sans Bengali",
    "Noto Sans Devanagari", "Noto Sans Ethiopic", "Noto Sans Georgian", "Noto Sans Gujarati",
    "Noto Sans Gurmukhi", "Noto Sans Hebrew", "Noto Sans Kannada", "Noto Sans Khmer", "Noto Sans Lao",
    "Noto Sans Malayalam", "Noto Sans Myanmar", "Noto Sans Oriya", "Noto Sans Sinhala", "Noto Sans Tamil",
    "Noto Sans Telugu", "Noto Sans Thaana", "Noto Sans Thai", "Noto Serif Tibetan", "Droid Sans Fallback",
    "Noto Sans Symbols", "Noto Sans Symbols2", "Noto Emoji",
]  # fmt: skip


def _content(owner: AnyRow, period: Period, statement: Statement, made_at: datetime) -> dict[str, Any]:
    """All that the template shows, as words and figures."""
    zone = owner.timezone
    days = f"{_day(period.since)} to {_day(period.until)}"
    wallet = f"No. {statement.wallet_id}" if statement.wallet_id else "not made yet"
    return {
        "families": FAMILIES,
        "title": f"Wallet statement of {_in_one_line(owner.name)}, {days}",
        "footer": f"Signalbox · Wallet {wallet} · {days}",
        "owner": _in_one_line(owner.name),
        "facts": [
            ["Period", days],
            ["Times in", zone_name(zone)],
            ["Wallet", wallet],
            ["Made at", _minute(made_at, zone)],
        ],
        "opening": number(statement.opening_credits),
        "in": number(statement.in_credits),
        "out": number(statement.out_credits),
        "closing": number(statement.closing_credits),
        "wrong": wrong(statement),
        "counted": counted(statement, period, made_at, zone),
        "is_daily": statement.is_daily,
        "lines": [
            _day_line(line) if statement.is_daily else _entry_line(line, zone) for line in statement.lines
        ],
    }


def _entry_line(line: AnyRow, zone: str) -> dict[str, str]:
    return _amounts(line) | {
        "no": number(line.entry_no),
        "when": _minute(line.created_at, zone),
        "what": _in_one_line(what_for(line)),
        "note": _in_one_line(line.note or ""),
    }


def _day_line(line: AnyRow) -> dict[str, str]:
    return _amounts(line) | {"day": _day(line.day), "entries": number(line.entries)}


def _amounts(line: AnyRow) -> dict[str, str]:
    return {
        "in": number(line.in_credits) if line.in_credits else "",
        "out": number(line.out_credits) if line.out_credits else "",
        "balance": number(line.balance_credits),
    }


def _in_one_line(text: str) -> str:
    """The text without line breaks and control characters, which have no shape."""
    return " ".join("".join(" " if category(c) == "Cc" else c for c in text).split())


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _minute(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{_day(local)}, {local:%H:%M}"
