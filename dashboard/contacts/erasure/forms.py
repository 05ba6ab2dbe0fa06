"""What a person says who erases a contact."""

from wtforms.validators import DataRequired, Regexp

from dashboard.contacts.erasure.commands import CONFIRMING_DIGITS
from dashboard.web.forms import AtMost, Form, TextField


class ErasureForm(Form):
    reason = TextField(
        "Reason",
        description="Who asked for it, when and how, without the person's name. It is kept.",
        validators=[DataRequired("Say why."), AtMost(500)],
        render_kw={"autocomplete": "off"},
    )
    last_digits = TextField(
        f"The last {CONFIRMING_DIGITS} digits of the number",
        description="To be sure that it is the right contact.",
        validators=[
            DataRequired(f"Type the last {CONFIRMING_DIGITS} digits of the number."),
            Regexp(f"^[0-9]{{{CONFIRMING_DIGITS}}}$", message=f"Type {CONFIRMING_DIGITS} digits."),
        ],
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )
