"""What forms share."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField

from dashboard.web.forms import ChoiceField, OwnerField, TextField, options, tidy

CHOICES = [("a", 'A & "b"'), ("x<y", "<b>X</b>"), (7, "Seven")]


class Ours(Form):
    one = ChoiceField("One", CHOICES, every="All", render_kw={"class": "wide"})
    owner = OwnerField()


class Theirs(Form):
    one = SelectField(
        "One", choices=options([("", "All"), *CHOICES]), default="", render_kw={"class": "wide"}
    )


@pytest.mark.parametrize("asked", [{}, {"one": ""}, {"one": "a"}, {"one": "x<y"}, {"one": "gone"}])
def test_a_choice_is_drawn_as_wtforms_draws_it(asked):
    ours, theirs = (form(MultiDict(asked)).one for form in (Ours, Theirs))
    assert ours(autofocus=True) == theirs(autofocus=True)


@pytest.mark.parametrize(("asked", "is_offered"), [("", True), ("a", True), ("gone", False)])
def test_only_what_is_offered_may_be_chosen(asked, is_offered):
    form = Ours(MultiDict({"one": asked}))
    form.owner.offer([])
    assert form.validate() == is_offered
    assert form.one.errors == ([] if is_offered else ["Choose one of those offered."])


@pytest.mark.parametrize(("asked", "chosen"), [("12", 12), ("", ""), ("twelve", ""), ("١٢", "")])
def test_an_owner_is_chosen_by_number(asked, chosen):
    form = Ours(MultiDict({"owner": asked}))
    form.owner.offer([(11, "Bakery"), (12, "Buns & more")])
    assert form.validate()
    assert form.owner.data == chosen
    assert ('<option selected value="12">Buns &amp; more</option>' in form.owner()) == (chosen == 12)


class Line(Form):
    name = TextField("Name")


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("  Ada \t Lovelace ", "Ada Lovelace"),
        ("Ada\r\nLovelace\u2028Byron\u00a0King", "Ada Lovelace Byron King"),
        ("\u202eAda\u202c \u2066Love\u200blace\u2069\ufeff", "Ada Lovelace"),
        ("\u200e \u200f", ""),
        ("\u0646\u200c\u0645 \U0001f469\u200d\U0001f467", "\u0646\u200c\u0645 \U0001f469\u200d\U0001f467"),
        ("A\0da", "Ada"),
    ],
    ids=["space", "lines", "direction", "nothing but marks", "joiners", "controls"],
)
def test_a_text_of_one_line_has_no_space_and_no_marks_that_nobody_sees(typed, taken):
    assert Line(MultiDict({"name": typed})).name.data == taken


def test_a_text_of_several_lines_keeps_them():
    assert tidy(" One\r\n\n  two\0 ") == "One\n\n  two"
