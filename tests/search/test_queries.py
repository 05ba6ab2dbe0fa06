"""What the one box finds, against a model of contacts' search that reads every row in Python."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from dashboard.contacts import queries as contacts
from dashboard.core.db import db
from dashboard.search.queries import search
from tests.factories import make_campaign, make_contact, make_list, make_message, make_owner

PEOPLE = [
    {"phone": "+306984303406", "first_name": "Νίκη", "last_name": "Παπαδάκης", "email": "niki@example.gr"},
    {"phone": "+306984303407", "first_name": "José", "last_name": "García", "email": "jose.g@example.com"},
    {"phone": "+447911123456", "first_name": "100% Ada_", "last_name": "O\\Brien"},
    {"phone": "+491721234567", "first_name": "Jürgen", "last_name": "Strauß", "email": "j-s@post.example"},
    {"phone": "+12125550100", "first_name": "Li", "last_name": "Jo"},
    {"phone": "+12125550101"},
]
#: What people type is made of what there is: also of halves of it.
PIECES = ["69", "843", "0030", "+30", "πα", "Παπαδ", "ΝΙΚ", "garcia", "jo", "j", "%", "_", "\\", "100%", "a_"]
PIECES += ["ada", "li", "@", "example", ".com", "-", " ", "  ", "str", "ss", "ü", "u\u0308", "％", "212"]


def folded(text: str) -> str:
    """What the database's `fold` does."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")
    return bare.lower().translate(str.maketrans("ςøłđı", "σoldi")).replace("ß", "ss")


def is_found(text: str, typed: str) -> bool:
    """Each word stands in the text: anywhere if it has three letters, else where a word begins."""
    for word in unicodedata.normalize("NFKD", typed).split():
        letters = sum(c.isalpha() or c.isdecimal() for c in word)
        if letters < 3 and word[0].isalnum():
            if f" {folded(word)}" not in f" {text}":
                return False
        elif folded(word) not in text:
            return False
    return True


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text("αάσςjJgía0369+ %_-", max_size=4), max_size=4).map("".join))
def test_contacts_are_found_as_a_model_finds_them(session, typed):
    if not db.session.scalar(select(func.count()).select_from(contacts.Contact)):
        owner = make_owner(country="GR")
        for person in PEOPLE:
            make_contact(owner, **person)
    typed = typed.strip()
    rows = db.session.execute(
        select(contacts.Contact.id, contacts.Contact.phone, contacts.Contact.search_text)
    )
    everybody = rows.all()
    digits = contacts.phones.digits(typed)
    numbers = {n for n in [contacts.phones.normalise(typed, "GR")] if n and digits}
    wanted = {row.id for row in everybody if row.phone in numbers}
    wanted = wanted or {row.id for row in everybody if is_found(row.search_text, digits_or(typed))}
    is_enough = (
        len(digits) >= 3
        if digits
        else any(
            sum(c.isalpha() or c.isdecimal() for c in word) >= 2
            for word in unicodedata.normalize("NFKD", typed).split()
        )
    )
    found = [row.id for row in contacts.search(typed, most=100)]
    assert set(found) == (wanted if is_enough else set())
    assert found == [row.id for row in contacts.page(contacts.Wanted(typed=typed)).page.rows] or not typed


def digits_or(typed: str) -> str:
    return contacts.phones.digits(typed) or typed


@pytest.mark.parametrize(
    "typed",
    [
        "6984303406", "69 8430 3406", "698-430-3406", "+30 698 430 3406", "00306984303406",
        "0030 698.430.3406", "(698) 430 3406", "+30 (0) 6984303406", "tel:+306984303406",
        "6984303406 ext 5", "6984303406, x12", "whatsapp:+306984303406", "+306984303406, Spyros", "698",
        "\u202a+30\u00a0698\u2011430\u20133406\u202c", "６９８４３０３４０６", "٦٩٨٤٣٠٣٤٠٦",
        "8430 34", "430\u20133406", "0030 6984", "+30 69843",
    ],
)  # fmt: skip
def test_every_format_of_a_number_or_a_part_of_it_finds_its_contact(session, typed):
    contact = make_contact(make_owner(country="GR"), phone="+306984303406", first_name="Spyros")
    make_contact(make_owner(country="GB"), phone="+447911123456")
    assert [row.id for row in search(typed).contacts.rows] == [contact.id]


@pytest.mark.parametrize(
    "typed", ["07911 123456", "7911 12", "+44 (0)7911 123456", "0044 7911", "(0)7911 123"]
)
def test_a_trunk_zero_belongs_to_dialling(session, typed):
    contact = make_contact(make_owner(country="GB"), phone="+447911123456")
    make_contact(make_owner(country="GR"), phone="+306984303406")
    assert [row.id for row in search(typed).contacts.rows] == [contact.id]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Παπαδακης", "Παπαδάκης"), ("ΠΑΠΑΔΆΚΗΣ", "Παπαδάκης"), ("garcia", "García"),
     ("Strauss", "Strauß"), ("STRAUSS", "Strauß"), ("straus", "Strauß"),
     ("100%", "100% Ada_"), ("ada_", "100% Ada_"), ("o\\b", "O\\Brien"),
     ("％％％", None), ("a%a", None), ("___", None), ("\\\\\\", None)],
)  # fmt: skip
def test_accents_and_case_do_not_matter_and_wildcards_are_literal(session, typed, name):
    owner = make_owner()
    for person in PEOPLE:
        make_contact(owner, **person)
    rows = search(typed).contacts.rows
    assert [name in (row.first_name, row.last_name) for row in rows] == ([True] if name else [])


def test_two_letters_find_where_a_word_begins(session):
    jo = make_contact(first_name="Li", last_name="Jo")
    make_contact(first_name="Banjo")
    make_list(name="Friends of Jo")
    found = search("jo")
    assert [row.id for row in found.contacts.rows] == [jo.id]
    assert found.lists.count == 1


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Μακρής", "Μακρής,"), ("Anna", '"Anna"'), ("O’Brien", "O'Brien"), ("O'Brien", "o’brien"),
        ("Makris", "\u202aMakris\u202c"), ("Anna", "An\u00adna"), ("Æbelø", "aebelo"), ("李", "李"),
        ("Old (shop)", "(shop)"), ("小龙 李", "小龙"),
    ],
)  # fmt: skip
def test_what_comes_along_with_a_name_does_not_hide_it(session, name, typed):
    contact = make_contact(first_name=name)
    assert [row.id for row in search(typed).contacts.rows] == [contact.id]


def test_letters_make_a_text_no_number(session):
    make_contact(phone="+306956222776")
    make_contact(make_owner(country="US"), phone="+12026786637")
    message = make_message(
        make_campaign(name="2026 Summer sale"), provider="one", provider_message_id="GR-6956222776"
    )
    assert [row.id for row in search("GR-6956222776").messages.rows] == [message.id]
    found = search("2026 Summer")
    assert (found.contacts.count, found.campaigns.count) == (0, 1)


@pytest.mark.parametrize("typed", ["69", "+30", "0030", "3 0", "(0)30"])
def test_two_digits_find_no_contact_and_no_message_but_names(session, typed):
    owner = make_owner()
    make_message(make_campaign(owner), make_contact(owner, phone="+306956222776"), id=69)
    make_list(name="69 friends, 0030 and +30")
    found = search(typed)
    assert found.contacts.count == found.messages.count == 0
    assert found.lists.count == (typed not in ("3 0", "(0)30"))


@pytest.mark.parametrize("typed", ["j", "%", "--", "%%%%", "a b c", "  ", "é", "_"])
def test_less_than_two_letters_find_nothing(session, typed):
    make_contact(first_name="j % -- a b c é _")
    assert search(typed).count == 0


def test_a_message_is_found_by_the_providers_whole_identifier(session):
    campaign = make_campaign(name="Spring")
    message = make_message(campaign, provider="gateway", provider_message_id="fddb3f-edef61_8f%")
    make_message(campaign, provider="other", provider_message_id="fddb3f-edef6188f%")
    make_message(campaign, status="queued")
    assert [row.id for row in search("fddb3f-edef61_8f%").messages.rows] == [message.id]
    assert search("fddb3f-edef61").messages.rows == []


def test_an_identifier_that_two_providers_gave_finds_both(session):
    campaign = make_campaign()
    both = [make_message(campaign, provider=name, provider_message_id="A-1001") for name in ("one", "two")]
    assert [row.id for row in search("A-1001").messages.rows] == [message.id for message in both]


def test_a_message_is_found_by_its_number(session):
    message = make_message(make_campaign(make_owner(), name="Spring"))
    make_owner()
    [row] = search(f"#{message.id}").messages.rows
    assert (row.owner_id, row.id, row.campaign_name) == (message.owner_id, message.id, "Spring")
    assert search(f"#{message.id + 1}").count == 0
    assert search("#9999999999999999999").count == 0
    assert search(f"{message.id:010}").messages.count == 1


def test_a_number_that_contacts_have_finds_them_and_no_message(session):
    make_message(make_campaign(), id=843034)
    contact = make_contact(phone="+306984303406")
    found = search("843034")
    assert [row.id for row in found.contacts.rows] == [contact.id]
    assert found.messages.count == 0


def test_more_than_are_shown_are_counted(session, monkeypatch):
    owner = make_owner()
    for n in range(7):
        make_contact(owner, first_name="Maria")
        make_list(owner, name=f"Maria {n}")
    found = search("maria", most=5)
    assert [len(kind.rows) for kind in (found.contacts, found.lists)] == [5, 5]
    assert [kind.count for kind in (found.contacts, found.lists)] == [7, 7]
    assert found.contacts.has_more
    assert not found.contacts.is_cut

    monkeypatch.setattr(contacts, "MOST_HITS", 6)
    monkeypatch.setattr("dashboard.search.queries.MOST_COUNTED", 6)
    found = search("maria", most=5)
    assert found.contacts.is_cut
    assert found.lists.is_cut
    assert contacts.page(contacts.Wanted(typed="maria")).is_cut
