"""What a person may ask of campaigns."""

from wtforms.validators import AnyOf, Optional

from dashboard.campaigns.messages.queries import FIGURES
from dashboard.campaigns.models import CampaignStatus
from dashboard.campaigns.queries import SORTS, Wanted
from dashboard.core.dates import day_end, day_start
from dashboard.web.forms import (
    AtMost,
    ChoiceField,
    CountryField,
    DayField,
    FilterForm,
    OwnerField,
    TextField,
)


class CampaignFilter(FilterForm):
    q = TextField("Name", validators=[AtMost(200)], render_kw={"type": "search", "maxlength": 200})
    status = ChoiceField("State", [(s, s.capitalize()) for s in CampaignStatus], every="Any state")
    owner = OwnerField()
    country = CountryField()
    signal = ChoiceField("Signal", [("below-normal", "Below normal")], every="Any")
    since = DayField("From", validators=[Optional()])
    until = DayField("To", validators=[Optional()])
    sort = TextField("Order", validators=[AnyOf(["", *SORTS])])

    def campaigns(self, zone: str) -> Wanted:
        """The campaigns asked for, the days read in the IANA zone. What is wrong is left out."""
        since, until = self.wanted("since"), self.wanted("until")
        return Wanted(
            name=self.wanted("q"),
            status=self.wanted("status"),
            owner_id=self.wanted("owner"),
            country=self.wanted("country"),
            since=since and day_start(since, zone),
            until=until and day_end(until, zone),
        )

    @property
    def order(self) -> str:
        """One of SORTS; or "worst", which asks for those that are below normal alone."""
        return "worst" if self.wanted("signal") else self.wanted("sort") or "newest"


class MessageFilter(FilterForm):
    status = TextField(
        "Figure",
        validators=[AnyOf(["", *FIGURES], message="There is no such figure: these are all messages.")],
    )
    error_code = TextField("Reason", validators=[AtMost(200)])

    @property
    def figure(self) -> str:
        """One of FIGURES."""
        return self.wanted("status") or "all"

    @property
    def code(self) -> str | None:
        """As the provider gave it, with its spaces; an empty one: failures without; None: all messages."""
        if not self.error_code.raw_data:
            return None
        raw = str(self.error_code.raw_data[0])
        return raw.replace("\0", "").encode(errors="ignore").decode()[:200]
