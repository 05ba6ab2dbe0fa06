"""What a person may say about a file of contacts."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import uuid4

from flask import current_app
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, HiddenField, SelectField
from wtforms.validators import UUID, DataRequired, ValidationError
from wtforms.validators import Optional as Perhaps

from dashboard.contact_imports.commands import PART_BYTES
from dashboard.contact_imports.outcomes import Draft, Options
from dashboard.contact_imports.reading.plans import DELIMITERS, ENCODINGS, FIELDS, Plan, column_name
from dashboard.core.db import AnyRow
from dashboard.web.forms import AtMost, ChoiceField, FilterForm, Form, OwnerField, TextField, options

DAY_ORDERS = {"day": "Day first: 31/12/1985", "month": "Month first: 12/31/1985"}


def number_or_none(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class ImportFilter(FilterForm):
    owner = OwnerField()


class UploadForm(Form):
    owner = ChoiceField(
        "Owner",
        every="Choose an owner",
        coerce=lambda value: number_or_none(value) or "",
        validators=[DataRequired("Choose whose contacts these are.")],
    )
    file = FileField("File", validators=[FileRequired("Choose a file.")])
    list_id = HiddenField(filters=[number_or_none])

    def __init__(self, owners: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.owner.choices = options([("", self.owner.every), *owners])
        most = current_app.config["IMPORT_MAX_MB"]
        self.file.description = f"CSV or XLSX (Excel), up to 1,000,000 rows and {most:,} MB."
        # With this the browser says so before it sends the file.
        self.file.render_kw = {"accept": ".csv,.txt,.tsv,.xlsx", "data-most-mb": str(most)}

    def pieces(self) -> Iterator[bytes]:
        """The file, piece by piece: it lies on disk, and not in memory."""
        while piece := self.file.data.stream.read(PART_BYTES):
            yield piece


class ReadingForm(Form):
    """How the file is read."""

    encoding = SelectField("Letters", choices=options(ENCODINGS.items()), validators=[Perhaps()])
    delimiter = SelectField(
        "Between columns", choices=options((repr(one), name) for one, name in DELIMITERS.items())
    )
    day_order = SelectField("Days", choices=options(DAY_ORDERS.items()))
    has_heading = BooleanField("The first row is a heading")
    phone = SelectField(FIELDS["phone"])
    first_name = SelectField(FIELDS["first_name"])
    last_name = SelectField(FIELDS["last_name"])
    email = SelectField(FIELDS["email"])
    gender = SelectField(FIELDS["gender"])
    birthday = SelectField(FIELDS["birthday"])
    state = SelectField(FIELDS["state"])
    unsubscribed = SelectField(FIELDS["unsubscribed"])

    def __init__(self, sample: Sequence[Sequence[str]], plan: Plan, **kwargs: Any) -> None:
        """`sample` are the first rows of the file; `plan` is shown unless a form was sent."""
        shown = {
            "encoding": plan.encoding,
            "delimiter": repr(plan.delimiter),
            "day_order": "day" if plan.is_day_first else "month",
            "has_heading": plan.has_heading,
            **{field: str(plan.columns.get(field, "")) for field in FIELDS},
        }
        super().__init__(data=shown, **kwargs)
        self._guessed = plan
        for field in self.columns:
            field.choices = options([("", "Not in the file"), *_columns(sample, plan)])

    @property
    def columns(self) -> list[Field]:
        """The fields that say which column is what."""
        return [self[name] for name in FIELDS]

    def validate_phone(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError("Say which column holds the phone numbers.")

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine = super().validate(extra_validators)
        chosen: dict[str, Field] = {}
        for field in self.columns:
            first = chosen.setdefault(field.data, field)
            if field.data and first is not field:
                field.errors = [f"That column is “{first.label.text}” already. Choose another one."]
                is_fine = False
        return is_fine

    def plan(self) -> Plan:
        """What was said."""
        delimiters = {repr(one): one for one in DELIMITERS}
        return Plan(
            is_workbook=self._guessed.is_workbook,
            encoding=self.encoding.data,
            delimiter=delimiters[self.delimiter.data],
            has_heading=self.has_heading.data,
            heading_row=self._guessed.heading_row if self.has_heading.data else 0,
            is_day_first=self.day_order.data == "day",
            columns={field.name: int(field.data) for field in self.columns if field.data},
        )


class StartForm(Form):
    """What the import shall do."""

    consent = TextField(
        "How did these people agree, and when?",
        description="Kept with each new contact as proof of consent.",
        validators=[DataRequired("Say how these people agreed to get messages."), AtMost(500)],
        render_kw={"autocomplete": "off"},
    )
    list_id = SelectField("Put everybody on a list", coerce=lambda value: number_or_none(value) or "")
    tag = TextField("Tag everybody", validators=[AtMost(60)], render_kw={"autocomplete": "off"})
    updates = BooleanField("Update contacts that are here already")
    unsubscribes = BooleanField("Also unsubscribe contacts of whom the file says so")
    subscribes = BooleanField("Also subscribe contacts of whom the file says so")
    check_no = HiddenField(filters=[number_or_none])
    # Made when the form is shown, so that a double click cannot import twice.
    idempotency_key = HiddenField(default=lambda: str(uuid4()), validators=[DataRequired(), UUID()])

    def __init__(self, lists: Sequence[AnyRow], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list_id.choices = options([("", "No list"), *((one.id, one.name) for one in lists)])

    def draft(self) -> Draft:
        """What is filled in so far, whether it will do or not."""
        return Draft(consent=(self.consent.data or "")[:500], options=self.options())

    def options(self) -> Options:
        """What was ticked."""
        return Options(
            list_id=self.list_id.data or None,
            tag=self.tag.data or None,
            updates=self.updates.data,
            unsubscribes=self.unsubscribes.data,
            subscribes=self.subscribes.data,
        )


def _columns(sample: Sequence[Sequence[str]], plan: Plan) -> list[tuple[str, str]]:
    """The columns of the file, each called by its letter and heading."""
    width = max([len(row) for row in sample] + [column + 1 for column in plan.columns.values()], default=0)
    heading = sample[0] if sample and plan.has_heading else []
    named = [heading[n] if n < len(heading) else "" for n in range(width)]
    return [
        (str(n), f"{column_name(n)}: {name}" if name else f"Column {column_name(n)}")
        for n, name in enumerate(named)
    ]
