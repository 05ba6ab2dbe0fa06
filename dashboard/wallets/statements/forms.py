"""What a person may ask of a statement."""

from datetime import date

from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from dashboard.wallets.statements.periods import MOST_YEARS, Period, last_month
from dashboard.web.forms import DayField, FilterForm


class PeriodForm(FilterForm):
    """The days of a statement; those of last month where the address names none."""

    since = DayField("From")
    until = DayField("To")

    def __init__(self, today: date) -> None:
        super().__init__()
        if not any(field.raw_data and field.raw_data[0] for field in self):
            default = last_month(today)
            self.process(MultiDict(), since=default.since, until=default.until)
            self.validate()
        for field in self:
            # A browser's date control shows nothing but a day, and what was typed shall stay.
            if field.raw_data and not field.data:
                field.render_kw = {"type": "text"}

    @property
    def period(self) -> Period | None:
        """What was asked for; None where that is no period."""
        return None if self.errors else Period(self.since.data, self.until.data)

    def validate_since(self, field: DayField) -> None:
        if field.data and self.until.data and field.data > self.until.data:
            raise ValidationError("From is later than To. Choose an earlier day.")
        _require_day(field)

    def validate_until(self, field: DayField) -> None:
        if (
            field.data
            and self.since.data
            and not self.since.errors
            and Period(self.since.data, field.data).is_too_long
        ):
            raise ValidationError(f"A statement spans at most {MOST_YEARS} years. Choose an earlier day.")
        _require_day(field)


def _require_day(field: DayField) -> None:
    if not field.data and not field.errors:
        raise ValidationError("Enter a day such as 2026-11-30.")
