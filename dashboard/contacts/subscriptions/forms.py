"""What a person says who changes a subscription."""

from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import AnyOf, DataRequired

from dashboard.contacts.notes.models import MOST_CHARACTERS
from dashboard.web.forms import AtMost, Form, TextField, tidy


class ReasonForm(Form):
    reason = TextField(
        "Reason",
        description="What the person said, and where. It is kept as proof.",
        validators=[DataRequired("Say why."), AtMost(500)],
        render_kw={"autocomplete": "off"},
    )
    note = TextAreaField(
        "More for colleagues (optional)",
        description="It is kept as a note.",
        filters=[tidy],
        validators=[AtMost(MOST_CHARACTERS)],
        render_kw={"rows": 1},
    )


class SubscriptionForm(ReasonForm):
    is_subscribed = HiddenField(validators=[AnyOf(["true", "false"])])


class ResubscriptionForm(ReasonForm):
    has_asked = BooleanField(
        "The person asked to be messaged again",
        validators=[DataRequired("Tick this if the person asked for it. Else leave the contact as it is.")],
    )
