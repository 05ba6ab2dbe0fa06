"""What people and their programs mean by what they write into cells."""

import pytest

from dashboard.contact_imports.reading.headings import fields_called
from tests.contact_imports.hand import read

ADA = "+306984303406"


def state_of(heading: str, cell: str) -> str | None:
    found, problems, _ = read(f"phone;{heading}\n{ADA};{cell}\n")
    return problems[0][1] if problems else found[0].get("state")


@pytest.mark.parametrize(
    "heading",
    ["Unsubscribed", "Opt-out", "opted out", "Do not contact", "Διαγραμμένος", "Désabonné", "Désinscrit",
     "Abgemeldet", "Baja", "Disiscritto"],
)  # fmt: skip
def test_a_column_of_those_who_left_is_not_one_of_those_who_stayed(heading):
    assert fields_called([heading]) == {"unsubscribed": 0}
    assert (state_of(heading, "yes"), state_of(heading, "no"), state_of(heading, "")) == ("f", "t", None)


@pytest.mark.parametrize(
    ("yes", "no"),
    [("Yes", "No"), ("1", "0"), ("TRUE", "FALSE"), ("ναι", "όχι"), ("Oui", "Non"), ("ja", "nein"),
     ("Sí", "No"), ("si", "no"), ("sim", "não"), ("on", "off")],
)  # fmt: skip
def test_yes_and_no_mean_the_opposite_there(yes, no):
    assert (state_of("subscribed", yes), state_of("subscribed", no)) == ("t", "f")
    assert (state_of("unsubscribed", yes), state_of("unsubscribed", no)) == ("f", "t")


def test_a_word_for_a_state_means_it_whatever_is_asked():
    for heading in ("subscribed", "unsubscribed"):
        assert (state_of(heading, "subscribed"), state_of(heading, "Opted out")) == ("t", "f")
    assert "Write “yes” or “no”" in state_of("unsubscribed", "active")


def test_of_two_columns_that_disagree_the_one_counts_that_sends_nothing():
    found, _, _ = read(
        "phone;subscribed;unsubscribed\n6984303406;yes;yes\n6984303407;no;no\n6984303408;yes;\n6984303409;;no\n"
    )
    assert [one["state"] for one in found] == ["f", "f", "t", "t"]


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("6984303406.0", "GR"), ("306984303406,00", "GR"), ("+306984303406.0", "GR"),
        ("3.06984303406E+11", "GR"), ("6,984303406e9", "GR"), ("+30 (0)698 430 3406", "GR"),
        ("0030 (0) 698 430 3406", "DE"),
    ],
)  # fmt: skip
def test_numbers_as_spreadsheets_and_letterheads_write_them(written, country):
    assert read(f"phone\tname\n{written}\tAda\n", country)[0][0]["phone"] == ADA


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("6.9843034E+09", "shortened"),
        ("6.98430340612E+09", "shortened"),
        ("6984303406 ext 5", "with an extension"),
        ("6984303406 x5", "with an extension"),
        ("6984303406 / 6984303407", "more than one number"),
        ("6984303406; 6984303407", "more than one number"),
        ("6984303406 or +306984303407", "more than one number"),
        ("6984303406 6984303407", "more than one number"),
        ("6984303406.5", "no phone number"),
        ("-", "no phone number"),
        ("1" + " " * 30_000 + "x", "no phone number"),
    ],
)
def test_a_number_that_is_none_or_several_says_so(written, words):
    _, problems, _ = read(f"phone\tname\n{written}\tAda\n")
    assert words in problems[0][1]


@pytest.mark.parametrize("nothing", ["-", "n/a", "N/A", "NULL", "none", "00/00/0000", "0000-00-00"])
def test_what_programs_write_for_nothing_is_nothing(nothing):
    rest = ";".join([nothing] * 6)
    headings = "phone;first name;last name;email;gender;birthday;subscribed"
    assert read(f"{headings}\n6984303406;{rest}\n")[:2] == ([{"phone": ADA}], [])


@pytest.mark.parametrize("day", ["19850403", "3-Apr-85", "3 April 1985", "03/Apr/1985", "3 Apr. 1985"])
def test_days_as_programs_and_people_write_them(day):
    found, problems, _ = read(f"phone;birthday\n6984303406;{day}\n")
    assert (found[0]["birthday"], problems) == ("1985-04-03", [])


@pytest.mark.parametrize("day", ["19851303", "3-Foo-85", "31 February 1985"])
def test_a_day_that_is_none_is_none_however_it_is_written(day):
    assert "That is no day." in read(f"phone;birthday\n6984303406;{day}\n")[1][0][1]


def test_headings_below_a_title_are_found():
    found, problems, plan = read(
        "Customers of 2026;;\n\n;made by Ada;\nPhone;First name;Email\n6984303406;Eva;\n"
    )
    assert (found, problems) == ([{"phone": ADA, "first_name": "Eva"}], [])
    assert (plan.has_heading, plan.heading_row) == (True, 4)


def test_a_person_above_what_looks_like_a_heading_is_not_lost():
    found, _, plan = read("6984303406;Ada\nphone;name\n6984303407;Eva\n")
    assert not plan.has_heading
    assert len(found) == 2


def test_a_first_row_with_a_bad_number_is_no_heading():
    found, problems, plan = read("698430340;Ada\n6984303407;Eva\n6984303408;Zoe\n")
    assert not plan.has_heading
    assert (len(found), problems) == (2, [(1, "That is no phone number.")])
