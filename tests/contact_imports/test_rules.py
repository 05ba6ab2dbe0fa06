"""What an import may change, and what it never does."""

from datetime import date

import pytest
from sqlalchemy import func, select

from dashboard.audit.models import AuditEvent
from dashboard.contact_imports import queries
from dashboard.contacts.models import ContactStat, Suppression
from dashboard.contacts.subscriptions.commands import stop_contact
from dashboard.contacts.suppression import phone_hash
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from dashboard.lists.models import ListMembership, ListStat, MembershipEvent
from dashboard.operations.models import Operation
from dashboard.tags.models import ContactTag, Tag, TagEvent
from tests.contact_imports.hand import (
    CONSENT,
    an_owner,
    begin,
    bring,
    bring_in,
    contacts_of,
    events_of,
    finish,
    found_in,
)  # fmt: skip
from tests.factories import make_contact, make_list, make_staff

ADA, EVA = "+306984303406", "+306984303407"
TWO = f"phone,first name\n{ADA},Ada\n{EVA},Eva\n"

pytestmark = pytest.mark.usefixtures("committed")


def suppress(owner, phone: str) -> None:
    db.session.add(Suppression(owner_id=owner.id, phone_hash=phone_hash(owner.id, phone)))
    db.session.commit()


def operation_of(owner) -> Operation:
    return db.session.scalar(select(Operation).where(Operation.owner_id == owner.id))


def test_new_contacts_are_subscribed_on_the_words_of_consent():
    owner = an_owner()
    person_id = make_staff("support").id
    import_id = bring(
        owner,
        "phone,name,surname,email,gender,birthday\n698 430 3406,Ada,Lovelace,a@b.gr,f,10/12/1985\n",
        actor_id=person_id,
    )
    begin(owner, import_id)
    assert finish(owner, import_id).added == 1
    (ada,) = contacts_of(owner)
    names = "phone first_name last_name email gender birthday is_subscribed".split()
    assert tuple(getattr(ada, name) for name in names) == (
        ADA, "Ada", "Lovelace", "a@b.gr", "female", date(1985, 12, 10), True,
    )  # fmt: skip
    assert events_of(owner) == [(ADA, True, "import", CONSENT)]
    operation = operation_of(owner)
    assert (operation.kind, operation.total, operation.changed, operation.unchanged) == ("import", 1, 1, 0)
    assert (operation.reason, operation.staff_id, operation.finished_at is not None) == (
        CONSENT,
        person_id,
        True,
    )
    assert db.session.scalar(select(ContactStat.subscribed).where(ContactStat.owner_id == owner.id)) == 1


def test_the_number_of_the_operation_is_on_every_event():
    owner = an_owner()
    wanted = make_list(owner)
    bring_in(owner, TWO, list_id=wanted.id, tag="VIP")
    number = operation_of(owner).id
    from dashboard.contacts.models import SubscriptionEvent

    for table in (SubscriptionEvent, MembershipEvent, TagEvent):
        assert db.session.scalars(select(table.operation_id)).all() == [number, number]


def test_a_number_that_opted_out_is_added_unsubscribed():
    owner = an_owner()
    suppress(owner, ADA)
    import_id = bring(owner, f"phone,subscribed\n{ADA},yes\n{EVA},\n")
    assert found_in(owner, import_id).opted_out == 1
    begin(owner, import_id, subscribes=True)
    done = finish(owner, import_id)
    assert (done.added, done.added_unsubscribed) == (2, 1)
    assert [one.is_subscribed for one in contacts_of(owner)] == [False, True]
    assert (ADA, False, "import", "Had opted out before it was imported") in events_of(owner)


def test_another_owners_opt_out_is_none_here():
    owner = an_owner()
    suppress(an_owner(), ADA)
    bring_in(owner, TWO)
    assert all(one.is_subscribed for one in contacts_of(owner))


@pytest.mark.parametrize("ticked", [{}, {"subscribes": True}, {"subscribes": True, "updates": True}])
def test_whoever_said_stop_is_never_subscribed_again(ticked):
    owner = an_owner()
    ada = make_contact(owner, phone=ADA)
    stop_contact(owner.id, ada.id, reason="STOP", actor_id=None)
    done = bring_in(owner, f"phone,subscribed\n{ADA},yes\n", **ticked)
    assert done.subscribed == 0
    assert not contacts_of(owner)[0].is_subscribed
    assert len(events_of(owner)) == 1


def test_nothing_changes_a_state_unless_it_is_ticked():
    owner = an_owner()
    make_contact(owner, phone=ADA, is_subscribed=False)
    make_contact(owner, phone=EVA)
    content = f"phone,subscribed\n{ADA},yes\n{EVA},no\n"
    import_id = bring(owner, content)
    found = found_in(owner, import_id)
    assert (found.to_subscribe, found.to_unsubscribe, found.same) == (1, 1, 2)
    begin(owner, import_id, updates=True)
    finish(owner, import_id)
    assert [one.is_subscribed for one in contacts_of(owner)] == [False, True]
    assert events_of(owner) == []
    assert operation_of(owner).unchanged == 2


def test_states_change_where_it_is_ticked():
    owner = an_owner()
    make_contact(owner, phone=ADA, is_subscribed=False)
    make_contact(owner, phone=EVA)
    done = bring_in(owner, f"phone,subscribed\n{ADA},yes\n{EVA},no\n", subscribes=True, unsubscribes=True)
    assert (done.subscribed, done.unsubscribed) == (1, 1)
    assert [one.is_subscribed for one in contacts_of(owner)] == [True, False]
    assert events_of(owner) == [
        (EVA, False, "import", "The imported file says that the contact is not subscribed"),
        (ADA, True, "import", CONSENT),
    ]
    # And from now on nobody subscribes her by a file.
    assert bring_in(owner, f"phone,subscribed\n{EVA},yes\n", subscribes=True).subscribed == 0


def test_a_new_contact_that_the_file_calls_unsubscribed_is_added_so_and_stays_so():
    owner = an_owner()
    import_id = bring(owner, f"phone,subscribed\n{ADA},no\n")
    assert found_in(owner, import_id).leaving == 1
    begin(owner, import_id)
    assert finish(owner, import_id).added_unsubscribed == 1
    assert db.session.scalar(select(func.count()).select_from(Suppression)) == 1
    assert bring_in(owner, f"phone,subscribed\n{ADA},yes\n", subscribes=True).subscribed == 0


def test_contacts_that_are_here_stay_as_they_are_unless_updating_is_ticked():
    owner = an_owner()
    make_contact(owner, phone=ADA, first_name="Augusta", email="a@b.gr")
    content = f"phone,first name,email\n{ADA},Ada,\n"
    import_id = bring(owner, content)
    assert found_in(owner, import_id).changing == 1
    begin(owner, import_id)
    finish(owner, import_id)
    assert contacts_of(owner)[0].first_name == "Augusta"

    assert bring_in(owner, content, updates=True).updated == 1
    (ada,) = contacts_of(owner)
    assert (ada.first_name, ada.email) == ("Ada", "a@b.gr"), "an empty cell blanks nothing"
    edit = db.session.scalar(select(AuditEvent).where(AuditEvent.action == "contact.edit"))
    assert (edit.subject, edit.before, edit.after) == (
        f"contact:{ada.id}",
        {"first_name": "Augusta"},
        {"first_name": "Ada"},
    )
    assert edit.operation_id is not None
    assert bring_in(owner, content, updates=True).updated == 0


def test_the_first_of_two_rows_of_a_number_counts():
    owner = an_owner()
    import_id = bring(owner, f"phone,first name\n{ADA},Ada\n698 430 3406,Second\n00306984303406,Third\n")
    found = found_in(owner, import_id)
    assert (found.good, found.doubles, found.bad) == (1, 2, 0)
    begin(owner, import_id)
    finish(owner, import_id)
    assert [one.first_name for one in contacts_of(owner)] == ["Ada"]
    assert [(p.row_no, p.reason, p.cells) for p in queries.first_problems(owner.id, import_id)] == [
        (3, "Row 2 has the same number.", ["698 430 3406", "Second"]),
        (4, "Row 2 has the same number.", ["00306984303406", "Third"]),
    ]


def test_a_double_is_found_however_far_it_stands_from_the_first(monkeypatch):
    monkeypatch.setattr("dashboard.contact_imports.staging.checks.BATCH_ROWS", 2)
    owner = an_owner()
    import_id = bring(owner, f"phone\n{ADA}\n{EVA}\nx\n{ADA}\n{ADA}\n")
    found = found_in(owner, import_id)
    assert (found.good, found.doubles, found.bad) == (2, 2, 1)


def test_a_row_with_one_bad_cell_is_left_out_as_a_whole():
    owner = an_owner()
    done = bring_in(owner, f"phone,first name,email\n{ADA},Ada,nonsense\n{EVA},Eva,e@b.gr\n")
    assert done.added == 1
    assert [one.phone for one in contacts_of(owner)] == [EVA]


def test_everybody_of_the_file_goes_on_the_list_and_gets_the_tag():
    owner = an_owner()
    ada = make_contact(owner, phone=ADA)
    wanted = make_list(owner, members=[ada])
    done = bring_in(owner, TWO, list_id=wanted.id, tag="Fair 2026")
    assert (done.listed, done.tagged, done.added) == (1, 2, 1)
    assert db.session.scalar(select(func.count()).select_from(ListMembership)) == 2
    assert db.session.scalars(select(MembershipEvent.action)).all() == ["added"]
    assert db.session.execute(select(ListStat.members, ListStat.subscribed)).one() == (2, 2)
    assert db.session.scalars(select(Tag.name)).all() == ["Fair 2026"]
    assert db.session.scalar(select(func.count()).select_from(ContactTag)) == 2
    operation = operation_of(owner)
    assert (operation.changed, operation.unchanged) == (2, 0)


def test_a_dynamic_list_takes_nobody_in():
    owner = an_owner()
    dynamic_id = make_list(owner, definition={"is_subscribed": True}).id
    import_id = bring(owner, TWO)
    with pytest.raises(DomainError, match="dynamic"):
        begin(owner, import_id, list_id=dynamic_id)


def test_an_import_is_started_once():
    owner = an_owner()
    import_id = bring(owner, TWO)
    begin(owner, import_id)
    with pytest.raises(DomainError, match="started already"):
        begin(owner, import_id)


def test_a_file_that_was_read_anew_since_one_looked_is_not_started():
    owner = an_owner()
    import_id = bring(owner, TWO)
    from uuid import uuid4

    from dashboard.contact_imports import commands
    from dashboard.contact_imports.outcomes import Options

    with pytest.raises(DomainError, match="read anew since you looked"):
        commands.start(
            owner.id,
            import_id,
            Options(),
            consent=CONSENT,
            check_no=7,
            idempotency_key=uuid4(),
            actor_id=make_staff().id,
        )


def test_a_file_without_a_good_row_is_not_started():
    owner = an_owner()
    import_id = bring(owner, "phone\n1\n2\n")
    with pytest.raises(DomainError, match="no row to import"):
        begin(owner, import_id)


def test_a_file_that_cannot_be_read_says_why():
    owner = an_owner()
    import_id = bring(owner, b"%PDF-1.7")
    assert queries.get(owner.id, import_id).refusal.startswith("This is a PDF.")


def test_everything_that_was_done_is_written_down():
    owner = an_owner()
    import_id = bring(owner, TWO)
    begin(owner, import_id)
    finish(owner, import_id)
    subject = AuditEvent.subject == f"contact_import:{import_id}"
    actions = db.session.scalars(select(AuditEvent.action).where(subject).order_by(AuditEvent.id)).all()
    assert [action.removeprefix("contact_import.") for action in actions] == [
        "upload", "read", "stage", "checked", "start", "apply", "finish", "clear",
    ]  # fmt: skip
