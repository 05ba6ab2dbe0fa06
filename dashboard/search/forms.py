"""What a person may look for."""

from wtforms.validators import Length

from dashboard.web.forms import FilterForm, TextField


class SearchForm(FilterForm):
    q = TextField("Search", validators=[Length(max=200)])
