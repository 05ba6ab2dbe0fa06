"""Filters of a list, the contacts that are chosen, what is done to them, and the file of them."""

import csv
import io
import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from dashboard.audiences import queries
from dashboard.audit.models import AuditEvent
from dashboard.contacts.models import Contact
from dashboard.core.db import db
from dashboard.owners.models import Owner
from dashboard.tags.models import ContactTag, Tag
from tests.factories import make_contact, make_list, make_owner


@pytest.fixture
def vip(session):
    """A list of three: a woman, a man who left, and somebody whose name is a formula."""
    owner = make_owner()
    return make_list(
        owner,
        name="VIP",
        members=[
            make_contact(owner, phone="+306900000001", gender="female", birthday=date(1990, 5, 1)),
            make_contact(owner, phone="+306900000002", gender="male", is_subscribed=False),
            make_contact(owner, phone="+35988000003", first_name="=1+1", email="a@example.com"),
        ],
    )


def address(vip) -> str:
    return f"/owners/{vip.owner_id}/lists/{vip.id}"


def shown(client, vip, query: str) -> list[int]:
    page = client.get(f"{address(vip)}?{query}").text
    return [int(tick.split('"')[0]) for tick in page.split('name="ids" value="')[1:]]


def numbers(vip) -> list[int]:
    """The contacts' numbers, in the order in which they were added."""
    return list(db.session.scalars(select(Contact.id).order_by(Contact.id)))


def test_filters_are_shown_as_words_with_a_link_that_takes_each_out(client, sign_in, vip):
    sign_in("support")
    woman = numbers(vip)[0]
    assert shown(client, vip, "gender=female&age_from=18&calling_code=30") == [woman]
    page = client.get(f"{address(vip)}?gender=female&age_from=18&is_subscribed=true").text
    chips = page.split('<div class="chips">')[1].split("</div>")[0]
    assert f'href="{address(vip)}?age_from=18&amp;is_subscribed=true">women' in chips
    assert f'href="{address(vip)}?gender=female&amp;is_subscribed=true">18 years or older' in chips
    assert '<strong id="matching">1</strong>' in page


def test_a_wrong_filter_is_said_at_its_field_and_nothing_is_done_by_it(client, sign_in, vip):
    sign_in("support")
    query = "age_from=40&age_to=18"
    assert "This is below the other age." in client.get(f"{address(vip)}?{query}").text
    for answer in (
        client.post(f"{address(vip)}/selection?{query}", data={"which": "all", "action": "unsubscribe"}),
        client.get(f"{address(vip)}.csv?{query}"),
    ):
        assert answer.location == f"{address(vip)}?{query}"


def leads_to(answer) -> tuple[str, dict[str, list[str]]]:
    found = urlsplit(answer.location)
    return found.path, parse_qs(found.query)


def test_the_ticked_and_all_that_match_lead_to_the_preview(client, sign_in, vip):
    sign_in("support")
    first, second, _ = map(str, numbers(vip))
    url = f"{address(vip)}/selection"
    ticked = {"which": "ticked", "ids": [first, second, "x", "1 OR 1"]}
    preview = f"/owners/{vip.owner_id}/operations/new"
    assert leads_to(client.post(url, data=ticked | {"action": "list_remove"})) == (
        preview,
        {"kind": ["list_remove"], "list_id": [str(vip.id)], "ids": [first, second]},
    )
    assert leads_to(client.post(url, data=ticked | {"action": "list_add"})) == (
        preview,
        {"kind": ["list_add"], "ids": [first, second]},
    )
    path, asked = leads_to(client.post(f"{url}?gender=male", data={"which": "all", "action": "unsubscribe"}))
    assert (path, asked["kind"]) == (preview, ["unsubscribe"])
    assert json.loads(asked["audience"][0]) == {"list_id": vip.id, "gender": "male"}
    shown_there = client.get(client.post(url, data=ticked | {"action": "unsubscribe"}).location)
    assert shown_there.status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"which": "ticked", "action": "tag"},
        {"which": "ticked", "action": "tag", "ids": ["x"]},
        {"which": "everybody", "action": "tag", "ids": ["1"]},
        {"which": "all", "action": "erase"},
        {},
    ],
)
def test_who_chose_nobody_is_told_so(client, sign_in, vip, sent):
    sign_in("support")
    answer = client.post(f"{address(vip)}/selection?gender=male", data=sent)
    assert answer.location == f"{address(vip)}?gender=male"
    assert "Tick the contacts first, or choose all that match." in client.get(answer.location).text


def test_more_ticked_contacts_than_an_address_has_room_for_are_refused(client, sign_in, vip):
    sign_in("support")
    answer = client.post(
        f"{address(vip)}/selection", data={"which": "ticked", "action": "tag", "ids": list(range(1, 202))}
    )
    assert answer.location == address(vip)
    assert "At most 200 contacts can be ticked." in client.get(answer.location).text


def rows(answer) -> list[dict[str, str]]:
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_file_has_the_rows_of_the_page_and_nothing_in_it_runs(client, sign_in, vip):
    person = sign_in("support")
    first, second, _ = numbers(vip)
    for name in ("zebra", "=cmd"):
        tag = Tag(owner_id=vip.owner_id, name=name)
        db.session.add(tag)
        db.session.flush()
        db.session.add(ContactTag(owner_id=vip.owner_id, tag_id=tag.id, contact_id=second))
    db.session.commit()
    answer = client.get(f"{address(vip)}.csv")
    assert f"contacts-of-{vip.owner_id}-list-{vip.id}.csv" in answer.headers["Content-Disposition"]
    found = rows(answer)
    assert [row["Number"] for row in found] == ["+35988000003", "+306900000002", "+306900000001"]
    assert found[0]["First name"] == "'=1+1"
    assert found[0]["Email"] == "a@example.com"
    assert (found[1]["State"], found[1]["Unsubscribed"]) == ("Unsubscribed", "2026-11-20T14:00:00+02:00")
    assert found[1]["Tags"] == "'=cmd, zebra"
    assert (found[2]["Gender"], found[2]["Birthday"], found[2]["Tags"]) == ("female", "1990-05-01", "")
    assert found[2]["On the list since"].endswith("+02:00")
    assert found[2]["Time zone"] == "Europe/Athens"
    event = db.session.query(AuditEvent).filter_by(action="export.download").one()
    assert (event.staff_id, event.owner_id) == (person.id, vip.owner_id)

    assert [row["Number"] for row in rows(client.get(f"{address(vip)}.csv?is_subscribed=true"))] == [
        "+35988000003", "+306900000001",
    ]  # fmt: skip
    chosen = client.post(
        f"{address(vip)}/selection?is_subscribed=true",
        data={"which": "ticked", "ids": [first, second], "action": "export"},
    )
    assert [row["Number"] for row in rows(client.get(chosen.location))] == ["+306900000001"]
    assert "Exports" in client.get("/").text


def test_a_dynamic_list_is_taken_away_too(client, sign_in, vip):
    sign_in("support")
    dynamic = make_list(make_owner(), definition={"is_subscribed": True})
    make_contact(db.session.get_one(Owner, dynamic.owner_id), phone="+306900000009")
    [row] = rows(client.get(f"{address(dynamic)}.csv"))
    assert (row["Number"], row["On the list since"]) == ("+306900000009", "")


def test_a_large_file_is_offered_to_be_made(app, client, sign_in, vip, monkeypatch):
    sign_in("support")
    monkeypatch.setitem(app.config, "EXPORT_STREAM_ROWS", 2)
    offer = client.get(f"{address(vip)}.csv")
    assert "3 rows" in offer.text
    assert "members of VIP" in offer.text


def test_a_page_that_looked_through_many_leads_on(client, sign_in, vip, monkeypatch):
    sign_in("support")
    monkeypatch.setattr(queries, "FEW", 0)
    monkeypatch.setattr(queries, "LOOKED_THROUGH", 1)
    page = client.get(f"{address(vip)}?gender=female").text
    assert "None of the 1 looked through for this page fits." in page
    assert 'hx-trigger="load"' in page  # which counts them apart
    assert '<strong id="matching">1</strong>' in client.get(f"{address(vip)}?gender=female&count=now").text
    further = page.split('">Look further')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
    again = client.get(further).text.split('">Look further')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
    assert numbers(vip)[0] == int(client.get(again).text.split('name="ids" value="')[1].split('"')[0])
