"""What mail servers answer, and what becomes of a report then."""

import re
import socket

import pytest

from dashboard.config import MailServer, Unset, mail_server
from dashboard.mails import sending
from dashboard.reports import tasks
from tests.factories import make_staff
from tests.reports.hand import deliveries, failures, make_report, report, sent_now, waiting_jobs


def test_a_report_is_sent_once_to_its_reader(session, mail):
    person = make_staff("manager", name="Ελένη Παπαδοπούλου", email="eleni@example.com")
    report_id = make_report(person)
    sent = sent_now(report_id)
    assert (sent.status, sent.tries, sent.failure) == ("sent", 1, None)
    assert sent.sent_at is not None
    tasks.send(sent.id)
    (message,) = mail.mails
    assert message["To"].addresses[0].addr_spec == "eleni@example.com"
    assert message["To"].addresses[0].display_name == "Ελένη Παπαδοπούλου"
    assert message["From"] == "Signalbox <reports@signalbox.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == f"<https://signalbox.example/reports/{report_id}>"


def test_a_second_try_has_the_same_message_id(session, mail):
    mail.answers["content"] = "451 try again"
    report_id = make_report()
    first = sent_now(report_id)
    assert first.status == "waiting"
    mail.answers.clear()
    assert sent_now(report_id).id == first.id
    assert mail.mails[0]["Message-ID"] == f"<report-{report_id}-{first.id}@signalbox.example>"


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"RCPT": "450 4.2.1 mailbox busy"}, "refused the reader's address .*“4.2.1 mailbox busy”"),
        ({"MAIL": "550 not from there"}, "refused the sender reports@signalbox.example.*MAIL_FROM"),
        (
            {"content": "451 4.3.0 queue full"},
            "The mail server refused the mail. It said: “4.3.0 queue full”",
        ),
        ({"connect": "554 go away"}, "let nobody in. It said: “go away”"),
        ({"connect": ""}, "hung up"),
        ({"DATA": ""}, "hung up"),
        ({"content": ""}, "hung up"),
        ({"content": "not a number"}, "hung up|no sense|refused the mail"),
    ],
)
def test_what_may_go_better_later_is_told_in_words_and_tried_again(session, mail, answers, sentence):
    mail.answers |= answers
    tried = sent_now(make_report())
    assert tried.status == "waiting"
    assert mail.mails == []
    assert failures(tried.id) == [tried.failure]
    assert re.search(sentence, tried.failure), tried.failure
    assert waiting_jobs()[-1] == (tried.id, tried.next_try_at)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"RCPT": "550 5.1.1 no such mailbox"}, "refused the reader's address"),
        ({"content": "552 5.3.4 too large"}, "refused the mail"),
    ],
)
def test_what_the_server_will_never_take_is_not_tried_again(session, mail, answers, sentence):
    mail.answers |= answers
    tried = sent_now(make_report())
    assert (tried.status, tried.next_try_at) == ("failed", None)
    assert sentence in tried.failure
    assert len(waiting_jobs()) == 1  # the first


def test_a_server_that_says_goodbye_badly_has_taken_the_mail_all_the_same(session, mail):
    mail.answers["QUIT"] = ""
    assert sent_now(make_report()).status == "sent"
    assert len(mail.mails) == 1


def test_a_server_that_is_not_there(app, session, mail, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setitem(app.config, "MAIL_SMTP", MailServer("127.0.0.1", port, is_tls=False))
    assert sent_now(make_report()).failure == f"The mail server at 127.0.0.1:{port} refused the connection."
    monkeypatch.setitem(app.config, "MAIL_SMTP", MailServer("nowhere.invalid", 25, is_tls=False))
    assert sent_now(make_report()).failure == "There is no mail server called nowhere.invalid."


def test_a_server_that_keeps_silent(app, session, mail, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setitem(app.config, "MAIL_SMTP", MailServer("127.0.0.1", port, is_tls=False))
        tried = sent_now(make_report())
    assert tried.failure == f"The mail server at 127.0.0.1:{port} took too long to answer."
    assert tried.status == "waiting"


def test_no_password_goes_over_an_open_line(app, session, mail, monkeypatch):
    mail.extensions = "AUTH PLAIN"
    host, port = mail.server_address
    server = MailServer(host, port, is_tls=False, user="signalbox", password="secret")
    monkeypatch.setitem(app.config, "MAIL_SMTP", server)
    assert "offers no encryption" in sent_now(make_report()).failure
    assert "secret" not in repr(server)


def test_a_server_whose_encryption_is_none(app, session, mail, monkeypatch):
    host, port = mail.server_address
    monkeypatch.setitem(app.config, "MAIL_SMTP", MailServer(host, port, is_tls=True))
    assert "is not to be trusted" in sent_now(make_report()).failure


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"MAIL_SMTP": None}, "Mail is not set up. An admin must set MAIL_SMTP."),
        ({"PUBLIC_URL": None}, "Mail is not set up. An admin must set PUBLIC_URL."),
        ({"MAIL_FROM": None}, "Mail is not set up. An admin must set MAIL_FROM."),
    ],
)
def test_without_settings_the_report_says_which(app, session, mail, monkeypatch, settings, sentence):
    for name, value in settings.items():
        monkeypatch.setitem(app.config, name, value)
    tried = sent_now(make_report())
    assert (tried.status, tried.failure) == ("waiting", sentence)


def test_an_address_that_is_none_is_not_tried_again(session, mail):
    tried = sent_now(make_report(make_staff("manager", email="a,b@example.com")))
    assert tried.failure == "“a,b@example.com” is no address that a mail can be sent to."
    assert tried.status == "failed"


def test_a_name_cannot_become_a_header_of_its_own(session, mail):
    person = make_staff("manager", name="Ada\r\nBcc: everybody@example.com")
    report_id = make_report(
        person, name="Failing\r\nBcc: everybody@example.com\r\n\r\n<script>alert(1)</script>"
    )
    assert sent_now(report_id).status == "sent"
    (message,) = mail.mails
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Failing Bcc: everybody@example.com <script>alert(1)</script>, ")
    assert len(message["To"].addresses) == 1
    assert "<script>" not in message.get_body(("html",)).get_content()


def test_a_page_that_the_reader_may_not_open_is_not_sent(session, mail):
    tried = sent_now(make_report(address="/jobs"))
    assert (tried.status, mail.mails) == ("failed", [])
    assert tried.failure == "Your role may not open the page of this view any more."
    assert sent_now(make_report(address="/owners/987654321")).failure == "The page of this view is gone."


def test_the_report_goes_on_after_a_sending_that_failed(session, mail):
    mail.answers["RCPT"] = "550 no such mailbox"
    report_id = make_report()
    sent_now(report_id)
    assert report(report_id).next_at is not None
    assert [one.status for one in deliveries(report_id)] == ["failed"]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (None, None),
        ("", None),
        ("smtp://mail.example", MailServer("mail.example", 587, is_tls=False)),
        ("smtps://mail.example", MailServer("mail.example", 465, is_tls=True)),
        (
            "smtp://ada%40b.example:p%3Aw@c.example:25/",
            MailServer("c.example", 25, False, "ada@b.example", "p:w"),
        ),
    ],
)
def test_the_mail_server_is_read_from_its_url(url, server):
    assert mail_server(url) == server


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://a:secret@b:x", "smtp://a/b"]
)
def test_a_url_that_names_no_mail_server_is_refused_without_repeating_it(url):
    with pytest.raises(Unset, match="must look like") as refused:
        mail_server(url)
    assert "secret" not in str(refused.value)
