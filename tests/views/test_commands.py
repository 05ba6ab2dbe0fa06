from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Missing
from dashboard.views.commands import delete_view, rename_view, save_view, share_view
from dashboard.views.models import SavedView
from dashboard.views.queries import address_of
from tests.factories import make_staff
from tests.wallets.racing import at_once


def save(person, name="Failing", address="/campaigns?sort=failing", is_shared=False) -> str:
    return save_view(name, address, is_shared=is_shared, actor_id=person.id)


def kept(token):
    columns = (SavedView.name, SavedView.address, SavedView.is_shared)
    return db.session.execute(select(*columns).where(SavedView.token == token)).one_or_none()


def audited():
    rows = select(AuditEvent.action, AuditEvent.staff_id, AuditEvent.before, AuditEvent.after)
    return db.session.execute(rows.order_by(AuditEvent.id)).all()


def test_each_change_is_audited_once(session):
    person = make_staff("support")
    token = save(person)
    rename_view(token, "Failing most", actor_id=person.id)
    share_view(token, is_shared=True, actor_id=person.id)
    assert tuple(kept(token)) == ("Failing most", "/campaigns?sort=failing", True)
    assert delete_view(token, actor_id=person.id) == "Failing most"
    assert kept(token) is None
    was = {"name": "Failing", "address": "/campaigns?sort=failing", "is_shared": False}
    became = was | {"name": "Failing most", "is_shared": True}
    assert audited() == [
        ("view.save", person.id, None, was),
        ("view.rename", person.id, {"name": "Failing"}, {"name": "Failing most"}),
        ("view.share", person.id, {"is_shared": False}, {"is_shared": True}),
        ("view.delete", person.id, became, None),
    ]


def test_what_changes_nothing_is_not_audited(session):
    person = make_staff()
    token = save(person)
    rename_view(token, "Failing", actor_id=person.id)
    share_view(token, is_shared=False, actor_id=person.id)
    assert [action for action, *_ in audited()] == ["view.save"]


def test_links_cannot_be_guessed(session):
    person = make_staff()
    tokens = {save(person, name=str(n)) for n in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {22}


def test_a_name_is_taken_once_by_each_person(session):
    person = make_staff()
    save(person)
    save(make_staff())
    with pytest.raises(DomainError, match="A view of that name is there already") as refused:
        save(person, address="/lists")
    assert refused.value.field == "name"


def test_renaming_to_a_taken_name_is_refused(session):
    person = make_staff()
    save(person)
    token = save(person, name="Other")
    with pytest.raises(DomainError, match="A view of that name is there already"):
        rename_view(token, "Failing", actor_id=person.id)
    assert kept(token).name == "Other"


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "campaigns", "", "/" + "x" * 2000])
def test_the_database_keeps_no_address_of_another_host(session, address):
    with pytest.raises(DomainError, match="A view leads to a page of ours"):
        save(make_staff(), address=address)


@pytest.mark.parametrize("name", ["", "x" * 121])
def test_the_database_keeps_no_name_that_does_not_fit(session, name):
    with pytest.raises(DomainError, match="1 to 120 characters"):
        save(make_staff(), name=name)


def test_a_private_view_opens_for_its_maker_alone(session):
    maker, other = make_staff(), make_staff()
    token = save(maker)
    assert address_of(token, reader_id=maker.id) == "/campaigns?sort=failing"
    assert address_of(token, reader_id=other.id) is None
    share_view(token, is_shared=True, actor_id=maker.id)
    assert address_of(token, reader_id=other.id) == "/campaigns?sort=failing"


@pytest.mark.parametrize("is_shared", [False, True])
def test_nobody_changes_anothers_view(session, is_shared):
    token = save(make_staff(), is_shared=is_shared)
    stranger = make_staff().id
    with pytest.raises(Missing):
        rename_view(token, "Mine", actor_id=stranger)
    with pytest.raises(Missing):
        share_view(token, is_shared=not is_shared, actor_id=stranger)
    with pytest.raises(Missing):
        delete_view(token, actor_id=stranger)
    assert tuple(kept(token)) == ("Failing", "/campaigns?sort=failing", is_shared)


def test_an_admin_cleans_up_what_is_shared_and_nothing_private(session):
    maker, admin = make_staff("manager"), make_staff()
    shared, private = save(maker, is_shared=True), save(maker, name="Mine")
    delete_view(shared, actor_id=admin.id, is_admin=True)
    with pytest.raises(Missing):
        delete_view(private, actor_id=admin.id, is_admin=True)
    assert kept(shared) is None
    assert kept(private) is not None


def test_the_same_name_ten_times_at_once_is_one_view(app, committed):
    person_id = make_staff().id

    def attempt(n):
        with app.app_context():
            try:
                return save_view("Failing", f"/owners/{n}", is_shared=False, actor_id=person_id)
            except DomainError as error:
                return error.sentence

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(attempt, range(10)))

    assert outcomes.count("A view of that name is there already. Choose another name.") == 9
    assert len(db.session.scalars(select(SavedView.id)).all()) == 1
    assert [action for action, *_ in audited()] == ["view.save"]


def test_the_same_view_ten_times_at_once_is_saved_once_and_nobody_is_refused(app, committed):
    person_id = make_staff().id

    def save_here():
        return save_view("Failing", "/campaigns", is_shared=False, actor_id=person_id)

    tokens = at_once(app, [save_here] * 10)
    assert tokens == [db.session.scalar(select(SavedView.token))] * 10
    assert [action for action, *_ in audited()] == ["view.save"]
