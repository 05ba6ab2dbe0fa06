import re
import time
from statistics import median

import pytest
from sqlalchemy import func, select

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db
from dashboard.core.errors import DomainError, Missing
from dashboard.staff import commands
from dashboard.staff.models import Staff
from tests.factories import PASSWORD, make_staff

REFUSED = "That email and password do not belong together."


def sign_in(client, email, password=PASSWORD, **query):
    return client.post("/sign-in", query_string=query, data={"email": email, "password": password})


def test_signing_in_leads_to_the_overview_and_is_recorded(client, session):
    person = make_staff("support")
    answer = sign_in(client, f"  {person.email.upper()} ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").status_code == 200
    assert db.session.scalars(select(AuditEvent.action)).all() == ["session.start"]


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [("/owners/7/wallet?type=debit", "/owners/7/wallet?type=debit"), ("//evil.example", "/"),
     ("https://evil.example/", "/"), ("/\\evil.example", "/"), ("javascript:alert(1)", "/")],
)  # fmt: skip
def test_next_leads_to_our_own_pages_only(client, session, wanted, led_to):
    assert sign_in(client, make_staff().email, next=wanted).location == led_to


def test_a_refusal_does_not_tell_whether_the_account_exists(client, session):
    known, gone = make_staff(), make_staff(disabled_at=func.now())
    attempts = [(known.email, "wrong"), ("nobody@example.com", PASSWORD), (gone.email, PASSWORD)]

    def answer(email: str, password: str) -> str:
        text = sign_in(client, email, password).text.replace(email, "X")
        return re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", text)  # it holds the time

    answers = [answer(email, password) for email, password in attempts]
    assert all(REFUSED in text for text in answers)
    assert len(set(answers)) == 1


def test_a_refusal_takes_as_long_for_an_unknown_account(client, session):
    """Both verify one hash. A tenth of that time would tell; half of it is noise of the machine."""
    known = make_staff().email

    def seconds(email: str) -> float:
        start = time.perf_counter()
        sign_in(client, email, "wrong")
        return time.perf_counter() - start

    pairs = [(seconds(known), seconds("nobody@example.com")) for _ in range(7)]
    ratio = median(a for a, _ in pairs) / median(b for _, b in pairs)
    assert 0.5 < ratio < 2


def test_what_was_typed_comes_back_but_never_the_password(client, session):
    answer = sign_in(client, "typed@example.com", "secret-typed")
    assert answer.status_code == 401
    assert 'value="typed@example.com"' in answer.text
    assert "secret-typed" not in answer.text


def test_what_was_in_the_session_before_is_gone_after_signing_in(client, session):
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"
    sign_in(client, make_staff().email)
    with client.session_transaction() as stored:
        assert "planted" not in stored


def test_signing_out_ends_the_session(client, session):
    sign_in(client, make_staff().email)
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/").status_code == 303


def test_a_new_password_ends_all_sessions(client, session):
    person = make_staff()
    sign_in(client, person.email)
    commands.set_password(person.email, "another long password")
    assert client.get("/").status_code == 303
    assert sign_in(client, person.email).status_code == 401
    assert sign_in(client, person.email, "another long password").status_code == 303


def test_the_cookie_is_for_our_pages_alone(app, client, session, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    cookie = sign_in(client, make_staff().email).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie


def test_a_form_of_another_site_is_refused(app, client, session, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    person = make_staff()
    with client.session_transaction() as stored:
        stored["_user_id"] = f"{person.id}.1"
    answer = client.post("/owners/1/wallet/adjustments", data={"amount_credits": "5"})
    assert answer.status_code == 400
    assert "Reload it and send the form again." in answer.text


def test_a_lost_session_fails_towards_the_sign_in_page(app, client, session, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post("/owners/1/wallet/adjustments", data={"amount_credits": "5"})
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"password": "short"}, "A password has 12 to 200 characters."),
        ({"role": "owner"}, "Choose support, manager or admin."),
        ({"timezone": "Mars/Olympus"}, "Enter a time zone"),
        ({"email": "nobody"}, "Enter an email address"),
        ({"name": " "}, "Enter a name"),
    ],
)
def test_an_account_is_made_in_full_or_not_at_all(session, values, sentence):
    given = {"email": "new@example.com", "name": "New", "role": "support", "password": PASSWORD}
    with pytest.raises(DomainError, match=sentence):
        commands.create_staff(**(given | values))
    assert db.session.scalar(select(func.count()).select_from(Staff)) == 0


def test_an_email_signs_in_one_account(session):
    email = make_staff().email
    with pytest.raises(DomainError, match="already signs in with that address"):
        commands.create_staff(email.upper(), "Twin", "support", PASSWORD)


def test_the_command_line_makes_lists_and_disables(app, committed):
    cli = app.test_cli_runner()
    made = cli.invoke(args=["staff", "create", "ada@example.com", "--name", "Ada", "--role", "admin",
                            "--password", PASSWORD])  # fmt: skip
    assert made.output == "ada@example.com can sign in as admin.\n"
    twin = cli.invoke(args=["staff", "create", "ada@example.com", "--name", "Ada", "--role", "admin",
                            "--password", PASSWORD])  # fmt: skip
    assert (twin.exit_code, twin.output) == (1, "Error: Somebody already signs in with that address.\n")
    assert (
        cli.invoke(args=["staff", "set-password", "ada@example.com", "--password", "x" * 20]).exit_code == 0
    )
    last = cli.invoke(args=["staff", "disable", "ada@example.com"])
    assert last.output == "Error: That is the last admin who can sign in. Make another one first.\n"
    make_staff("admin")
    assert cli.invoke(args=["staff", "disable", "ada@example.com"]).exit_code == 0
    assert "disabled" in cli.invoke(args=["staff", "list"]).output
    assert cli.invoke(args=["staff", "enable", "ada@example.com"]).exit_code == 0
    assert "disabled" not in cli.invoke(args=["staff", "list"]).output
    gone = cli.invoke(args=["staff", "disable", "bob@example.com"])
    assert gone.output == "Error: Nobody signs in with that email.\n"
    with pytest.raises(Missing):
        commands.disable_staff("bob@example.com")
