"""What a person may type to decide about a request."""

from wtforms.validators import DataRequired

from dashboard.staff.passwords import MAX_LENGTH
from dashboard.web.forms import AtMost, Form, SecretField, TextField


class ApproveForm(Form):
    password = SecretField(
        "Your password",
        description="Type it again, so that nobody approves at your desk.",
        validators=[DataRequired("Enter your password."), AtMost(MAX_LENGTH)],
        render_kw={"autocomplete": "current-password"},
    )


class RejectForm(Form):
    reason = TextField(
        "Reason",
        validators=[DataRequired("Say why, so that whoever asked can do better."), AtMost(500)],
        render_kw={"autocomplete": "off"},
    )
