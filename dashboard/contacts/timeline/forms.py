"""Which part of a contact's history a person wants to see, and as of when."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wtforms import TimeField
from wtforms.validators import Optional, ValidationError

from dashboard.core.dates import day_end
from dashboard.core.db import utc_now
from dashboard.core.zones import instants
from dashboard.web.forms import ChoiceField, DayField, FilterForm

#: As the URL says it, and the tab that shows it.
TABS = [
    ("messages", "Messages"),
    ("consent", "Consent"),
    ("lists", "Lists and tags"),
    ("edits", "Edits"),
    ("notes", "Notes"),
]


class ClockField(TimeField):
    """A time of a day, to the minute."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", typed):
            raise ValueError("Enter a time such as 23:59.")
        self.data = time.fromisoformat(typed)


class TimelineForm(FilterForm):
    """Asks for some kinds, and for the state at the end of a day or of a minute of it.

    Days and times are those of the clocks of the zone.
    """

    kind = ChoiceField("Which", TABS, every="All")
    day = DayField("State as of", validators=[Optional()])
    time = ClockField("Time", description="Else the end of the day.", validators=[Optional()])

    def __init__(self, zone: str) -> None:
        self.zone = zone
        super().__init__()
        for field in (self.day, self.time):
            if field.errors and not field.data:
                # A browser's control would not show what was typed, and it shall stay.
                field.render_kw = {"type": "text"}

    @property
    def until(self) -> datetime | None:
        """The first instant after the time asked for; None where none was, or none that can be answered.

        Of a minute that clocks showed twice it is the later one.
        """
        if self.day.errors or self.time.errors or not self.day.data:
            return None
        if not self.time.data:
            return day_end(self.day.data, self.zone)
        return self._instants()[-1] + timedelta(minutes=1)

    @property
    def is_now(self) -> bool:
        """Whether it asks for the end of today, which is not yet."""
        return bool(self.day.data == self._today() and not self.time.data)

    def validate_day(self, field: DayField) -> None:
        if field.data and not field.errors and field.data > self._today():
            raise ValidationError("That day is still to come.")

    def validate_time(self, field: ClockField) -> None:
        if not field.data or field.errors or self.day.errors:
            return
        if not self.day.data:
            raise ValidationError("Choose a day, too.")
        if not self._instants():
            raise ValidationError(f"The clocks of {self.zone} were put forward over that time.")
        if self._instants()[0] > utc_now():
            raise ValidationError("That time is still to come.")

    def _today(self) -> date:
        return utc_now().astimezone(ZoneInfo(self.zone)).date()

    def _instants(self) -> list[datetime]:
        return instants(datetime.combine(self.day.data, self.time.data), self.zone)
