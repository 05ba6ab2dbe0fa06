"""What a person may ask of campaigns."""

from wtforms import DateField
from wtforms.validators import AnyOf, Length, Optional

from dashboard.campaigns.models import CampaignStatus
from dashboard.campaigns.queries import FIGURES, SORTS
from dashboard.web.forms import ChoiceField, FilterForm, OwnerField, TextField

SORT_LABELS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "failing": "Most failing first",
    "undelivered": "Least delivered first",
    "largest": "Largest first",
}


class CampaignFilter(FilterForm):
    q = TextField("Name", validators=[Length(max=200)], render_kw={"type": "search", "maxlength": 200})
    status = ChoiceField("State", [(s, s.capitalize()) for s in CampaignStatus], every="Any state")
    owner = OwnerField()
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional()])
    sort = ChoiceField(
        "Order", [(s, SORT_LABELS[s]) for s in SORTS if s != "newest"], every=SORT_LABELS["newest"]
    )


class MessageFilter(FilterForm):
    status = TextField("Figure", validators=[AnyOf(["", *FIGURES])])
    error_code = TextField("Reason", validators=[Length(max=200)])
