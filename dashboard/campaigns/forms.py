"""What a person may ask of campaigns."""

from wtforms.validators import AnyOf, Optional

from dashboard.campaigns.messages.queries import FIGURES
from dashboard.campaigns.models import CampaignStatus
from dashboard.campaigns.queries import SORTS
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


class MessageFilter(FilterForm):
    status = TextField("Figure", validators=[AnyOf(["", *FIGURES])])
    error_code = TextField("Reason", validators=[AtMost(200)])
