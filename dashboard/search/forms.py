"""What a person may look for."""

from dashboard.web.forms import AtMost, FilterForm, TextField


class SearchForm(FilterForm):
    q = TextField("Search", validators=[AtMost(200)])
