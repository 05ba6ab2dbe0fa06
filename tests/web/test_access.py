"""Who may, what a lost session does, and what a stranger learns."""

import re
from uuid import uuid4

import pytest

from dashboard.contact_imports.commands import keep_file
from dashboard.exports.commands import request_export
from dashboard.operations.selections import Selection
from dashboard.reports.commands import subscribe
from dashboard.staff.commands import disable_staff
from dashboard.views.commands import save_view
from dashboard.wallets.approvals.commands import request_adjustment
from dashboard.wallets.commands import Movement
from dashboard.wallets.models import ReasonCode
from dashboard.wallets.proofs.commands import request_verification, take_anchor
from dashboard.web.access import ROLE_PERMISSIONS, Permission
from dashboard.web.urls import is_own_path
from tests.exports.hand import NUMBERS, some
from tests.factories import make_campaign, make_contact, make_list, make_owner, make_staff, make_wallet
from tests.operations.doing import start, tag_of


@pytest.fixture
def records(session):
    """One record of each kind, as the arguments of URLs."""
    owner = make_owner()
    contact = make_contact(owner)
    campaign = make_campaign(owner)
    made_list = make_list(owner)
    make_wallet(owner, balance_credits=1)
    return {
        "owner_id": owner.id, "contact_id": contact.id, "campaign_id": campaign.id,
        "list_id": made_list.id, "run_id": 1, "entry_no": 1,
        "request_id": ask(owner.id), "token": view_of(make_staff()), "report_id": 1, "mail_name": "none",
        "export_id": export_of(make_staff()), "import_id": import_of(owner.id),
        "operation_id": (operation_id := tagging(owner.id, contact.id)), "tag_id": tag_of(operation_id),
        "anchor_id": take_anchor(taken_by=None), "verification_id": request_verification(asked_by=None),
    }  # fmt: skip


def ask(owner_id: int) -> int:
    wanted = Movement(owner_id, 5, ReasonCode.GOODWILL, uuid4(), make_staff().id)
    return request_adjustment(wanted).id


def tagging(owner_id: int, contact_id: int) -> int:
    return start(owner_id, "tag", Selection(ids=(contact_id,)), tag_name="VIP")


def export_of(person) -> int:
    return request_export(NUMBERS, some(1), actor_id=person.id)


def import_of(owner_id: int) -> int:
    return keep_file(owner_id, "people.csv", [b"phone"], list_id=None, actor_id=make_staff().id)


def view_of(person) -> str:
    return save_view("Failing", "/campaigns?sort=failing", is_shared=False, actor_id=person.id)


def pages(app, records):
    """Every page that can be asked for, as (rule, address, what it requires)."""
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static":
            with app.test_request_context():
                _, address = rule.build({name: records[name] for name in rule.arguments})
            yield rule, address.split("localhost")[-1], app.view_functions[rule.endpoint].access


def test_a_stranger_is_led_to_sign_in_and_back(app, client, records):
    for _, address, access in pages(app, records):
        if isinstance(access, Permission):
            answer = client.get(address)
            assert answer.status_code == 303, address
            assert answer.location.startswith("/sign-in"), address


@pytest.mark.parametrize("role", ["support", "manager", "admin"])
def test_each_role_sees_what_it_may_and_is_told_in_words_what_not(app, client, sign_in, records, role):
    person = sign_in(role)
    records["token"] = view_of(person)
    records["report_id"] = subscribe(records["token"], reader_id=person.id)
    records["export_id"] = export_of(person)
    for rule, address, access in pages(app, records):
        if not isinstance(access, Permission):
            continue
        answer = client.get(address, follow_redirects=True)
        if access in ROLE_PERMISSIONS[role]:
            assert answer.status_code == (404 if {"run_id", "mail_name"} & rule.arguments else 200), address
        else:
            assert answer.status_code == 403, address
            assert "Your role may not" in answer.text
            assert address not in client.get("/").text, f"{role} is shown a link to {address}"


def test_the_roles_are_those_of_the_domain():
    assert Permission.WALLET_ADJUST not in ROLE_PERMISSIONS["manager"]
    assert Permission.CAMPAIGN_RUN not in ROLE_PERMISSIONS["support"]
    assert ROLE_PERMISSIONS["support"] < ROLE_PERMISSIONS["manager"] < ROLE_PERMISSIONS["admin"]


def test_a_disabled_account_ends_at_its_next_request(client, sign_in):
    person = sign_in("support")
    assert client.get("/").status_code == 200
    disable_staff(person.email)
    assert client.get("/").location.startswith("/sign-in")


def test_a_lost_session_in_the_middle_of_an_htmx_request_leads_to_sign_in(client, session):
    answer = client.get(
        "/campaigns?q=x",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/owners/7/wallet"},
    )
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/owners/7/wallet"


@pytest.mark.parametrize("cookie", ["", "x", "1", "1.x", "-1.1", "99999999999999999999.1", "١.١"])
def test_a_session_that_is_none_is_no_fault_of_ours(client, session, cookie):
    with client.session_transaction() as stored:
        stored["_user_id"] = cookie
    assert client.get("/").status_code == 303


@pytest.mark.parametrize("url", ["/", "/owners/7?x=1#y", "/search?q=%2F%2Fevil.example"])
def test_own_paths(url):
    assert is_own_path(url)


@pytest.mark.parametrize(
    "url",
    ["", "owners", "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)",
     "/\t/evil.example", "\n//evil.example", "/\n/evil.example"],
)  # fmt: skip
def test_paths_that_lead_elsewhere(url):
    assert not is_own_path(url)


def test_every_answer_carries_the_policy(client, sign_in):
    sign_in("support")
    for address in ("/", "/sign-in", "/nowhere"):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert "HX-Request" in headers["Vary"]


def test_the_page_asks_for_hashed_files_only(client, sign_in):
    sign_in("support")
    files = re.findall(r'(?:src|href)="(/static/[^"#]+)', client.get("/").text)
    assert len(files) > 5
    for file in files:
        assert re.search(r"\.[0-9a-f]{12}\.[a-z]+$", file), file
        answer = client.get(file)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
