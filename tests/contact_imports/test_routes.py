"""The pages of an import, with and without a script."""

import csv
import io
import re
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from dashboard.audit.models import AuditEvent
from dashboard.contact_imports import commands, queries
from dashboard.contact_imports.models import ContactImport
from dashboard.core.db import db
from dashboard.jobs.models import Job
from dashboard.operations.models import Operation
from tests.contact_imports.hand import CONSENT, an_owner, begin, contacts_of
from tests.factories import make_contact, make_list, make_staff

GOOD = "phone;first name\n6984303406;Ada\n6984303407;Eva\n12;=cmd|'/c calc'!A1\n"


@pytest.fixture
def owner(committed):
    return an_owner(name="Café Aurora")


@pytest.fixture
def client(browser_of):
    return browser_of(make_staff("support"))


def upload(client, whose, content: bytes | str = GOOD, *, name: str = "people.csv", **values):
    """Send the form as a browser does. (The test client would leave large files open.)"""
    content = content.encode() if isinstance(content, str) else content
    fields = {"owner": str(whose.id)} | values
    parts = [f'--X\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    parts.append(f'--X\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
    body = "".join(parts).encode() + content + b"\r\n--X--\r\n"
    return client.post("/contact-imports/new", data=body, content_type="multipart/form-data; boundary=X")


def checked(client, owner, work_off, content: bytes | str = GOOD, **values) -> str:
    """The address of an import whose file was read."""
    address = upload(client, owner, content, **values).location
    work_off()
    return address


def start(client, address: str, **values):
    given = {"consent": CONSENT, "list_id": "", "check_no": "1", "idempotency_key": str(uuid4())}
    return client.post(f"{address}/start", data=given | values)


def test_a_file_is_brought_checked_and_imported(client, owner, work_off):
    answer = upload(client, owner)
    assert answer.status_code == 303
    address = answer.location
    page = client.get(address).text
    assert "Being read" in page
    assert 'hx-trigger="every 1s"' in page
    assert contacts_of(owner) == []

    work_off()
    page = client.get(address).text
    assert "To be started" in page
    assert "Import 2 rows" in page
    assert "That is no phone number." in page
    assert 'hx-trigger="every 1s"' not in page
    assert contacts_of(owner) == [], "nothing changes before somebody says so"

    answer = start(client, address)
    assert (answer.status_code, answer.location) == (303, address)
    assert "Being imported" in client.get(address).text
    work_off()
    page = client.get(address).text
    assert "Imported" in page
    assert [one.first_name for one in contacts_of(owner)] == ["Ada", "Eva"]
    operation_id = db.session.scalar(select(Operation.id))
    operation = client.get(f"/owners/{owner.id}/operations/{operation_id}")
    assert operation.location == address, "the operation's page is the import's"


def test_what_was_left_out_can_be_taken_away_and_does_nothing_in_a_spreadsheet(client, owner, work_off):
    address = checked(client, owner, work_off)
    answer = client.get(f"{address}/left-out.csv")
    assert answer.mimetype == "text/csv"
    assert list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))) == [
        ["Reason", "Row", "phone", "first name"],
        ["That is no phone number.", "4", "12", "'=cmd|'/c calc'!A1"],
    ]
    assert db.session.scalar(
        select(AuditEvent.staff_id).where(AuditEvent.action == "contact_import.download")
    )


def test_the_list_from_which_one_came_is_chosen(client, owner, work_off):
    wanted = make_list(owner, name="VIP")
    list_id = wanted.id
    page = client.get(f"/contact-imports/new?owner={owner.id}&list={list_id}").text
    assert f'<option selected value="{owner.id}">' in page
    assert f'value="{list_id}"' in page
    address = checked(client, owner, work_off, list_id=str(list_id))
    assert f'<option selected value="{list_id}">VIP</option>' in client.get(address).text
    start(client, address, list_id=str(list_id))
    work_off()
    assert "Put on the list" in client.get(address).text


def test_another_reading_is_checked_again(client, owner, work_off):
    address = checked(client, owner, work_off, "a;b\nAda;6984303406\n")
    asked = {"phone": "1", "first_name": "0", "encoding": "utf-8", "delimiter": "';'", "day_order": "day"}
    answer = client.post(f"{address}/checks", data=asked)
    assert answer.status_code == 303
    work_off()
    plan = queries.get(owner.id, int(address.rsplit("/", 1)[1])).plan
    assert (plan["columns"], plan["has_heading"]) == ({"phone": 1, "first_name": 0}, False)
    assert "Import 1 row" in client.get(address).text


def test_without_a_column_of_numbers_one_is_asked_for(client, owner, work_off):
    address = checked(client, owner, work_off, "a;b\nAda;Eva\n")
    page = client.get(address).text
    assert "No column looks like phone numbers." in page
    asked = {"phone": "", "encoding": "utf-8", "delimiter": "';'", "day_order": "day"}
    answer = client.post(f"{address}/checks", data=asked)
    assert answer.status_code == 422
    assert "Say which column holds the phone numbers." in answer.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"owner": ""}, "Choose whose contacts these are."),
        ({"name": ""}, "Choose a file."),
    ],
)
def test_what_is_missing_is_said_at_its_field(client, owner, values, words):
    answer = upload(client, owner, **values)
    assert answer.status_code == 422
    assert words in answer.text


def test_an_empty_file_is_refused(client, owner):
    answer = upload(client, owner, b"")
    assert answer.status_code == 409
    assert "The file is empty." in answer.text


def test_an_owner_that_is_none_is_refused(client, owner):
    assert "Choose one of those offered." in upload(client, owner, owner="987654321").text


def test_a_file_larger_than_the_setting_is_refused_before_it_is_read(app, client, owner, monkeypatch):
    monkeypatch.setitem(app.config, "IMPORT_MAX_MB", 1)
    answer = upload(client, owner, b"x" * 1_200_000)
    assert answer.status_code == 413
    assert "The file is larger than 1 MB. Split it" in answer.text
    assert db.session.scalar(select(ContactImport)) is None

    answer = client.post(
        "/contact-imports/new",
        input_stream=Unreadable(),
        environ_overrides={"CONTENT_LENGTH": "1000000000"},
        content_type="multipart/form-data; boundary=X",
    )
    assert answer.status_code == 413


class Unreadable(io.BytesIO):
    def read(self, *_) -> bytes:
        raise AssertionError("The file is read.")


def test_a_file_above_what_other_forms_may_send_is_taken(client, owner):
    assert upload(client, owner, "phone\n" + "6984303406\n" * 200_000).status_code == 303
    parts = queries.get(owner.id, db.session.scalar(select(ContactImport.id))).size_bytes
    assert parts > 2_000_000


def test_other_forms_stay_small(client, owner):
    body, kind = b"name=" + b"x" * 1_200_000, "application/x-www-form-urlencoded"
    answer = client.post(f"/owners/{owner.id}/lists/new", data=body, content_type=kind)
    assert answer.status_code == 413


def test_consent_is_asked_for(client, owner, work_off):
    address = checked(client, owner, work_off)
    answer = start(client, address, consent=" ")
    assert answer.status_code == 422
    assert "Say how these people agreed to get messages." in answer.text


def test_a_double_click_imports_once(client, owner, work_off):
    address = checked(client, owner, work_off)
    start(client, address)
    assert "This import was started already." in start(client, address).text
    assert len(db.session.scalars(select(Operation)).all()) == 1


def test_boxes_that_would_do_nothing_are_not_shown(client, owner, work_off):
    make_contact(owner, phone="+306984303406", first_name="Augusta")
    page = client.get(checked(client, owner, work_off)).text
    assert "Update contacts that are here already" in page
    assert "Also unsubscribe contacts" not in page
    page = client.get(checked(client, owner, work_off, "phone;subscribed\n6984303407;no\n")).text
    assert "Update contacts that are here already" not in page
    assert "Also unsubscribe contacts" in page


def test_a_file_that_is_something_else_says_so(client, owner, work_off):
    page = client.get(checked(client, owner, work_off, b"%PDF-1.7", name="contacts.csv")).text
    assert "This is a PDF." in page
    assert "Import another file" in page


def test_an_import_that_stopped_can_go_on(client, owner, work_off):
    address = checked(client, owner, work_off)
    import_id = int(address.rsplit("/", 1)[1])
    assert "did not stop" in client.post(f"{address}/resumptions", follow_redirects=True).text
    begin(owner, import_id)
    db.session.execute(update(Job).values(status="failed"))
    db.session.commit()
    assert "It stopped on the way." in client.get(address).text
    assert client.post(f"{address}/resumptions").location == address
    work_off()
    assert len(contacts_of(owner)) == 2


def test_imports_of_all_owners_are_listed(client, owner):
    upload(client, owner, name="=evil<b>.csv")
    upload(client, an_owner(), name="other.csv")
    page = client.get("/contact-imports").text
    assert page.index("other.csv") < page.index("=evil&lt;b&gt;.csv")
    assert "other.csv" not in client.get(f"/contact-imports?owner={owner.id}").text


def test_the_pages_of_contacts_lead_here(client, owner):
    make_list(owner, name="VIP")
    for address in ("/contacts", f"/owners/{owner.id}", f"/owners/{owner.id}/lists/1"):
        assert re.search(r'href="/contact-imports/new', client.get(address).text), address


def test_an_import_of_another_owner_is_not_found(client, owner):
    address = upload(client, owner).location
    import_id = address.rsplit("/", 1)[1]
    other = f"/owners/{an_owner().id}/contact-imports/{import_id}"
    assert client.get(other).status_code == 404
    assert client.get(f"{other}/left-out.csv").status_code == 404
    assert start(client, other).status_code in (404, 409)


def test_names_of_files_are_texts(client, owner):
    actor_id = make_staff().id
    name = "x" * 300 + "\x00\n.csv"
    import_id = commands.keep_file(owner.id, name, [b"phone\n"], list_id=None, actor_id=actor_id)
    assert len(queries.get(owner.id, import_id).file_name) == 255


def checking(client, address: str, **values):
    """Press "Check again": all that is on the page is sent."""
    asked = {"phone": "0", "encoding": "utf-8", "delimiter": "';'", "day_order": "day", "has_heading": "y"}
    return client.post(f"{address}/checks", data=asked | values)


def test_the_same_key_comes_back_to_the_import_that_it_started(client, owner, work_off):
    address = checked(client, owner, work_off)
    key = str(uuid4())
    for _ in range(2):
        answer = start(client, address, idempotency_key=key)
        assert (answer.status_code, answer.location) == (303, address)
    assert len(db.session.scalars(select(Operation)).all()) == 1


def test_after_a_file_was_read_anew_one_looks_and_goes_on(client, owner, work_off):
    address = checked(client, owner, work_off)
    checking(client, address)
    work_off()
    refused = start(client, address, check_no="1")
    assert "read anew since you looked" in refused.text
    check_no = re.search(r'name="check_no"[^>]* value="([0-9]+)"', refused.text)[1]
    assert start(client, address, check_no=check_no).status_code == 303


def test_what_was_typed_comes_back_when_the_file_is_checked_again(client, owner, work_off):
    list_id = make_list(owner, name="VIP").id
    make_contact(owner, phone="+306984303406", first_name="Augusta")
    address = checked(client, owner, work_off)
    typed = {"consent": "At the fair", "tag": "Fair", "list_id": str(list_id), "updates": "y"}
    assert checking(client, address, first_name="1", **typed).status_code == 303
    work_off()
    page = client.get(address).text
    assert 'value="At the fair"' in page
    assert 'value="Fair"' in page
    assert f'<option selected value="{list_id}">VIP</option>' in page
    assert re.search(r'<input checked[^>]* name="updates"', page)
    refused = checking(client, address, phone="", **typed | {"consent": "In the shop"})
    assert refused.status_code == 422
    assert 'value="In the shop"' in refused.text


def test_one_column_is_one_field(client, owner, work_off):
    address = checked(client, owner, work_off)
    answer = checking(client, address, phone="0", first_name="0")
    assert answer.status_code == 422
    assert "That column is “Phone” already. Choose another one." in answer.text


def test_a_check_that_is_refused_shows_no_rows_of_the_one_before(client, owner, work_off):
    address = checked(client, owner, work_off)
    assert "Rows left out" in client.get(address).text
    checking(client, address, encoding="utf-16")
    work_off()
    page = client.get(address).text
    assert "Choose another encoding" in page
    assert "Rows left out" not in page


def test_how_many_rows_do_not_say_whether_one_is_subscribed_is_told(client, owner, work_off):
    content = "phone;opt-out\n6984303406;yes\n6984303407;\n6984303408;no\n"
    page = client.get(checked(client, owner, work_off, content)).text
    assert "Of 1 new contact the file does not say it" in page
    assert "1 of them unsubscribed" in page
    assert "Row 1 is taken as the heading" in page


def test_of_long_rows_that_are_left_out_only_the_beginning_is_kept(client, owner, work_off):
    row = "12;" + ";".join(["x" * 5_000] * 40)
    address = checked(client, owner, work_off, f"phone;name\n6984303407;Eva\n{row}\n")
    (problem,) = queries.first_problems(owner.id, int(address.rsplit("/", 1)[1]))
    assert sum(map(len, problem.cells)) < 2_100
    assert problem.cells[:2] == ["12", "x" * 200 + "…"]
