"""What a person may type to adjust a wallet."""

from uuid import uuid4

from wtforms import HiddenField, SelectField
from wtforms.validators import UUID, DataRequired, ValidationError

from dashboard.wallets.forms import CreditsField
from dashboard.wallets.models import ReasonCode
from dashboard.web.forms import AtMost, Form, TextField, options

MOST_CREDITS = 10_000_000  #: in one adjustment; more is a slip of the finger
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


class KeyedForm(Form):
    """A form that is applied once, however often it is sent."""

    # Made when the form is first shown, and handed on to its preview.
    idempotency_key = HiddenField(default=lambda: str(uuid4()), validators=[DataRequired(), UUID()])
    #: The number of the last entry that the person saw; empty before there was a preview.
    seen_entry_no = HiddenField(default="")
    #: "y" where the preview said that another admin must approve.
    asks = HiddenField(default="")

    @property
    def seen(self) -> int:
        """The number of the last entry that the person saw; one that no entry has where it is unreadable."""
        text = self.seen_entry_no.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


class AdjustCreditsForm(KeyedForm):
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
    #: "y" where the person leaves the preview to type something else.
    edit = HiddenField(default="")

    def validate_amount_credits(self, field: CreditsField) -> None:
        if field.errors:
            return
        if field.credits == 0:
            raise ValidationError("Enter a number other than zero.")
        if abs(field.credits) > MOST_CREDITS:
            raise ValidationError(f"One adjustment moves at most {MOST_CREDITS:,} credits.")
