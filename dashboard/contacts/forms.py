"""What a person may type about contacts."""

from wtforms import HiddenField, SelectField
from wtforms.validators import DataRequired, Optional, Regexp, ValidationError

from dashboard.contacts.commands import Person
from dashboard.contacts.models import Gender
from dashboard.core.db import utc_now
from dashboard.web.forms import (
    AtMost,
    ChoiceField,
    DayField,
    FilterForm,
    Form,
    OwnerField,
    TextField,
    options,
)

STATES = {"": None, "true": True, "false": False}  #: as the URL says it -> as a query takes it


class ContactFilter(FilterForm):
    q = TextField(
        "Phone, name or email", validators=[AtMost(200)], render_kw={"type": "search", "maxlength": 200}
    )
    is_subscribed = ChoiceField(
        "State", [("true", "Subscribed"), ("false", "Unsubscribed")], every="Any state"
    )
    owner = OwnerField()


class ContactForm(Form):
    phone = TextField(
        "Phone",
        description="National or international, in any format.",
        validators=[DataRequired("Enter a phone number."), AtMost(40)],
        render_kw={"type": "tel", "autocomplete": "off"},
    )
    first_name = TextField("First name", validators=[AtMost(120)], render_kw={"autocomplete": "off"})
    last_name = TextField("Last name", validators=[AtMost(120)], render_kw={"autocomplete": "off"})
    email = TextField(
        "Email",
        validators=[
            Optional(),
            AtMost(320),
            Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message="Enter an email address such as ada@example.com."),
        ],
        render_kw={"type": "email", "autocomplete": "off"},
    )
    gender = SelectField(
        "Gender",
        choices=options([("", "Not known"), *((g, g.replace("_", " ").capitalize()) for g in Gender)]),
        default="",
    )
    birthday = DayField("Birthday", validators=[Optional()])
    seen = HiddenField()  #: the version of the contact that the form was opened with

    def validate_birthday(self, field: DayField) -> None:
        if field.data and field.data > utc_now().date():
            raise ValidationError("Enter a day that has been.")

    def person(self) -> Person:
        """What was typed; empty fields are unknown."""
        return Person(
            phone=self.phone.data,
            first_name=self.first_name.data or None,
            last_name=self.last_name.data or None,
            email=self.email.data or None,
            gender=self.gender.data or None,
            birthday=self.birthday.data,
        )


class NewContactForm(ContactForm):
    consent = TextField(
        "Consent",
        description="How the person agreed to get messages, and when. It is kept as proof.",
        validators=[DataRequired("Say how the person agreed."), AtMost(500)],
        render_kw={"autocomplete": "off"},
    )
