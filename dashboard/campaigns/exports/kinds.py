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
    times = {name: at and at.isoformat() for name, at in (("since", wanted.since), ("until", wanted.until))}
    return asdict(wanted) | times | {"sort": sort}


def messages_of(owner_id: int, campaign_id: int, figure: str, error_code: str | None) -> Arguments:
    """What to ask for the messages behind a campaign's figure, of one error code if given."""
    return {"owner_id": owner_id, "campaign_id": campaign_id, "figure": figure, "error_code": error_code}


def _wanted(arguments: Arguments) -> Wanted:
    times = (arguments["since"], arguments["until"])
    since, until = (at and datetime.fromisoformat(at) for at in times)
    kept = {name: arguments[name] for name in ("name", "status", "owner_id", "country")}
    return Wanted(**kept, since=since, until=until)


def _title_of_figures(arguments: Arguments) -> str:
    wanted = _wanted(arguments)
    narrowed = [
        wanted.name and f"named like “{wanted.name}”",
        wanted.status,
        wanted.owner_id and f"of {owners.get(wanted.owner_id).name}",
        wanted.country and f"in {name_of(wanted.country)}",
        arguments["sort"] == "worst" and "below normal",
        wanted.since and f"from {wanted.since:%Y-%m-%d}",
        wanted.until and f"to {wanted.until - timedelta(microseconds=1):%Y-%m-%d}",
    ]
    return ", ".join(["Campaigns", *filter(None, narrowed)])


def _title_of_messages(arguments: Arguments) -> str:
    name = campaigns.get(arguments["owner_id"], arguments["campaign_id"]).name
    figure, error_code = arguments["figure"], arguments["error_code"]
    narrowed = [
        {"all": "", "sent": "pending"}.get(figure, figure),
        "" if error_code is None else f"failed with {error_code or 'no code'}",
    ]
    return ", ".join([f"Messages of {name}", *filter(None, narrowed)])


def _file_of_figures(arguments: Arguments) -> str:
    parts = ["campaigns", arguments["status"], arguments["owner_id"] and f"of-{arguments['owner_id']}"]
    return "-".join([*filter(None, parts)]) + ".csv"


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
