"""Nobody who was erased comes back by a file that was uploaded before."""

import pytest
from sqlalchemy import delete, select

from dashboard.contact_imports import queries
from dashboard.contact_imports.applying import commands as applying
from dashboard.contact_imports.commands import check_again
from dashboard.contact_imports.models import ContactImport, ContactImportProblem, ContactImportRow
from dashboard.contact_imports.staging.checks import check
from dashboard.contacts.erasure.commands import erase_contact
from dashboard.core.db import db
from dashboard.core.errors import DomainError
from tests.contact_imports.hand import an_owner, begin, bring, contacts_of, finish, found_in
from tests.factories import make_contact, make_staff

NUMBER, OTHER = "+306984303406", "+306984303407"
ALONE = f"phone,first name\n{NUMBER},Zenobia\n"
FILE = f"{ALONE}{OTHER},Ada\n{NUMBER},Zenobia\n"


@pytest.fixture
def known(committed):
    """An owner, and its contact that will be erased."""
    owner = an_owner()
    return owner, make_contact(owner_id=owner.id, phone=NUMBER).id


def erase(owner, contact_id):
    db.session.remove()
    actor_id = make_staff("support").id
    erase_contact(owner.id, contact_id, last_digits="3406", reason="By letter", actor_id=actor_id)


def look_again(owner, import_id):
    check(owner.id, import_id, queries.get(owner.id, import_id).check_no, lambda _: None)


def phones(owner):
    return [contact.phone for contact in contacts_of(owner)]


def kept_of_the_file(owner) -> str:
    """What the tables of imports say, but for the file itself."""
    db.session.remove()
    rows = [
        db.session.execute(select(table.__table__).where(table.owner_id == owner.id)).all()
        for table in (ContactImport, ContactImportRow, ContactImportProblem)
    ]
    return str(rows)


def test_a_file_that_held_the_person_alone_has_nothing_left_to_import(known):
    owner, contact_id = known
    import_id = bring(owner, ALONE)
    assert found_in(owner, import_id).good == 1
    erase(owner, contact_id)
    look_again(owner, import_id)
    assert (found_in(owner, import_id).good, found_in(owner, import_id).bad) == (0, 1)
    with pytest.raises(DomainError, match="no row to import"):
        begin(owner, import_id)


def test_a_file_is_read_anew_without_the_person_before_it_is_started(known):
    owner, contact_id = known
    import_id = bring(owner, FILE)
    erase(owner, contact_id)
    with pytest.raises(DomainError, match="read anew"):
        begin(owner, import_id)
    look_again(owner, import_id)
    found = found_in(owner, import_id)
    assert (found.good, found.new, found.changing, found.same, found.bad, found.doubles) == (1, 1, 0, 0, 1, 1)
    assert "Zenobia" not in kept_of_the_file(owner)
    assert NUMBER not in kept_of_the_file(owner)
    begin(owner, import_id)
    assert finish(owner, import_id).added == 1
    assert phones(owner) == [OTHER, None]


def test_an_import_under_way_goes_on_without_the_person(known):
    owner, contact_id = known
    import_id = bring(owner, FILE)
    begin(owner, import_id, updates=True)
    erase(owner, contact_id)
    assert finish(owner, import_id).added == 1
    assert phones(owner) == [OTHER, None]
    assert "Zenobia" not in kept_of_the_file(owner)


def test_a_crash_after_the_erasure_does_not_bring_the_person_back(known):
    owner, contact_id = known
    import_id = bring(owner, FILE)
    begin(owner, import_id)
    erase(owner, contact_id)
    db.session.execute(delete(ContactImportRow))
    db.session.commit()
    assert finish(owner, import_id).added == 1
    assert phones(owner) == [OTHER, None]
    assert "Zenobia" not in kept_of_the_file(owner)


def test_a_batch_passes_over_a_row_of_the_person_that_came_late(known):
    owner, contact_id = known
    import_id = bring(owner, FILE)
    db.session.remove()
    row = db.session.execute(select(ContactImportRow.__table__).where(ContactImportRow.phone == NUMBER)).one()
    begin(owner, import_id)
    erase(owner, contact_id)
    db.session.add(ContactImportRow(**row._asdict()))
    db.session.commit()
    applying.import_batch(owner.id, import_id, most=100)
    assert phones(owner) == [OTHER, None]


def test_a_file_read_in_another_way_does_not_bring_the_person_back(known):
    owner, contact_id = known
    import_id = bring(owner, FILE)
    erase(owner, contact_id)
    check_again(owner.id, import_id, None, actor_id=make_staff("support").id)
    look_again(owner, import_id)
    assert found_in(owner, import_id).good == 1


def test_a_file_that_comes_after_the_erasure_adds_the_person_unsubscribed(known):
    owner, contact_id = known
    erase(owner, contact_id)
    import_id = bring(owner, FILE)
    begin(owner, import_id)
    assert finish(owner, import_id).added == 2
    again = next(contact for contact in contacts_of(owner) if contact.phone == NUMBER)
    assert not again.is_subscribed
