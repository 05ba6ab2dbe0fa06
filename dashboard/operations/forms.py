"""What a person may ask to be done to many contacts."""

import json
import re
from typing import Any
from uuid import uuid4

from wtforms import HiddenField, SelectField
from wtforms.validators import UUID, DataRequired, ValidationError

from dashboard.audiences.queries import Audience
from dashboard.operations.models import Kind, Outcome
from dashboard.operations.selections import Selection
from dashboard.operations.states import WANTED
from dashboard.operations.words import KINDS
from dashboard.tags.names import UNSEEN, clean
from dashboard.web.forms import AtMost, ChoiceField, FilterForm, Form, OwnerField, TextField, options

MOST_TICKED = 1_000  #: contacts that are named one by one; more are chosen by what they have in common


class TickedField(HiddenField):
    """Numbers of contacts: one field for each, or several with commas between. `data` is a tuple of them."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data: tuple[int, ...] = ()
        typed = [one for value in valuelist if isinstance(value, str) for one in value.split(",") if one]
        # Nobody types these: what is no number came from a broken link, and who is meant cannot be told.
        if not all(re.fullmatch("[0-9]{1,18}", one) for one in typed):
            raise ValueError("Tick the contacts anew: these cannot be told.")
        found = sorted({int(one) for one in typed})
        self.data = tuple(found)
        if len(found) > MOST_TICKED:
            raise ValueError(
                f"At most {MOST_TICKED:,} contacts can be ticked. Choose all that match instead."
            )

    def _value(self) -> str:
        return ",".join(map(str, self.data or ()))


class NumberField(HiddenField):
    """A number from zero on; None where what is sent is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = _number(valuelist[0]) if valuelist else None


class AudienceField(HiddenField):
    """An audience as JSON. `data` is the audience; None where there is none, or what is sent is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if valuelist and valuelist[0]:
            try:
                self.data = Audience.of_json(json.loads(valuelist[0]))
            except (ValueError, TypeError, AttributeError, RecursionError):
                raise ValueError("Choose the contacts anew: these cannot be told.") from None

    def _value(self) -> str:
        return json.dumps(self.data.as_json()) if self.data else ""


class KeyField(HiddenField):
    """Made when the form is first shown, so that a double click cannot start twice.

    Nobody sees the field: a form without a right key is given one, and that is said above it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default=_new_key, validators=[DataRequired(_NO_KEY), UUID(_NO_KEY)], **kwargs)

    def post_validate(self, form: Any, _validation_stopped: bool) -> None:
        if self.errors:
            form.refusals += self.errors
            self.data = _new_key()


def _new_key() -> str:
    return str(uuid4())


_NO_KEY = "The form came incomplete, so nothing was started. Confirm once more."


class OperationForm(Form):
    """What to do, to whom, and why. The same fields in an address and in a form.

    Who has ticked contacts sends `ids`, who wants all that match sends `audience`. A form that sends both
    says by `which` ("ticked" or "all") what is meant; by itself the ticks are.
    """

    kind = HiddenField()
    ids = TickedField()
    audience = AudienceField()
    which = HiddenField()
    list_id = SelectField("List", coerce=str, default="", validate_choice=False)
    tag_id = SelectField("Tag", coerce=str, default="", validate_choice=False)
    tag_name = TextField(
        "Tag",
        description="One of the owner's tags, or a new one.",
        filters=[clean],
        validators=[AtMost(60)],
        render_kw={"autocomplete": "off", "list": "tags", "maxlength": 60},
    )
    reason = TextField("Reason", validators=[AtMost(500)], render_kw={"autocomplete": "off"})
    #: The list or the tag whose figures the person saw.
    seen = HiddenField(default="")
    #: How many contacts the button said that it would change.
    counted = NumberField()
    idempotency_key = KeyField()

    def validate_tag_name(self, field: TextField) -> None:
        if self.kind.data == Kind.TAG and not field.data and any(field.raw_data or []):
            raise ValidationError(UNSEEN)

    def offer(self, lists: Any, tags: Any) -> None:
        """The owner's lists and tags, to choose from, and what the reason is for."""
        self.list_id.choices = options([("", "Choose a list"), *((str(one.id), one.name) for one in lists)])
        self.tag_id.choices = options([("", "Choose a tag"), *((str(one.id), one.name) for one in tags)])
        if self.kind.data == Kind.UNSUBSCRIBE:
            self.reason.description = "It is kept as proof with each opt-out."
        else:
            self.reason.label.text = "Reason (optional)"

    @property
    def selection(self) -> Selection | None:
        """Whom it concerns; None where nobody was chosen, or nothing that is done to many."""
        if self.kind.data not in WANTED or self.ids.process_errors or self.audience.process_errors:
            return None
        if self.ids.data and self.which.data != "all":
            return Selection(ids=self.ids.data)
        if self.audience.data is not None and self.which.data != "ticked":
            return Selection(audience=self.audience.data)
        return None

    @property
    def arguments(self) -> dict[str, Any] | None:
        """The list or the tag that the kind needs; None where none was chosen yet."""
        if self.kind.data in (Kind.LIST_ADD, Kind.LIST_REMOVE):
            return None if self.chosen_list is None else {"list_id": self.chosen_list}
        if self.kind.data == Kind.UNTAG:
            return None if self.chosen_tag is None else {"tag_id": self.chosen_tag}
        if self.kind.data == Kind.TAG:
            return {"tag_name": self.tag_name.data} if self.tag_name.data else None
        return {}

    @property
    def chosen_list(self) -> int | None:
        return _number(self.list_id.data)

    @property
    def chosen_tag(self) -> int | None:
        return _number(self.tag_id.data)

    @property
    def target(self) -> str:
        """The list or the tag as one text, to tell whether another one was chosen."""
        return " ".join(str(value) for value in (self.arguments or {}).values())

    def is_as_seen(self, would_change: int) -> bool:
        """Whether it would do no more than the person saw, and that to the same list or tag; else says so."""
        told = self.counted.data
        if self.seen.data != self.target or told is None:
            self.refusals.append("You chose something else. Look at what it would do now, then confirm.")
        elif would_change > told:
            self.refusals.append(
                f"There are {would_change:,} now, {told:,} before. Look again, then confirm."
            )
        return not self.refusals


class UndoForm(Form):
    idempotency_key = KeyField()


class OperationFilter(FilterForm):
    owner = OwnerField()
    kind = ChoiceField("Kind", [(str(kind), words) for kind, words in KINDS.items()], every="Every kind")


class OutcomeFilter(FilterForm):
    outcome = ChoiceField("What became of it", [(str(o), str(o)) for o in Outcome], every="All")


def _number(sent: Any) -> int | None:
    return int(sent) if isinstance(sent, str) and re.fullmatch("[0-9]{1,18}", sent) else None
