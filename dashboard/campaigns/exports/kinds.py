"""Campaign figures and messages as files."""

import re
from dataclasses import asdict
from datetime import datetime, timedelta

from dashboard.campaigns import queries as campaigns
from dashboard.campaigns.exports import queries
from dashboard.campaigns.queries import Wanted
from dashboard.core.countries import name_of
from dashboard.exports.kinds import Arguments, Kind
from dashboard.owners import queries as owners
from dashboard.web.access import Permission


def figures_of(wanted: Wanted, sort: str) -> Arguments:
    """What to ask for the figures of those campaigns, in that order."""
    asked = asdict(wanted)
    return asked | {name: asked[name] and asked[name].isoformat() for name in _INSTANTS} | {"sort": sort}


def messages_of(owner_id: int, campaign_id: int, figure: str, error_code: str | None) -> Arguments:
    """What to ask for the messages behind a campaign's figure, of one error code if given."""
    return {"owner_id": owner_id, "campaign_id": campaign_id, "figure": figure, "error_code": error_code}


def _wanted(arguments: Arguments) -> Wanted:
    asked = {name: value for name, value in arguments.items() if name != "sort"}
    return Wanted(**asked | {name: asked[name] and datetime.fromisoformat(asked[name]) for name in _INSTANTS})


_INSTANTS = ("since", "until")


def _title_of_figures(arguments: Arguments) -> str:
    wanted = _wanted(arguments)
    narrowed = [
        wanted.name and f"named like “{wanted.name}”",
        wanted.status,
        wanted.owner_id and f"of {owners.get(wanted.owner_id).name}",
        wanted.country and f"in {name_of(wanted.country)}",
        arguments["sort"] == "worst" and "below normal",
        *_days(wanted, "from {}", "to {}"),
    ]
    return ", ".join(["Campaigns", *(str(part) for part in narrowed if part)])


def _title_of_messages(arguments: Arguments) -> str:
    name = campaigns.get(arguments["owner_id"], arguments["campaign_id"]).name
    figure, error_code = arguments["figure"], arguments["error_code"]
    narrowed = [
        {"all": "", "sent": "pending"}.get(figure, figure),
        "" if error_code is None else f"failed with {error_code or 'no code'}",
    ]
    return ", ".join([f"Messages of {name}", *filter(None, narrowed)])


def _file_of_figures(arguments: Arguments) -> str:
    wanted = _wanted(arguments)
    parts = [wanted.status, wanted.owner_id and f"of-{wanted.owner_id}", *_days(wanted, "from-{}", "to-{}")]
    return "-".join(["campaigns", *(str(part) for part in parts if part)]) + ".csv"


def _days(wanted: Wanted, since: str, until: str) -> list[str]:
    """The first and the last day asked for, in those words."""
    last = wanted.until and wanted.until - timedelta(microseconds=1)
    return [words.format(at.date()) for words, at in ((since, wanted.since), (until, last)) if at]


def _file_of_messages(arguments: Arguments) -> str:
    figure = "" if arguments["figure"] == "all" else arguments["figure"]
    code = re.sub("[^A-Za-z0-9]+", "-", arguments["error_code"] or "")[:40].strip("-")
    parts = ["messages-of", str(arguments["campaign_id"]), figure, code]
    return "-".join([*filter(None, parts)]) + ".csv"


FIGURES = Kind(
    "campaigns.figures",
    Permission.CAMPAIGN_EXPORT,
    title=_title_of_figures,
    file_name=_file_of_figures,
    count=lambda asked: queries.count_figures(_wanted(asked), asked["sort"]),
    rows=lambda asked: queries.figures(_wanted(asked), asked["sort"]),
)

MESSAGES = Kind(
    "campaigns.messages",
    Permission.CAMPAIGN_EXPORT,
    title=_title_of_messages,
    file_name=_file_of_messages,
    count=lambda asked: queries.count_messages(**asked),
    rows=lambda asked: queries.messages(**asked),
)
