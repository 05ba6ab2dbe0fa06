"""What a person may type about views."""

from typing import Any
from unicodedata import category

from wtforms import BooleanField, Field, HiddenField
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, ValidationError

from dashboard.views.addresses import MOST_CHARACTERS, page_address
from dashboard.web import htmx
from dashboard.web.forms import AtMost, Form, TextField

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  #: letters and signs that show nothing


class AddressField(HiddenField):
    """The page to keep. Comes out as a path of ours with its filters."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        # Filters change the address of a page that is open, which htmx tells; the form itself keeps
        # the one that the page was loaded with.
        self.data = htmx.current_path() or next((v for v in valuelist if isinstance(v, str)), "")

    def pre_validate(self, _form: PlainForm) -> None:
        address = page_address(self.data or "")
        if address is None:
            raise ValidationError(
                "This page cannot be saved. Open the page that you want, and save it there."
            )
        if len(address) > MOST_CHARACTERS:
            raise ValidationError("This page has too long an address. Take some of its filters away.")
        self.data = address


def _visible(_form: PlainForm, field: Field) -> None:
    """A name that nobody sees is none."""
    if not any(category(c)[0] in "LNPS" and c not in _BLANK for c in field.data):
        raise ValidationError("Enter a name that can be seen.")


def _name_field(label: str) -> TextField:
    return TextField(
        label,
        validators=[DataRequired("Enter a name."), _visible, AtMost(120)],
        filters=[lambda text: text and " ".join(text.split())],
        render_kw={"autocomplete": "off"},
    )


class SaveForm(Form):
    """Stands in the frame of every page; the prefix keeps its fields apart from the page's own."""

    # Not "Name", which the page's own filters may ask for.
    name = _name_field("Save as")
    address = AddressField()
    is_shared = BooleanField()  #: which of the two buttons was pressed

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="view", **kwargs)


class RenameForm(Form):
    name = _name_field("Name")


class ShareForm(Form):
    is_shared = BooleanField()  #: which of the two buttons was pressed
