"""What a person may ask of a week."""

from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError
from wtforms.widgets import WeekInput

from dashboard.campaigns.queries import Wanted
from dashboard.campaigns.why.weeks import Week, week_of
from dashboard.web.forms import CountryField, FilterForm, OwnerField, tidy


class WeekField(StringField):
    """A week such as 2026-W46. Browsers without a control for weeks show a text."""

    widget = WeekInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, filters=[tidy], **kwargs)

    @property
    def week(self) -> Week | None:
        return week_of(self.data or "")

    def pre_validate(self, _form: Any) -> None:
        if self.data and not self.week:
            raise ValidationError("Enter a week such as 2026-W46.")


class WeekFilter(FilterForm):
    """Which campaigns; the week that was last whole where the address names none."""

    week = WeekField("Week")
    owner = OwnerField()
    country = CountryField()

    def __init__(self, this_week: Week, **choices: Any) -> None:
        super().__init__(**choices)
        self.chosen_week = self.week.week or this_week.previous
        if self.week.errors:
            # A browser's control for weeks shows nothing but a week, and what was typed shall stay.
            self.week.render_kw = {"type": "text"}
        else:
            self.week.data = str(self.chosen_week)

    def campaigns(self, zone: str) -> Wanted:
        """The campaigns asked for, the week read in the IANA zone."""
        return Wanted(
            owner_id=self.wanted("owner"),
            country=self.wanted("country"),
            since=self.chosen_week.start(zone),
            until=self.chosen_week.end(zone),
        )
