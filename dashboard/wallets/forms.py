"""What a person may type about wallets."""

import re

from wtforms import BooleanField
from wtforms.validators import ValidationError

from dashboard.web.forms import AtMost, FilterForm, Form, TextField


class WalletFilter(FilterForm):
    q = TextField("Owner", validators=[AtMost(200)], render_kw={"type": "search", "maxlength": 200})
    low = BooleanField("Only low balances")
    short = BooleanField("Only running short")


class CreditsField(TextField):
    """A whole number with a sign and maybe thousands separators, typed by a person.

    `data` is the text as it was typed, so that it comes back in the form.
    """

    def pre_validate(self, _form: Form) -> None:
        if self.data and not re.fullmatch(r"[+−-]?([0-9]{1,3}([ ,\u00a0\u202f][0-9]{3})+|[0-9]+)", self.data):
            raise ValidationError("Enter a whole number, such as 500 or -30.")

    @property
    def credits(self) -> int:
        """The number. Only of a field that was validated."""
        return int(re.sub(r"[^0-9-]", "", (self.data or "").replace("−", "-")))
