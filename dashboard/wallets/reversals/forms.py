"""What a person may type to reverse an entry."""

from dashboard.wallets.adjustments.forms import KeyedForm
from dashboard.web.forms import AtMost, TextField


class ReverseForm(KeyedForm):
    note = TextField("Note", validators=[AtMost(500)], render_kw={"autocomplete": "off"})
