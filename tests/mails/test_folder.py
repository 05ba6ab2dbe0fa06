"""Where there is no mail server mails land in a folder, which a page shows to whom they concern."""

from email.message import EmailMessage

import pytest

from dashboard.mails import folder
from dashboard.mails.sending import missing_settings, send
from tests.factories import make_staff
from tests.reports.hand import make_report, sent_now

HOSTILE = "<p>Hello</p><script>alert(1)</script><img src='https://evil.example/x'>"


@pytest.fixture
def place(app, monkeypatch, tmp_path):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://signalbox.example")
    monkeypatch.setitem(app.config, "MAIL_FOLDER", str(tmp_path / "mail"))
    return tmp_path / "mail"


def put(to: str, subject: str = "Hello", html: str | None = None, text: str = "Hello") -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "a@example.com", to
    message["Message-ID"] = "<../../etc/passwd@example.com>"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    send(message)


def test_a_report_lands_there_and_is_read_there(place, client, sign_in):
    person = sign_in(
        "manager",
    )
    assert "No mail yet." in client.get("/mails").text
    report_id = make_report(person)
    assert sent_now(report_id).status == "sent"
    (file,) = place.iterdir()
    assert file.suffix == ".eml"
    assert "See the mails" in client.get("/reports").text
    listed = client.get("/mails").text
    assert f'href="/mails/{file.stem}"' in listed
    assert "Failing in the EU, " in listed
    page = client.get(f"/mails/{file.stem}")
    for words in ("Message-ID", "As plain text", "Open it on Signalbox: https://signalbox.example/v/"):
        assert words in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    body = client.get(f"/mails/{file.stem}/body")
    assert "<h1" in body.text
    assert body.headers["Content-Security-Policy"].startswith("sandbox allow-popups")


def test_nothing_of_a_mail_runs_or_is_loaded(place, client, sign_in):
    put(sign_in("manager").email, subject=HOSTILE, html=HOSTILE, text=HOSTILE)
    (file,) = place.iterdir()
    for page in ("/mails", f"/mails/{file.stem}"):
        assert "<script>alert" not in client.get(page).text
    policy = client.get(f"/mails/{file.stem}/body").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


def test_people_read_their_own_mails_and_admins_all(place, client, sign_in):
    put(make_staff("manager", email="ada@example.com").email, subject="For Ada")
    (file,) = place.iterdir()
    sign_in("manager")
    assert "For Ada" not in client.get("/mails").text
    for path in (f"/mails/{file.stem}", f"/mails/{file.stem}/body"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "This mail is gone, or it is somebody else" in answer.text
    sign_in("admin")
    assert "For Ada" in client.get("/mails").text
    assert client.get(f"/mails/{file.stem}").status_code == 200


def test_a_mail_without_html_is_shown_as_text(place, client, sign_in):
    put(sign_in("manager").email)
    (file,) = place.iterdir()
    assert "<iframe" not in client.get(f"/mails/{file.stem}").text
    assert client.get(f"/mails/{file.stem}/body").status_code == 404


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fsecret", "..%2Fsecret", "a%00b", "x" * 300, "secret.txt"])
def test_no_other_file_is_read(place, client, sign_in, name):
    place.mkdir()
    (place.parent / "secret.eml").write_text("To: a@example.com\n\nsecret")
    sign_in("admin")
    assert client.get(f"/mails/{name}").status_code in (404, 308)


def test_the_newest_are_listed_first_and_no_more_than_fit(place, client, sign_in):
    email = sign_in("manager").email
    for n in range(folder.MOST_SHOWN + 1):
        put(email, subject=f"Mail {n:02}")
    page = client.get("/mails").text
    assert page.index("Mail 50") < page.index("Mail 49")
    assert "Mail 00" not in page


def test_without_a_folder_the_page_says_where_mails_are(client, sign_in):
    sign_in("manager")
    assert "No mails are kept here." in client.get("/mails").text


def test_a_folder_is_all_that_development_needs(app, place):
    with app.app_context():
        assert missing_settings() == []


def test_a_mail_to_nobody_is_shown_to_admins_and_disturbs_nobody(place, client, sign_in):
    place.mkdir()
    (place / "odd.eml").write_text("Subject: For nobody\n\nHello")
    put(sign_in("manager").email, subject="For me")
    page = client.get("/mails")
    assert page.status_code == 200
    assert "For me" in page.text
    assert "For nobody" not in page.text
    assert client.get("/mails/odd").status_code == 404
    sign_in("admin")
    assert "For nobody" in client.get("/mails").text
    assert client.get("/mails/odd").status_code == 200


@pytest.mark.parametrize("charset", ["x-unknown", "hex", "idna"])
def test_a_mail_in_a_charset_that_nobody_knows_is_shown_all_the_same(place, client, sign_in, charset):
    place.mkdir()
    kind = f"text/html; charset={charset}"
    content = f"To: a@example.com\nContent-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n<p>Grüße</p>"
    (place / "odd.eml").write_text(content)
    sign_in("admin")
    assert "Grüße" in client.get("/mails/odd/body").text
    assert client.get("/mails/odd").status_code == 200
