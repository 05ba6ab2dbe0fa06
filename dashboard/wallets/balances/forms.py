"""What a person may ask of a balance: the time, and whose clocks show it."""

import re
from datetime import datetime, timedelta
from typing import Any

from wtforms import DateTimeLocalField
from wtforms.validators import Optional, ValidationError

from dashboard.core.zones import instants, zone_called
from dashboard.web.forms import AtMost, FilterForm, TextField


class TimeField(DateTimeLocalField):
    """A day and a time of it, to the minute or the second, as clocks show it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            return
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?", typed):
                raise ValueError
            self.data = datetime.fromisoformat(typed)
        except ValueError:
            raise ValueError("Enter a day and a time such as 2026-12-31 23:59.") from None

    @property
    def length(self) -> timedelta:
        """Of the time as it was typed: a minute, or a second where seconds were given."""
        return timedelta(seconds=1) if self.raw_data[0].count(":") == 2 else timedelta(minutes=1)

    def pre_validate(self, _form: Any) -> None:
        if self.data and not 1900 <= self.data.year <= 2199:
            raise ValidationError("Enter a day between 1900 and 2199.")


class BalanceForm(FilterForm):
    """Asks for the balance at a time; in the owner's zone unless another is named."""

    at = TimeField("Day and time", validators=[Optional()])
    zone = TextField(
        "Time zone", validators=[AtMost(60)], render_kw={"list": "zones", "autocapitalize": "none"}
    )

    def __init__(self, zone: str) -> None:
        self.default_zone = zone
        super().__init__()
        if not self.zone.data:
            self.zone.data = zone
        if self.at.raw_data and not self.at.data:
            # A browser's control shows nothing but a time, and what was typed shall stay.
            self.at.render_kw = {"type": "text"}

    @property
    def zone_name(self) -> str:
        """The IANA zone asked for; the owner's where that is none."""
        return zone_called(self.zone.data or "") or self.default_zone

    @property
    def moments(self) -> list[tuple[datetime, datetime]]:
        """When the time asked for begins and when it is over; twice where clocks showed it twice.

        A time is all of its minute, or its second: who asks for the balance at 23:59 means the last one
        before midnight. Empty where nothing was asked for, or nothing that can be answered.
        """
        if self.errors or not self.at.data:
            return []
        return [(at, at + self.at.length) for at in instants(self.at.data, self.zone_name)]

    def validate_zone(self, field: TextField) -> None:
        if field.data and not field.errors and not zone_called(field.data):
            raise ValidationError("No time zone has that name. Enter one such as Europe/Athens.")

    def validate_at(self, field: TimeField) -> None:
        if field.data and not field.errors and not instants(field.data, self.zone_name):
            raise ValidationError(
                f"The clocks of {self.zone_name} were put forward over that time."
                " Enter an earlier or a later one."
            )
