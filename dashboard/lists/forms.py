"""What a person may type about lists."""

import re
from dataclasses import asdict
from datetime import date
from typing import Any

from wtforms import HiddenField, RadioField
from wtforms.validators import AnyOf, DataRequired, ValidationError

from dashboard.audiences.audience import Audience
from dashboard.audiences.filter import AudienceFields, NumberChoice, show_as_typed
from dashboard.lists import queries
from dashboard.web.forms import AtMost, ChoiceField, FilterForm, Form, OwnerField, TextField, options

MOST_TICKED = 200  #: contacts; an address has no room for more


class ListFilter(FilterForm):
    q = TextField("Name", validators=[AtMost(200)], render_kw={"type": "search", "maxlength": 200})
    owner = OwnerField()


class ListForm(Form):
    name = TextField("Name", validators=[DataRequired("Enter a name."), AtMost(160)])
    description = TextField("Description", validators=[AtMost(400)])
    seen = HiddenField()  #: the version of the list that the form was opened with

    @property
    def definition(self) -> Audience | None:
        """What a dynamic list asks for; None of a list of members."""
        return None


class DynamicListForm(AudienceFields, ListForm):
    """A dynamic list, with what it asks for."""

    list_id = NumberChoice("Members of", every="All contacts of the owner")

    def __init__(self, owner_id: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.offer(owner_id)
        lists = ((str(one.id), one.name) for one in queries.static_lists(owner_id))
        self.list_id.choices = options([("", self.list_id.every), *lists])
        show_as_typed(self)

    @staticmethod
    def data_of(definition: Audience) -> dict[str, Any]:
        """The definition as the fields have it."""
        states = {None: "", True: "true", False: "false"}
        texts = {name: getattr(definition, name) or "" for name in ("gender", "calling_code")}
        numbers = {
            name: "" if getattr(definition, name) is None else str(getattr(definition, name))
            for name in ("list_id", "tag_id", "age_from", "age_to")
        }
        days = {name: day for name, day in asdict(definition).items() if isinstance(day, date)}
        return {"is_subscribed": states[definition.is_subscribed]} | texts | numbers | days

    @property
    def definition(self) -> Audience | None:
        """What a dynamic list asks for; None of a list of members."""
        return self.audience(int(self.list_id.data) if self.list_id.data else None)

    @property
    def is_dynamic(self) -> bool:
        """Whether the definition counts."""
        return True

    def validate_list_id(self, field: NumberChoice) -> None:
        if self.is_dynamic and not field.data and (self.joined_from.data or self.joined_to.data):
            raise ValidationError("Choose the list that they joined.")

    def validate_is_subscribed(self, field: ChoiceField) -> None:
        if self.is_dynamic and field.data == "true" and (self.left_from.data or self.left_to.data):
            raise ValidationError("Who is subscribed has not left. Choose another state, or no such day.")


class NewListForm(DynamicListForm):
    """A list of either kind."""

    kind = RadioField(
        "Kind",
        choices=options([("static", "Static"), ("dynamic", "Dynamic")]),
        default="static",
        validators=[AnyOf(["static", "dynamic"], "Choose one of the two.")],
    )

    @property
    def definition(self) -> Audience | None:
        """What a dynamic list asks for; None of a list of members."""
        return super().definition if self.is_dynamic else None

    @property
    def is_dynamic(self) -> bool:
        """Whether the definition counts."""
        return bool(self.kind.data == "dynamic")


class MemberForm(Form):
    phone = TextField(
        "Add a contact by phone number",
        validators=[DataRequired("Enter a phone number."), AtMost(40)],
        render_kw={"type": "tel", "autocomplete": "off"},
    )


class SelectionForm(Form):
    """What to do, and to whom: the contacts that were ticked, or all that match."""

    action = HiddenField(
        validators=[AnyOf(["list_add", "list_remove", "unsubscribe", "tag", "untag", "export"])]
    )
    which = HiddenField(validators=[AnyOf(["ticked", "all"])])

    @staticmethod
    def ticked(numbers: list[str]) -> list[int]:
        """The numbers of the contacts that were ticked."""
        return [int(number) for number in numbers if re.fullmatch("[0-9]{1,18}", number)]
