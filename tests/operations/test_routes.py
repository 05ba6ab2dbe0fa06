"""The pages on which many contacts are changed: a preview, a start, the progress, the result, the undo."""

import json
import re
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from dashboard.core.db import db, utc_now
from dashboard.lists.models import ContactList
from dashboard.operations import queries
from dashboard.operations.models import Operation
from dashboard.operations.tasks import run
from dashboard.staff.models import Staff
from dashboard.tags import queries as tags
from dashboard.tags.commands import ensure_tag
from tests.factories import make_contact, make_list, make_owner
from tests.operations.doing import done, members, start, ticked, undone

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def people(owner):
    named = [("Ada", "Lovelace"), ("Grace", "Hopper"), ("Alan", "Turing")]
    return [make_contact(owner, first_name=first, last_name=last) for first, last in named]


@pytest.fixture
def support(sign_in):
    return sign_in("support")


def words(answer) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def hidden(answer, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.text)[1]


def test_a_preview_counts_what_would_change_and_what_not_and_why(client, support, owner, people):
    wanted = make_list(owner, members=people[:1], name="VIP")
    ids = ",".join(str(one.id) for one in people)
    answer = client.get(f"/owners/{owner.id}/operations/new?kind=list_add&list_id={wanted.id}&ids={ids}")
    told = words(answer)
    assert "3 ticked contacts" in told
    assert "On it already 1" in told
    assert "Would change 2" in told
    assert "Grace Hopper , Alan Turing" in told
    assert "Ada Lovelace" not in told
    assert "Put 2 contacts on the list" in told
    assert db.session.scalar(select(func.count()).select_from(Operation)) == 0


def test_without_a_list_it_asks_for_one_and_counts_nothing(client, support, owner, people):
    make_list(owner, name="Our list")
    answer = client.get(f"/owners/{owner.id}/operations/new?kind=list_add&ids={people[0].id}")
    assert "Our list" in answer.text
    assert "Preview" in answer.text
    assert "Would change" not in answer.text
    assert 'id="confirm"' not in answer.text


def test_where_nothing_would_change_nothing_can_be_started(client, support, owner, people):
    wanted = make_list(owner, members=people)
    ids = ",".join(str(one.id) for one in people)
    answer = client.get(f"/owners/{owner.id}/operations/new?kind=list_add&list_id={wanted.id}&ids={ids}")
    assert "Nothing would change." in answer.text
    assert 'id="confirm"' not in answer.text


def test_who_is_put_on_a_list_and_unsubscribed_is_told(client, support, owner):
    left = make_contact(owner, is_subscribed=False)
    wanted = make_list(owner)
    answer = client.get(f"/owners/{owner.id}/operations/new?kind=list_add&list_id={wanted.id}&ids={left.id}")
    assert "1 of them is unsubscribed" in words(answer)


@pytest.mark.parametrize(
    "asked",
    ["", "kind=unsubscribe", "kind=nonsense&ids=1", "kind=undo&ids=1", "kind=unsubscribe&ids=x",
     "kind=tag&audience=x", "kind=tag&audience=[]", 'kind=tag&audience={"list_id":"1"}',
     "kind=tag&audience=" + "[" * 5000,
     'kind=tag&audience={"gender":"\x00"}', "kind=unsubscribe&ids=1&which=all",
     'kind=unsubscribe&audience={}&which=ticked'],
)  # fmt: skip
def test_where_nobody_is_chosen_it_says_so(client, support, owner, asked):
    answer = client.get(f"/owners/{owner.id}/operations/new?{asked}")
    assert answer.status_code == 200
    assert "Nobody is chosen." in answer.text


def test_too_many_ticks_are_refused_in_words(client, support, owner):
    ids = ",".join(map(str, range(1, 1_002)))
    answer = client.post(f"/owners/{owner.id}/operations/preview", data={"kind": "unsubscribe", "ids": ids})
    assert answer.status_code == 422
    assert "At most 1,000 contacts can be ticked. Choose all that match instead." in words(answer)


def test_ticks_come_as_many_fields_or_as_one(client, support, owner, people):
    several = "&".join(f"ids={one.id}" for one in people)
    answer = client.get(f"/owners/{owner.id}/operations/new?kind=unsubscribe&{several}")
    assert "Would change 3" in words(answer)
    form = {"kind": "unsubscribe", "ids": [one.id for one in people]}
    assert "Would change 3" in words(client.post(f"/owners/{owner.id}/operations/preview", data=form))


def test_all_that_match_are_said_in_words_and_as_a_number(client, support, owner, people):
    audience = json.dumps({"is_subscribed": True})
    make_contact(owner, is_subscribed=False)
    answer = client.get(
        f"/owners/{owner.id}/operations/new", query_string={"kind": "unsubscribe", "audience": audience}
    )
    assert "All that match: subscribed" in words(answer)
    assert "Unsubscribe 3 contacts" in words(answer)


def started(client, owner, **form):
    answer = client.post(
        f"/owners/{owner.id}/operations",
        data={"idempotency_key": str(uuid4()), "seen": "", "counted": "3"} | form,
    )
    number = db.session.scalar(select(func.max(Operation.id)))
    return answer, number


def test_it_starts_with_a_reason_and_leads_to_its_page(client, support, owner, people):
    answer, number = started(
        client, owner, kind="unsubscribe", ids=[one.id for one in people], reason="The shop asked"
    )
    assert answer.status_code == 303
    assert answer.location.endswith(f"/owners/{owner.id}/operations/{number}")
    page = client.get(answer.location)
    assert f"Operation {number} is under way." in page.text
    assert "Waiting" in page.text
    assert 'hx-trigger="every 1s"' in page.text
    run(owner.id, number)
    page = client.get(answer.location)
    assert "Finished" in page.text
    assert "hx-trigger" not in re.search(r'<div id="operation"[^>]*>', page.text)[0]
    assert "Unsubscribed 3" in words(page)
    assert "The shop asked" in page.text
    assert "Ada Lovelace" in page.text


def test_an_unsubscribe_without_a_reason_is_refused_at_the_field(client, support, owner, people):
    answer, number = started(client, owner, kind="unsubscribe", ids=str(people[0].id), reason=" ")
    assert answer.status_code == 409
    assert "Say why. It is kept as proof." in answer.text
    assert number is None


def test_a_form_that_is_sent_twice_starts_once(client, support, owner, people):
    form = {
        "kind": "unsubscribe", "ids": str(people[0].id), "reason": "Asked", "seen": "", "counted": "1",
        "idempotency_key": str(uuid4()),
    }  # fmt: skip
    answers = [client.post(f"/owners/{owner.id}/operations", data=form) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert db.session.scalar(select(func.count()).select_from(Operation)) == 1


def test_another_list_than_the_one_that_was_counted_is_counted_first(client, support, owner, people):
    one, other = make_list(owner), make_list(owner, members=people[:1])
    form = {"kind": "list_add", "ids": ",".join(str(person.id) for person in people)}
    preview = client.post(f"/owners/{owner.id}/operations/preview", data=form | {"list_id": one.id})
    assert "Would change 3" in words(preview)
    assert hidden(preview, "seen") == str(one.id)
    seen = {"seen": str(one.id)}
    answer, number = started(client, owner, **form, list_id=other.id, **seen)
    assert answer.status_code == 422
    assert "Look at what it would do now" in answer.text
    assert "Would change 2" in words(answer)
    assert hidden(answer, "seen") == str(other.id)
    assert number is None
    answer, number = started(client, owner, **form, list_id=other.id, seen=other.id)
    assert answer.status_code == 303


def test_a_new_tag_is_typed_and_an_old_one_is_found(client, support, owner, people):
    form = {"kind": "tag", "ids": str(people[0].id), "tag_name": "Late payer", "seen": "Late payer"}
    _, number = started(client, owner, **form)
    run(owner.id, number)
    preview = client.get(f"/owners/{owner.id}/operations/new?kind=tag&ids={people[0].id}&tag_name=LATE+payer")
    assert "Have the tag already 1" in words(preview)
    page = client.get(f"/owners/{owner.id}/operations/{number}")
    assert "Tag “Late payer”" in page.text


def test_a_tag_in_the_address_is_filled_in(client, support, owner, people):
    number = done(owner.id, "tag", ticked(people[0]), tag_name="VIP")
    tag_id = queries.get(owner.id, number).tag_id
    ids = f"ids={people[1].id}&tag_id={tag_id}"
    assert "Would change 1" in words(client.get(f"/owners/{owner.id}/operations/new?kind=tag&{ids}"))
    nobody = words(client.get(f"/owners/{owner.id}/operations/new?kind=untag&{ids}"))
    assert "Do not have the tag 1" in nobody


def test_it_is_undone_with_a_click_and_each_page_leads_to_the_other(client, support, owner, people):
    wanted = make_list(owner)
    number = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    page = client.get(f"/owners/{owner.id}/operations/{number}")
    assert "An undo takes 3 contacts off the list again" in words(page)
    key = {"idempotency_key": hidden(page, "idempotency_key")}
    answers = [client.post(f"/owners/{owner.id}/operations/{number}/undo", data=key) for _ in range(2)]
    undo = db.session.scalar(select(Operation.id).where(Operation.undoes == number))
    assert {answer.location.rpartition("/")[2] for answer in answers} == {str(undo)}
    run(owner.id, undo)
    assert members(wanted.id) == set()
    page = client.get(f"/owners/{owner.id}/operations/{undo}")
    assert f"Undo of operation {number}" in page.text
    assert f'href="/owners/{owner.id}/operations/{number}"' in page.text
    page = client.get(f"/owners/{owner.id}/operations/{number}")
    assert f'href="/owners/{owner.id}/operations/{undo}"' in page.text
    assert 'id="undo"' not in page.text
    again = client.post(
        f"/owners/{owner.id}/operations/{number}/undo",
        data={"idempotency_key": str(uuid4())},
        follow_redirects=True,
    )
    assert f"It was undone already, by operation {undo}." in words(again)


def test_those_that_changed_since_are_named_and_lead_to_their_page(client, support, owner, people):
    wanted = make_list(owner)
    number = done(owner.id, "list_add", ticked(*people), list_id=wanted.id)
    done(owner.id, "list_remove", ticked(people[1]), list_id=wanted.id)
    undo = undone(owner.id, number)
    page = client.get(f"/owners/{owner.id}/operations/{undo}?outcome=changed_since")
    assert "Grace Hopper" in page.text
    assert "Ada Lovelace" not in page.text
    assert f'href="/owners/{owner.id}/contacts/{people[1].id}"' in page.text
    assert "Changed since, so left as it is 1" in words(page)


def test_its_contacts_are_paged(client, support, owner):
    people = [make_contact(owner, first_name=f"Person {n:03}") for n in range(60)]
    number = done(owner.id, "unsubscribe", ticked(*people))
    page = client.get(f"/owners/{owner.id}/operations/{number}")
    assert "Person 049" in page.text
    assert "Person 050" not in page.text
    following = re.search(r'rel="next" href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert "Person 050" in client.get(following).text


def test_one_that_stopped_says_so_and_goes_on(client, support, owner, people):
    number = start(owner.id, "unsubscribe", ticked(*people))
    db.session.execute(Operation.__table__.update().where(Operation.id == number).values(job_id=None))
    db.session.commit()
    page = client.get(f"/owners/{owner.id}/operations/{number}")
    assert "It stopped before its end." in page.text
    answer = client.post(f"/owners/{owner.id}/operations/{number}/resumptions", follow_redirects=True)
    assert f"Operation {number} goes on." in answer.text
    assert "Waiting" in answer.text
    answer = client.post(f"/owners/{owner.id}/operations/{number}/resumptions", follow_redirects=True)
    assert "does not stand still" in answer.text


def test_the_timeline_of_each_contact_names_the_operation(client, support, owner, people):
    wanted = make_list(owner, name="VIP")
    numbers = [
        done(owner.id, "list_add", ticked(*people), list_id=wanted.id),
        done(owner.id, "tag", ticked(*people), tag_name="Late payer"),
        done(owner.id, "unsubscribe", ticked(*people)),
    ]
    numbers.append(undone(owner.id, numbers[2]))
    page = client.get(f"/owners/{owner.id}/contacts/{people[0].id}")
    for number in numbers:
        assert f'<a href="/owners/{owner.id}/operations/{number}">operation {number}</a>' in page.text
    lines = client.get(f"/owners/{owner.id}/contacts/{people[0].id}?kind=lists").text
    assert lines.count(">operation ") == 2


def test_an_erased_contact_has_no_name_in_the_result(client, support, owner, people):
    number = done(owner.id, "unsubscribe", ticked(*people))
    people[0].phone, people[0].first_name, people[0].last_name = None, None, None
    people[0].erased_at = utc_now()
    db.session.commit()
    page = client.get(f"/owners/{owner.id}/operations/{number}")
    assert f"Contact {people[0].id}" in page.text
    assert "Erased" in page.text


def test_operations_of_all_owners_are_listed_and_filtered(client, support, owner, people):
    other = make_owner(name="Elsewhere")
    mine = done(owner.id, "unsubscribe", ticked(*people))
    theirs = done(other.id, "tag", ticked(make_contact(other)), tag_name="VIP")
    undo = undone(owner.id, mine)

    def listed(query: str = "") -> list[int]:
        answer = client.get(f"/operations{query}", headers={"HX-Request": "true"})
        return [int(n) for n in re.findall(r'/operations/(\d+)" title', answer.text)]

    assert listed() == [undo, theirs, mine]
    assert listed(f"?owner={owner.id}") == [undo, mine]
    assert listed("?kind=tag") == [theirs]
    assert listed(f"?kind=undo&owner={other.id}") == []
    assert "undone" in client.get("/operations").text


def test_an_operation_of_another_owner_is_not_found(client, support, owner, people):
    number = done(owner.id, "unsubscribe", ticked(*people))
    elsewhere = make_owner().id
    assert client.get(f"/owners/{elsewhere}/operations/{number}").status_code == 404
    assert client.post(f"/owners/{elsewhere}/operations/{number}/undo").status_code == 404


def test_the_person_who_started_it_is_named(client, support, owner, people):
    number = done(owner.id, "unsubscribe", ticked(*people))
    name = db.session.scalar(
        select(Staff.name).join(Operation, Operation.staff_id == Staff.id).where(Operation.id == number)
    )
    assert name in client.get(f"/owners/{owner.id}/operations/{number}").text


def previewed(client, owner, **asked):
    return client.get(f"/owners/{owner.id}/operations/new", query_string=asked)


def test_more_than_the_button_said_is_shown_before_it_is_done(client, support, owner, people):
    asked = {"kind": "unsubscribe", "audience": json.dumps({"is_subscribed": True})}
    page = previewed(client, owner, **asked)
    sent = asked | {"reason": "Asked", "counted": hidden(page, "counted")}
    assert sent["counted"] == "3"
    late = make_contact(owner)
    answer, number = started(client, owner, **sent)
    assert (answer.status_code, number) == (422, None)
    assert "There are 4 now, 3 before." in words(answer)
    assert "Unsubscribe 4 contacts" in words(answer)
    sent["counted"] = hidden(answer, "counted")
    _, number = started(client, owner, **sent)
    make_contact(owner)
    run(owner.id, number)
    told = words(client.get(f"/owners/{owner.id}/operations/{number}"))
    assert "When it was confirmed, it would have changed 4 contacts." in told
    db.session.refresh(late)
    assert not late.is_subscribed


def test_fewer_than_the_button_said_are_changed_without_a_question(client, support, owner, people):
    ids = ",".join(str(one.id) for one in people)
    done(owner.id, "unsubscribe", ticked(people[0]))
    answer, number = started(client, owner, kind="unsubscribe", ids=ids, reason="Asked", counted="3")
    assert answer.status_code == 303
    run(owner.id, number)
    told = words(client.get(f"/owners/{owner.id}/operations/{number}"))
    assert "it would have changed 3 contacts." in told


def test_as_many_as_were_confirmed_are_not_said_twice(client, support, owner, people):
    ids = ",".join(str(one.id) for one in people)
    _, number = started(client, owner, kind="unsubscribe", ids=ids, reason="Asked", counted="3")
    run(owner.id, number)
    page = client.get(f"/owners/{owner.id}/operations/{number}")
    assert "When it was confirmed" not in page.text


def test_what_was_never_counted_is_counted_first(client, support, owner, people):
    answer, number = started(client, owner, kind="unsubscribe", ids=people[0].id, reason="Asked", counted="")
    assert (answer.status_code, number) == (422, None)
    assert "Look at what it would do now" in answer.text


def test_the_chosen_list_is_offered_however_many_there_are(client, support, owner, people, monkeypatch):
    monkeypatch.setattr(queries, "MOST_OFFERED", 2)
    lists = [make_list(owner, name=f"List {n}") for n in range(4)]
    page = previewed(client, owner, kind="list_add", list_id=lists[3].id, ids=people[0].id)
    assert f'selected value="{lists[3].id}"' in page.text
    assert page.text.count("<option") == 1 + 3
    assert hidden(page, "seen") == str(lists[3].id)


def test_each_tag_can_be_chosen_however_many_there_are(client, support, owner, people, monkeypatch):
    monkeypatch.setattr(tags, "MOST_OFFERED", 2)
    numbers = [ensure_tag(owner.id, f"Tag {n}", actor_id=support.id) for n in range(4)]
    page = previewed(client, owner, kind="untag", tag_id=numbers[3], ids=people[0].id)
    assert f'selected value="{numbers[3]}"' in page.text
    assert page.text.count("<option") == 1 + 4
    page = previewed(client, owner, kind="tag", tag_id=numbers[3], ids=people[0].id)
    assert hidden(page, "tag_name") == "Tag 3"
    assert page.text.count("<option") == 2


@pytest.mark.parametrize("kind", ["list_add", "untag"])
def test_a_preview_promises_nothing_that_the_start_refuses(client, support, owner, people, kind):
    theirs = make_owner()
    target = (
        {"list_id": make_list(theirs).id}
        if kind == "list_add"
        else {"tag_id": ensure_tag(theirs.id, "VIP", actor_id=support.id)}
    )
    asked = {"kind": kind, "ids": people[0].id} | target
    pages = [previewed(client, owner, **asked)]
    pages.append(client.post(f"/owners/{owner.id}/operations/preview", data=asked))
    pages.append(started(client, owner, **asked, seen=next(iter(target.values())))[0])
    for page in pages:
        assert page.text.count("Choose one of the owner") == 1
        assert "Would change" not in page.text
        assert 'id="confirm"' not in page.text
    assert [page.status_code for page in pages] == [200, 409, 409]


def test_nobody_is_promised_a_place_on_a_dynamic_list(client, support, owner, people):
    dynamic = ContactList(owner_id=owner.id, name="Subscribed", definition={"is_subscribed": True})
    db.session.add(dynamic)
    db.session.commit()
    page = previewed(client, owner, kind="list_add", list_id=dynamic.id, ids=people[0].id)
    assert "that is not dynamic" in page.text
    assert "Would change" not in page.text


def test_of_who_was_erased_it_is_not_said_that_it_is_so_already(client, support, owner, people):
    people[0].phone, people[0].first_name, people[0].last_name = None, None, None
    people[0].erased_at, people[0].is_subscribed, people[0].unsubscribed_at = utc_now(), False, utc_now()
    db.session.commit()
    told = words(previewed(client, owner, kind="tag", tag_name="VIP", ids=people[0].id))
    assert "Nothing would change. It was erased." in told
    assert "already" not in told


@pytest.mark.parametrize("ids", ["-1", "1.5", "1;2", "٣", "1e3", "+1", " ", "1,x", "0x1", "9" * 19])
def test_what_is_no_number_of_a_contact_is_none(client, support, owner, ids):
    page = previewed(client, owner, kind="unsubscribe", ids=ids)
    assert "Nobody is chosen." in page.text
    assert "these cannot be told" in page.text


def test_ticked_contacts_that_are_not_there_are_said(client, support, owner, people):
    ids = [one.id for one in people] + [2**50 + n for n in range(3)]
    told = words(previewed(client, owner, kind="unsubscribe", ids=",".join(map(str, ids))))
    assert "6 ticked contacts" in told
    assert "3 ticked contacts are no longer there." in told
    assert "Would change 3" in told


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_a_form_without_its_key_says_so_and_gets_one(client, support, owner, people, key):
    asked = {"kind": "unsubscribe", "ids": people[0].id, "reason": "Asked"}
    answer, number = started(client, owner, **asked, idempotency_key=key)
    assert (answer.status_code, number) == (422, None)
    assert answer.text.count("The form came incomplete") == 1
    answer, number = started(client, owner, **asked, idempotency_key=hidden(answer, "idempotency_key"))
    assert answer.status_code == 303
    run(owner.id, number)
    answer = client.post(
        f"/owners/{owner.id}/operations/{number}/undo", data={"idempotency_key": key}, follow_redirects=True
    )
    assert "The form came incomplete" in answer.text


def test_a_form_that_started_something_else_leads_to_it(client, support, owner, people):
    key = str(uuid4())
    _, number = started(
        client, owner, kind="unsubscribe", ids=people[0].id, reason="One", idempotency_key=key
    )
    answer, _ = started(
        client, owner, kind="unsubscribe", ids=people[1].id, reason="Two", idempotency_key=key
    )
    assert answer.status_code == 409
    assert f"started operation {number} already" in words(answer)
    assert f'href="/owners/{owner.id}/operations/{number}"' in answer.text


def test_the_address_of_a_preview_leads_to_where_one_chooses(client, support, owner):
    answer = client.get(f"/owners/{owner.id}/operations/preview", follow_redirects=True)
    assert answer.status_code == 200
    assert "Nobody is chosen." in answer.text


@pytest.mark.parametrize("name", ["\u200b", " \u202e"])
def test_a_tag_that_nobody_sees_is_refused_at_the_field(client, support, owner, people, name):
    form = {"kind": "tag", "ids": people[0].id, "tag_name": name}
    answer = client.post(f"/owners/{owner.id}/operations/preview", data=form)
    assert answer.status_code == 422
    assert "Enter a name that can be seen." in answer.text
