import io
import re
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from dashboard.wallets.statements import pdf
from tests.factories import make_owner
from tests.wallets.statements.ledgers import make_ledger, tamper

OCTOBER = "since=2026-10-01&until=2026-10-31"


@pytest.fixture
def owner(session):
    """An owner who had 1,000 credits, got 500 and spent 200 in October."""
    owner = make_owner(name="Café Aurora")
    make_ledger(
        owner,
        (datetime(2026, 9, 15, 12, tzinfo=UTC), 1_000),
        (datetime(2026, 10, 2, 12, tzinfo=UTC), 500),
        (datetime(2026, 10, 20, 12, tzinfo=UTC), -200),
        note="<b>Thanks</b>",
    )
    return owner


@pytest.fixture
def at_time(monkeypatch):
    """Sets the clock of the pages."""

    def at_time(text: str) -> None:
        now = datetime.fromisoformat(text)
        monkeypatch.setattr("dashboard.wallets.statements.routes.utc_now", lambda: now)

    return at_time


def footing(page: str) -> str:
    """The footing block as one line of words."""
    block = page.partition('id="footing">')[2].partition("</dl>")[0]
    signed = re.sub(r'<div data-sign="(.)">', r" \1 ", block)
    return " ".join(re.sub(r"<[^>]+>", " ", signed).split())


def test_the_page_visibly_foots(client, sign_in, owner):
    sign_in("support")
    page = client.get(f"/owners/{owner.id}/wallet/statement?{OCTOBER}").text
    assert footing(page) == "Opening balance 1,000 + In 500 − Out 200 = Closing balance 1,300"
    assert "1 Oct 2026 to 31 Oct 2026" in page
    assert "days and times in Europe/Athens" in page
    assert "2 entries." in page
    assert "&lt;b&gt;Thanks&lt;/b&gt;" in page
    assert page.count('<td class="num">1,300</td>') == 2  # of the last line, and below


def test_without_days_it_is_last_month_where_the_owner_is(client, sign_in, owner, at_time):
    sign_in("support")
    at_time("2026-10-31T22:30:00+00:00")  # in Athens it is November already
    page = client.get(f"/owners/{owner.id}/wallet/statement?since=&until=").text
    assert 'value="2026-10-01"' in page
    assert 'value="2026-10-31"' in page
    assert footing(page).endswith("= Closing balance 1,300")
    assert "The period is not over" not in page
    at_time("2026-10-31T21:30:00+00:00")
    assert "1 Sep 2026 to 30 Sep 2026" in client.get(f"/owners/{owner.id}/wallet/statement").text


def test_the_usual_periods_are_links_and_the_present_ones_say_that_they_go_on(
    client, sign_in, owner, at_time
):
    sign_in("support")
    at_time("2026-10-25T12:00:00+00:00")
    page = client.get(f"/owners/{owner.id}/wallet/statement").text
    path = f"/owners/{owner.id}/wallet/statement"
    this_month = f"{path}?since=2026-10-01&amp;until=2026-10-31"
    assert f'href="{this_month}"' in page
    assert f'href="{path}?since=2025-01-01&amp;until=2025-12-31"' in page
    page = client.get(this_month.replace("&amp;", "&")).text
    assert f'href="{this_month}" aria-current="page">This month</a>' in page
    assert "The period is not over yet: what is written later is not in this statement." in page


@pytest.mark.parametrize("path", ["statement", "statement.pdf"])
@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("31.10.2026", "2026-10-31", "Enter a day such as 2026-11-30."),
        ("2026-02-30", "2026-10-31", "Enter a day such as 2026-11-30."),
        ("0001-01-01", "2026-10-31", "Enter a day between 1900 and 2199."),
        ("2026-10-01", "", "Enter a day such as 2026-11-30."),
        ("2026-10-01", "9999-12-31", "Enter a day between 1900 and 2199."),
        ("", "2026-10-01", "Enter a day such as 2026-11-30."),
        ("2026-10-02", "2026-10-01", "From is later than To. Choose an earlier day."),
        ("2020-10-01", "2026-10-01", "A statement spans at most 5 years. Choose an earlier day."),
        ("\x00\"'<b>", "2026-10-01", "Enter a day such as 2026-11-30."),
    ],
)
def test_what_is_no_period_is_said_at_the_field_and_stays(
    client, sign_in, owner, path, since, until, sentence
):
    sign_in("support")
    url = f"/owners/{owner.id}/wallet/{path}"
    answer = client.get(url, query_string={"since": since, "until": until})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert answer.text.count(sentence) == 1
    assert 'id="footing"' not in answer.text
    if since == "31.10.2026":
        # As text: a browser's date control would drop it.
        assert 'name="since" type="text" value="31.10.2026"' in answer.text


def test_one_day_and_five_years_are_periods(client, sign_in, owner):
    sign_in("support")
    url = f"/owners/{owner.id}/wallet/statement"
    day = client.get(f"{url}?since=2026-10-02&until=2026-10-02").text
    assert footing(day) == "Opening balance 1,000 + In 500 − Out 0 = Closing balance 1,500"
    years = client.get(f"{url}?since=2022-01-01&until=2026-12-31").text
    assert footing(years) == "Opening balance 0 + In 1,500 − Out 200 = Closing balance 1,300"


def test_a_statement_that_does_not_foot_says_what_to_do(client, sign_in, owner):
    sign_in("support")
    tamper(f"UPDATE credit_transaction SET amount_credits = 450 WHERE owner_id = {owner.id} AND entry_no = 2")
    url = f"/owners/{owner.id}/wallet/statement"
    page = client.get(f"{url}?{OCTOBER}").text
    assert footing(page) == "Opening balance 1,000 + In 450 − Out 200 ≠ Closing balance 1,300"
    said = (
        "This statement does not foot. Opening + in − out gives 1,250 credits, and the ledger states 1,300."
        " Verify the ledger before you use any of these figures."
    )
    assert said in page
    paper = PdfReader(io.BytesIO(client.get(f"{url}.pdf?{OCTOBER}").data))
    assert said in " ".join(paper.pages[0].extract_text().split())


def test_the_pdf_is_the_same_statement_to_download(client, sign_in, owner):
    sign_in("support")
    answer = client.get(f"/owners/{owner.id}/wallet/statement.pdf?{OCTOBER}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    name = f"statement-{owner.id}-2026-10-01-2026-10-31.pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    text = " ".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
    assert "Café Aurora" in text
    assert "Opening balance 1,000 + In 500 − Out 200 = Closing balance 1,300" in text
    assert "<b>Thanks</b>" in text


def test_an_owner_who_is_not_there_has_no_statement(client, sign_in):
    sign_in("support")
    assert client.get("/owners/987654321/wallet/statement").status_code == 404
    assert client.get("/owners/987654321/wallet/statement.pdf").status_code == 404


def test_a_pdf_that_takes_too_long_is_given_up_in_words(client, sign_in, owner, monkeypatch):
    sign_in("support")
    monkeypatch.setattr(pdf, "MOST_SECONDS", 0.001)
    answer = client.get(f"/owners/{owner.id}/wallet/statement.pdf?{OCTOBER}")
    assert answer.status_code == 503
    assert "Making the PDF took too long. Choose a shorter period, or print the page." in answer.text
