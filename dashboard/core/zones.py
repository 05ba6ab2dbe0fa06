"""Time zones as people name them, and the times that their clocks show."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_CONTINENTS = {
    "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
}  # fmt: skip


def zone_called(typed: str) -> str | None:
    """The IANA zone of that name, or of that city, case aside: "athens" gives Europe/Athens."""
    return _zones().get("_".join(typed.casefold().split()))


def instants(local: datetime, zone: str) -> list[datetime]:
    """When the clocks of the IANA zone show the naive time `local`, in UTC.

    That is once; twice where they were put back over it; never where they were put forward over it.
    """
    tz = ZoneInfo(zone)
    read = {local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(at for at in read if at.astimezone(tz).replace(tzinfo=None) == local)


@cache
def _zones() -> dict[str, str]:
    names = sorted(available_timezones() - {"Factory", "localtime"})
    cities = {
        name.rpartition("/")[2].casefold(): name
        for name in sorted(names, key=lambda name: name.count("/"), reverse=True)
        if name.partition("/")[0] in _CONTINENTS
    }
    return cities | {name.casefold(): name for name in names}
