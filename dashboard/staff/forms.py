"""What a person types to sign in."""

from wtforms.validators import DataRequired

from dashboard.staff.passwords import MAX_LENGTH
from dashboard.web.forms import AtMost, Form, SecretField, TextField


class SignInForm(Form):
    email = TextField(
        "Email",
        validators=[DataRequired("Enter your email address."), AtMost(320)],
        render_kw={"type": "email", "autocomplete": "username", "autofocus": True},
    )
    password = SecretField(
        "Password",
        validators=[DataRequired("Enter your password."), AtMost(MAX_LENGTH)],
        render_kw={"autocomplete": "current-password"},
    )
