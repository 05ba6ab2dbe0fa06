"""What forms share."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField

from dashboard.web.forms import ChoiceField, OwnerField, options

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
