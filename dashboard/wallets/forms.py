"""What a person may type about wallets."""

import re
from uuid import uuid4

from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import UUID, DataRequired, Optional, ValidationError

from dashboard.wallets.models import EntryType, ReasonCode
from dashboard.web.forms import AtMost, ChoiceField, DayField, FilterForm, Form, TextField, options

MOST_CREDITS = 100_000  #: in one adjustment
#: What a person may give as the reason; the others are given by the program.
REASONS = [
    ReasonCode.GOODWILL,
    ReasonCode.CORRECTION,
    ReasonCode.PURCHASE,
    ReasonCode.PROMOTION,
    ReasonCode.REFUND,
    ReasonCode.CHARGEBACK,
    ReasonCode.OTHER,
]


class WalletFilter(FilterForm):
    q = TextField("Owner", validators=[AtMost(200)], render_kw={"type": "search", "maxlength": 200})
    low = BooleanField("Only low balances")


class LedgerFilter(FilterForm):
    type = ChoiceField("Type", [(t, t.capitalize()) for t in EntryType], every="Any type")
    since = DayField("From", validators=[Optional()])
    until = DayField("To", validators=[Optional()])


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


class AdjustCreditsForm(Form):
    amount_credits = CreditsField(
        "Credits to add",
        description="A negative number takes credits away.",
        validators=[DataRequired("Enter a number of credits."), AtMost(20)],
        render_kw={"inputmode": "text", "autocomplete": "off"},
    )
    reason_code = SelectField(
        "Reason",
        choices=options([("", "Choose one"), *((r, r.capitalize()) for r in REASONS)]),
        default="",
        validators=[DataRequired("Choose a reason.")],
    )
    note = TextField("Note", validators=[AtMost(500)], render_kw={"autocomplete": "off"})
    # Made when the form is shown, so that a double click cannot adjust twice.
    idempotency_key = HiddenField(default=lambda: str(uuid4()), validators=[DataRequired(), UUID()])

    def validate_amount_credits(self, field: CreditsField) -> None:
        if field.errors:
            return
        if field.credits == 0:
            raise ValidationError("Enter a number other than zero.")
        if abs(field.credits) > MOST_CREDITS:
            raise ValidationError(f"One adjustment moves at most {MOST_CREDITS:,} credits.")
