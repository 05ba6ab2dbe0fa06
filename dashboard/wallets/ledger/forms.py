"""What a person may ask of a ledger."""

import re
from collections.abc import Iterable
from typing import Any

from wtforms import IntegerField
from wtforms.validators import Optional, ValidationError

from dashboard.core.dates import day_end, day_start
from dashboard.wallets.forms import CreditsField
from dashboard.wallets.ledger.queries import Wanted
from dashboard.wallets.models import EntryType, ReasonCode
from dashboard.web.forms import AtMost, ChoiceField, DayField, FilterForm, TextField, options
from dashboard.web.urls import BIGGEST_ID

MOST_CREDITS = 10**15  #: that an amount can be asked for
_SEARCH = {"type": "search", "maxlength": 200}


class AmountField(CreditsField):
    """An amount as the ledger keeps it: without a sign."""

    def pre_validate(self, _form: Any) -> None:
        if self.data and not re.fullmatch(r"\+?([0-9]{1,3}([ ,\u00a0\u202f][0-9]{3})+|[0-9]+)", self.data):
            raise ValidationError("Enter a whole number without a sign, such as 500.")
        if self.data and (len(self.data) > 20 or self.credits > MOST_CREDITS):
            raise ValidationError("No entry is that large. Enter a smaller number.")


def words_to_search(_form: Any, field: Any) -> None:
    """Refuse words that are all too short for the index over notes and names: it holds groups of three."""
    if field.data and all(len(word) < 3 for word in field.data.split()):
        raise ValidationError("Type a word of at least three characters.")


_WORDS = [AtMost(200), words_to_search]


class CampaignNumberField(IntegerField):
    """The number of a campaign, as a link carries it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        is_number = typed.isascii() and typed.isdigit() and len(typed) < 20 and int(typed) <= BIGGEST_ID
        self.data = int(typed) if is_number else None


class LedgerFilter(FilterForm):
    """Which entries to show. The form that adjusts the wallet stands beside it, with other labels."""

    type = ChoiceField("Type", [(t, t.capitalize()) for t in EntryType], every="Any type")
    reason = ChoiceField("Why", [(r, r.capitalize()) for r in ReasonCode], every="Any reason")
    since = DayField("From", validators=[Optional()])
    until = DayField("To", validators=[Optional()])
    words = TextField("Words", validators=_WORDS, render_kw=_SEARCH | {"placeholder": "in notes"})
    staff = ChoiceField("By whom", every="Anybody")
    least = AmountField("At least, credits", validators=[AtMost(20)], render_kw={"inputmode": "numeric"})
    most = AmountField("At most, credits", validators=[AtMost(20)], render_kw={"inputmode": "numeric"})
    campaign_name = TextField(
        "Campaign", validators=_WORDS, render_kw=_SEARCH | {"placeholder": "words of its name"}
    )
    campaign = CampaignNumberField("Campaign's number")

    #: Those that are asked for less often.
    MORE = ("staff", "least", "most", "campaign_name")

    def __init__(self, staff: Iterable[Any]) -> None:
        """`staff` are those to choose from, each with `id` and `name`."""
        super().__init__()
        self.staff.choices = options([("", self.staff.every), *((str(one.id), one.name) for one in staff)])
        self.validate()  # again, now that there are choices
        for field in (self.since, self.until):
            # A browser's date control shows nothing but a day, and what was typed shall stay.
            if field.raw_data and not field.data:
                field.render_kw = {"type": "text"}

    def entries(self, zone: str) -> Wanted:
        """The entries asked for, the days read in the IANA zone. What is wrong is left out."""
        since, until, staff = self.wanted("since"), self.wanted("until"), self.wanted("staff")
        return Wanted(
            type=self.wanted("type"),
            reason_code=self.wanted("reason"),
            since=since and day_start(since, zone),
            until=until and day_end(until, zone),
            campaign_id=self.wanted("campaign"),
            campaign_name=self.wanted("campaign_name"),
            staff_id=int(staff) if staff else None,
            least_credits=self.least.credits if self.wanted("least") else None,
            most_credits=self.most.credits if self.wanted("most") else None,
            note=self.wanted("words"),
        )

    def file_name(self, owner_id: int) -> str:
        """Of the export: whose ledger it is, and of which days."""
        since, until = self.since.data, self.until.data
        days = f"-from-{since}" * bool(since) + f"-to-{until}" * bool(until)
        return f"ledger-{owner_id}{days}.csv"

    @property
    def asks_for_more(self) -> bool:
        """Whether one of the less usual filters is set, or wrong."""
        return any(self[name].data not in ("", None) or self[name].errors for name in self.MORE)

    def validate_until(self, field: DayField) -> None:
        if field.data and self.since.data and not field.errors and self.since.data > field.data:
            raise ValidationError("To is earlier than From. Choose a later day.")

    def validate_most(self, field: AmountField) -> None:
        if field.data and self.least.data and not field.errors and not self.least.errors:  # noqa: SIM102
            if self.least.credits > field.credits:
                raise ValidationError("This is below the other. Enter a larger number.")
