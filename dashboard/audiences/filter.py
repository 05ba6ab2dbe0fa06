"""What a person may ask of contacts, in the address of a page or in the definition of a dynamic list."""

import re
from dataclasses import fields
from typing import Any

from wtforms import Form as PlainForm
from wtforms.validators import Optional, ValidationError

from dashboard.audiences import queries
from dashboard.audiences.audience import OLDEST, Audience
from dashboard.contacts.models import Gender
from dashboard.core.countries import name_of_calling_code
from dashboard.web.forms import ChoiceField, DayField, FilterForm, TextField, options


class AgeField(TextField):
    """An age in whole years, as text; `years` is its number, None where it is empty."""

    def pre_validate(self, _form: Any) -> None:
        if self.data and not (re.fullmatch("[0-9]{1,3}", self.data) and int(self.data) <= OLDEST):
            raise ValidationError("Enter an age in whole years, such as 18.")

    @property
    def years(self) -> int | None:
        return int(self.data) if self.data and not self.errors else None


class NumberChoice(ChoiceField):
    """One of the owner's lists or tags, by its number."""


def _age(label: str) -> AgeField:
    return AgeField(label, render_kw={"inputmode": "numeric", "size": 3, "autocomplete": "off"})


def _day(label: str) -> DayField:
    return DayField(label, validators=[Optional()])


#: As a form says it -> as an audience takes it.
STATES = {"true": True, "false": False}


class AudienceFields(PlainForm):
    """The fields that ask for an audience, but for its list. The route calls `offer` before it validates."""

    is_subscribed = ChoiceField(
        "State", [("true", "Subscribed"), ("false", "Unsubscribed")], every="Any state"
    )
    tag_id = NumberChoice("Tag", every="Any tag")
    gender = ChoiceField(
        "Gender", [(g, g.replace("_", " ").capitalize()) for g in Gender], every="Any gender"
    )
    age_from = _age("Age from")
    age_to = _age("Age to")
    calling_code = ChoiceField("Country of the number", every="Any country")
    added_from = _day("Added from")
    added_to = _day("Added to")
    joined_from = _day("On the list from")
    joined_to = _day("On the list to")
    left_from = _day("Unsubscribed from")
    left_to = _day("Unsubscribed to")

    #: Those that are asked for less often.
    MORE = ("calling_code", "added_from", "added_to", "joined_from", "joined_to", "left_from", "left_to")

    def offer(self, owner_id: int) -> None:
        """Let the fields have the owner's tags, and the countries of the owner's contacts."""
        codes = [(code, name_of_calling_code(code)) for code in queries.calling_codes(owner_id)]
        tags = [(str(tag.id), tag.name) for tag in queries.tags(owner_id)]
        for field, choices in ((self.calling_code, codes), (self.tag_id, tags)):
            kept = field.object_data
            # What a definition asks for stays offered, so that saving it again does not ask for more.
            if kept and kept not in dict(choices):
                choices = [*choices, (kept, "One that is gone")]
            field.choices = options([("", field.every), *choices])

    def audience(self, list_id: int | None = None) -> Audience:
        """What is asked for. What is wrong is left out."""
        asked = {field.name: self._asked(field.name) for field in fields(Audience) if field.name in self}
        return Audience(**asked | {"list_id": list_id})

    def _asked(self, name: str) -> Any:
        field = self[name]
        if field.errors or field.data in ("", None):
            return None
        if name == "is_subscribed":
            return STATES[field.data]
        if isinstance(field, AgeField):
            return field.years
        return int(field.data) if isinstance(field, NumberChoice) else field.data

    @property
    def asks_for_more(self) -> bool:
        """Whether one of the less usual filters is set, or wrong."""
        return any(self[name].data or self[name].errors for name in self.MORE if name in self)

    def validate_age_to(self, field: AgeField) -> None:
        if field.years is not None and self.age_from.years is not None and self.age_from.years > field.years:
            raise ValidationError("This is below the other age. Enter a higher one.")

    def _days_in_order(self, field: DayField) -> None:
        first = self[field.name.replace("_to", "_from")]
        if first.data and field.data and not first.errors and not field.errors and first.data > field.data:
            raise ValidationError("This is before the first day. Choose a later one.")

    validate_added_to = validate_joined_to = validate_left_to = _days_in_order


class AudienceForm(AudienceFields, FilterForm):
    """The filters of a list's page. Their values stand in the address."""

    def __init__(self, owner_id: int, *, is_dynamic: bool = False) -> None:
        super().__init__()
        if is_dynamic:  # which nobody is put on
            del self.joined_from, self.joined_to
        if self.is_subscribed.data == "any":  # as links have said it
            self.is_subscribed.data = ""
        self.offer(owner_id)
        self.validate()  # again, now that there are choices
        show_as_typed(self)

    @property
    def asked(self) -> dict[str, Any]:
        """What the address asks for, as it says it."""
        return {field.name: field.raw_data[0] for field in self if field.raw_data and field.raw_data[0]}


def show_as_typed(form: Any) -> None:
    """Let a day that is none stay in its field, so that it can be mended."""
    for field in form:
        # A browser's date control shows nothing but a day.
        if isinstance(field, DayField) and field.raw_data and not field.data:
            field.render_kw = {"type": "text"}
