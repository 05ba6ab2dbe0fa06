"""What a person may ask of owners."""

from wtforms.validators import Length

from dashboard.web.forms import FilterForm, TextField


class OwnerFilter(FilterForm):
    q = TextField("Name", validators=[Length(max=200)], render_kw={"type": "search", "maxlength": 200})
