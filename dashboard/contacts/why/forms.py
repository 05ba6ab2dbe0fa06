"""Which campaign a person asks about."""

from wtforms import HiddenField
from wtforms.validators import Optional, Regexp

from dashboard.web.forms import AtMost, FilterForm, TextField


class WhyForm(FilterForm):
    q = TextField(
        "Campaign",
        validators=[AtMost(200)],
        render_kw={"type": "search", "placeholder": "A part of its name"},
    )
    campaign = HiddenField(validators=[Optional(), Regexp("^[0-9]{1,18}$")])

    @property
    def campaign_id(self) -> int | None:
        """The number of the campaign that was chosen."""
        return int(self.campaign.data) if self.campaign.data and not self.campaign.errors else None
