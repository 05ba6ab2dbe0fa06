import pytest

from dashboard.reports.commands import begin_try, note_failure, subscribe
from dashboard.views.commands import share_view
from tests.factories import make_staff
from tests.reports.hand import deliveries, make_report, report, sent_now, view_of

HTMX = {"HX-Request": "true"}


def test_a_manager_subscribes_sees_it_and_stops_it_again(client, sign_in, mail):
    person = sign_in("manager")
    token = view_of(person)
    assert f'href="/views/{token}/report"' in client.get("/views").text
    for page in (f"/views/{token}", f"/views/{token}/report"):
        assert "Send it to me every Monday at 08:00 (Europe/Athens)" in client.get(page).text
    answer = client.post(f"/views/{token}/report")
    page = client.get(answer.location).text
    assert "“Failing in the EU” comes to you every Monday at 08:00 (Europe/Athens)." in page
    assert "in Europe/Athens" in page
    assert "Nothing was sent yet." in page
    assert "Failing in the EU" in client.get("/reports").text
    assert "On Mondays: Failing in the EU" in client.get("/views").text
    assert "It comes to" in client.get(f"/views/{token}/report").text
    assert "It comes to you" in client.get(f"/views/{token}").text
    client.post(f"{answer.location}/end")
    assert "The report was stopped." in client.get(answer.location).text
    assert "Send it again every Monday at 08:00" in client.get(answer.location).text
    assert "Ended" in client.get("/reports").text


def test_the_htmx_answer_of_sending_is_the_list_of_sendings(client, sign_in, mail):
    report_id = make_report(sign_in("manager"))
    answer = client.post(f"/reports/{report_id}/deliveries", headers=HTMX)
    assert answer.status_code == 200
    assert "Being sent" in answer.text
    assert "<main" not in answer.text
    assert 'hx-trigger="every 5s"' in answer.text
    plain = client.post(f"/reports/{report_id}/deliveries")
    assert (plain.status_code, plain.location) == (303, f"/reports/{report_id}")
    assert len(deliveries(report_id)) == 1


def test_each_failed_try_is_shown_in_words(client, sign_in, mail):
    report_id = make_report(sign_in("manager"))
    mail.answers["RCPT"] = "450 mailbox busy"
    sent_now(report_id)
    page = client.get(f"/reports/{report_id}").text
    assert "Next try" in page
    assert "The mail server refused the reader&#39;s address" in page
    assert "mailbox busy" in page
    assert "Send it again now" in page
    assert "mailbox busy" in client.get("/reports").text
    mail.answers.clear()
    sent_now(report_id)
    page = client.get(f"/reports/{report_id}").text
    assert "Sent" in page
    assert "mailbox busy" in page
    assert "Send it now" in page


def test_support_sees_no_link_and_is_told_in_words(client, sign_in):
    person = sign_in("support")
    token = view_of(person)
    for page in ("/", "/views", f"/views/{token}"):
        assert "/report" not in client.get(page).text
    report_id = make_report()
    for method, path in [
        ("GET", "/reports"),
        ("GET", f"/reports/{report_id}"),
        ("GET", f"/views/{token}/report"),
        ("POST", f"/views/{token}/report"),
        ("POST", f"/reports/{report_id}/deliveries"),
        ("POST", f"/reports/{report_id}/end"),
        ("GET", "/mails"),
    ]:
        answer = client.open(path, method=method)
        assert answer.status_code == 403, path
        assert "Your role may not export campaign figures and schedule reports" in answer.text


def test_anothers_report_is_shown_to_admins_alone(client, sign_in, mail):
    other = make_staff("manager", name="Ada Lovelace")
    report_id = make_report(other)
    sign_in("manager")
    assert client.get(f"/reports/{report_id}").status_code == 404
    assert client.post(f"/reports/{report_id}/end").status_code == 404
    assert client.post(f"/reports/{report_id}/deliveries").status_code == 404
    assert "Ada Lovelace" not in client.get("/reports?show=all").text
    sign_in("admin")
    assert "Ada Lovelace" not in client.get("/reports").text
    assert "Ada Lovelace" in client.get("/reports?show=all").text
    assert client.get(f"/reports/{report_id}").status_code == 200
    client.post(f"/reports/{report_id}/end")
    assert report(report_id).end_reason == "stopped"


def test_anothers_private_view_cannot_be_sent_nor_is_its_name_told(client, sign_in, mail):
    maker = make_staff("manager")
    token = view_of(maker, name="Was for everybody", is_shared=True)
    reader = sign_in("manager")
    report_id = subscribe(token, reader_id=reader.id)
    share_view(token, is_shared=False, actor_id=maker.id)
    assert client.get(f"/views/{token}/report").status_code == 404
    assert client.post(f"/views/{token}/report").status_code == 404
    page = client.get(f"/reports/{report_id}").text
    assert "made private" in page
    assert "/campaigns · country EU" not in page
    answer = client.post(f"/reports/{report_id}/deliveries")
    assert answer.status_code == 409
    assert "made private by whoever saved it. So it is not sent." in answer.text


def test_a_page_that_ones_role_may_not_open_is_not_offered(client, sign_in, mail):
    token = view_of(make_staff("admin"), address="/jobs", is_shared=True)
    sign_in("manager")
    for answer in (client.get(f"/views/{token}/report"), client.post(f"/views/{token}/report")):
        assert answer.status_code == 403
        assert "Your role may not open the page of this view" in answer.text
    sign_in("admin")
    assert client.get(f"/views/{token}/report").status_code == 200


def test_without_settings_the_pages_say_what_to_set(client, sign_in):
    report_id = make_report(sign_in("manager"))
    for page in ("/reports", f"/reports/{report_id}"):
        text = client.get(page).text
        assert "Mail is not set up" in text
        assert "<code>PUBLIC_URL</code> and <code>MAIL_SMTP</code>" in text


def test_times_are_the_readers_also_where_an_admin_looks(client, sign_in, mail):
    report_id = make_report(make_staff("manager", timezone="Asia/Kolkata"))
    sign_in("admin")
    for page in ("/reports?show=all", f"/reports/{report_id}"):
        text = client.get(page).text
        assert "Asia/Kolkata" in text
        assert "08:00" in text


def test_an_odd_name_is_shown_as_text(client, sign_in, mail):
    person = sign_in("manager")
    report_id = make_report(person, name="<script>alert(1)</script>")
    sent = sent_now(report_id)
    assert sent.status == "sent"
    for page in ("/reports", f"/reports/{report_id}"):
        assert "<script>alert" not in client.get(page).text


@pytest.mark.parametrize("is_final", [False, True])
def test_a_failure_is_shown_as_text(client, sign_in, mail, is_final):
    report_id = make_report(sign_in("manager"))
    client.post(f"/reports/{report_id}/deliveries")
    delivery_id = deliveries(report_id)[0].id
    begin_try(delivery_id)
    note_failure(delivery_id, "It said: “<b>no</b>”.", is_final=is_final)
    page = client.get(f"/reports/{report_id}").text
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "<b>no</b>" not in page


def test_a_view_whose_page_ones_role_may_not_open_is_not_offered_by_mail(client, sign_in, mail):
    token = view_of(make_staff("admin"), name="Jobs", address="/jobs", is_shared=True)
    sign_in("manager")
    page = client.get("/views?show=shared").text
    assert "Jobs" in page
    assert f"/views/{token}/report" not in page
    sign_in("admin")
    assert f"/views/{token}/report" in client.get("/views?show=shared").text


def test_a_view_of_ones_own_that_a_lower_role_may_not_open_is_not_offered_by_mail(client, sign_in, mail):
    token = view_of(sign_in("manager"), address="/jobs")
    assert "Send it to me" not in client.get(f"/views/{token}").text
