"""What a person may ask of a comparison."""

from wtforms import StringField
from wtforms.validators import AnyOf

from dashboard.campaigns.ages.queries import HOURS
from dashboard.campaigns.compare.choice import Choice, Key, read
from dashboard.campaigns.compare.queries import NOW
from dashboard.web.forms import AtMost, FilterForm, TextField

AGES = {**{str(hours): hours for hours in HOURS}, "now": NOW}


class CompareForm(FilterForm):
    q = TextField(
        "Add a campaign by its name",
        validators=[AtMost(200)],
        render_kw={"type": "search", "maxlength": 200},
    )
    age = TextField("Age", validators=[AnyOf(["", *AGES])])
    against = StringField("Compared with")
    of = StringField("Campaigns")

    @property
    def hours(self) -> int | None:
        """One of HOURS, or NOW; None where nothing is asked for."""
        return AGES.get(self.wanted("age") or "")

    @property
    def choice(self) -> Choice:
        return read(self.of.raw_data or [])

    @property
    def reference(self) -> Key | None:
        """The campaign with which the others are to be compared, if the address names one."""
        return next(iter(read(self.against.raw_data or []).keys), None)
