"""What all forms share: refusals at the field, and filters that a URL carries."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import request, url_for
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Field, PasswordField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice
from wtforms.fields.choices import Choice
from wtforms.validators import ValidationError
from wtforms.widgets import Select

from dashboard.core.countries import EUROPEAN_UNION, name_of
from dashboard.core.dates import YEARS
from dashboard.core.errors import DomainError


def tidy(text: str | None) -> str | None:
    """The text without surrounding space and without characters that no field may hold.

    A NUL, which PostgreSQL refuses, and other invisible controls come from hostile or broken
    senders only; line breaks and tabs stay.
    """
    if not isinstance(text, str):  # None, or a file where a text should be
        return None
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


#: They show nothing, turn the text about them, and make two names differ that look the same. Joiners, which
#: some scripts are written with, are not among them.
_DIRECTION_MARKS = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)


def one_line(text: str | None) -> str | None:
    """The text tidied, without direction marks, and with one space for each white space, line breaks too."""
    tidied = tidy(text)
    return None if tidied is None else " ".join(tidied.translate(_DIRECTION_MARKS).split())


class AtMost:
    """At most so many characters. Unlike WTForms' Length it sets no `maxlength`, by which a browser
    would cut what is pasted without a word."""

    def __init__(self, characters: int) -> None:
        self.characters = characters

    def __call__(self, _form: PlainForm, field: Field) -> None:
        if isinstance(field.data, str) and len(field.data) > self.characters:
            raise ValidationError(f"Use at most {self.characters} characters.")


class TextField(StringField):
    """A text on one line, tidied."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, filters=[one_line, *kwargs.pop("filters", [])], **kwargs)


class SecretField(PasswordField):
    """A password, kept to the letter. It never comes back in the form."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        # A file where a text should be is nothing.
        super().process_formdata([value for value in valuelist if isinstance(value, str)])


class Form(FlaskForm):
    """A form that changes something."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Refusals that concern no single field; shown above the form.
        self.refusals: list[str] = []
        #: HTTP status of the form shown again: 422 for bad input, else what the command refused with.
        self.status = 422

    @contextmanager
    def showing_refusals(self) -> Iterator[None]:
        """Put a refusal of the command inside at the field that it names, else above the form."""
        try:
            yield
        except DomainError as error:
            self.status = error.status
            sentence: str = error.sentence
            if error.link:
                href = url_for(error.link.endpoint, **error.link.values)  # type: ignore[arg-type]
                sentence = escape(sentence) + Markup(' <a href="{}">{}</a>').format(href, error.link.text)
            if error.field in self:
                field = self[error.field]
                field.errors = [*field.errors, sentence]
            else:
                self.refusals.append(sentence)


class DayField(DateField):
    """A day of YEARS."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Enter a day such as 2026-11-30.") from None

    def pre_validate(self, _form: PlainForm) -> None:
        if self.data and self.data.year not in YEARS:
            raise ValidationError("Enter a day between 1900 and 2199.")


def options(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """Values and labels as WTForms takes them."""
    return [SelectChoice(value, label) for value, label in pairs]


class Options(Select):
    """A select as WTForms draws it, and as fast as a choice of hundreds of owners on every page needs."""

    @classmethod
    def render_option(cls, choice: Choice) -> str:
        # Choices of ours carry no attributes.
        selected = "selected " if choice.selected else ""
        return f'<option {selected}value="{escape(str(choice.value))}">{escape(choice.label)}</option>'


class ChoiceField(SelectField):
    """One of a few; an empty first choice asks for all."""

    widget = Options()

    def __init__(
        self, label: str, choices: Iterable[tuple[Any, str]] = (), *, every: str, **kwargs: Any
    ) -> None:
        self.every = every
        super().__init__(label, choices=options([("", every), *choices]), default="", **kwargs)

    def iter_choices(self) -> list[Choice]:
        # The same as WTForms makes of them, without a look at each whether it is a choice.
        return [
            Choice(one.value, one.label, self.coerce(one.value) == self.data, one.render_kw)
            for one in self.choices
        ]

    def has_groups(self) -> bool:
        return False

    def pre_validate(self, _form: PlainForm) -> None:
        if not self.process_errors and all(self.coerce(one.value) != self.data for one in self.choices):
            raise ValidationError("Choose one of those offered.")


class OwnerField(ChoiceField):
    """One of the owners. The route gives the choices, numbers and names, with `offer`."""

    def __init__(self, label: str = "Owner", **kwargs: Any) -> None:
        super().__init__(label, every="All owners", coerce=_number_or_nothing, **kwargs)

    def offer(self, owners: Iterable[tuple[int, str]]) -> None:
        self.choices = options([("", self.every), *owners])


class CountryField(ChoiceField):
    """One of the owners' countries, or the European Union. The route gives their codes with `offer`."""

    def __init__(self, label: str = "Country", **kwargs: Any) -> None:
        super().__init__(label, every="All countries", **kwargs)

    def offer(self, codes: Iterable[str]) -> None:
        named = sorted((name_of(code), code) for code in codes)
        union = (EUROPEAN_UNION, name_of(EUROPEAN_UNION))
        self.choices = options([("", self.every), union, *((code, name) for name, code in named)])


def _number_or_nothing(value: Any) -> int | str:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else ""


class FilterForm(PlainForm):
    """A form that only asks: its values stand in the URL, so that a view can be shared.

    A value that does not fit is left out of the search and said at its field.
    """

    def __init__(self, *, owners: Iterable[tuple[int, str]] = (), countries: Iterable[str] = ()) -> None:
        super().__init__(MultiDict(request.args))
        if isinstance(field := self._fields.get("owner"), OwnerField):
            field.offer(owners)
        if isinstance(field := self._fields.get("country"), CountryField):
            field.offer(countries)
        self.validate()

    def wanted(self, name: str) -> Any:
        """The field's value, or None where it is empty or wrong."""
        field = self[name]
        return field.data if field.data not in ("", None) and not field.errors else None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered."""
        return any(self.wanted(f.name) not in (None, False, f.default) for f in self)
