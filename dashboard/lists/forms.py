"""What a person may type about lists."""

from wtforms import HiddenField
from wtforms.validators import AnyOf, DataRequired

from dashboard.web.forms import AtMost, FilterForm, Form, OwnerField, TextField

#: As the URL says it -> as a query takes it.
STATES = {"": None, "any": None, "true": True, "false": False}


class ListFilter(FilterForm):
    q = TextField("Name", validators=[AtMost(200)], render_kw={"type": "search", "maxlength": 200})
    owner = OwnerField()


class MemberStateFilter(FilterForm):
    is_subscribed = TextField("State", validators=[AnyOf(list(STATES))])


class ListForm(Form):
    name = TextField("Name", validators=[DataRequired("Enter a name."), AtMost(160)])
    description = TextField("Description", validators=[AtMost(400)])


class RenameForm(ListForm):
    seen = HiddenField()  #: the version of the list that the form was opened with


class MemberForm(Form):
    phone = TextField(
        "Add a contact by phone number",
        validators=[DataRequired("Enter a phone number."), AtMost(40)],
        render_kw={"type": "tel", "autocomplete": "off"},
    )
