"""What a person may ask of owners."""

from dashboard.web.forms import AtMost, FilterForm, TextField


class OwnerFilter(FilterForm):
    q = TextField("Name", validators=[AtMost(200)], render_kw={"type": "search", "maxlength": 200})
