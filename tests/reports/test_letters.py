"""A mail says what the page says, to its reader."""

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup

from dashboard.reports import commands, tasks
from dashboard.reports.digests.blocks import Facts, Figures, Heading, Paragraph, Table
from dashboard.reports.digests.plain import plain_lines
from dashboard.reports.digests.reading import MOST_ROWS, digest
from tests.campaigns.signals.many import send
from tests.factories import make_campaign, make_owner, make_staff, make_wallet
from tests.reports.hand import MONDAY, deliveries, make_report, sent_now, view_of

URL = "https://signalbox.example/campaigns?sort=failing"


def read(main: str):
    return digest(f"<html><body><nav>Menu</nav><main>{main}</main></body></html>", URL)


def names_in(html: str) -> list[str]:
    """What the tables' rows are called: the words of the first link of each."""
    rows = BeautifulSoup(html, "html.parser").select("tbody tr")
    return [row.a.get_text(strip=True) for row in rows if row.a]


def html_of(message) -> str:
    return message.get_body(("html",)).get_content()


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def test_the_figures_of_the_mail_are_those_of_the_page(session, mail, client, sign_in):
    campaign = send(make_owner(name="Shoes & Co"), 400, 1_000, name="Black <b>Friday</b>")
    make_campaign(make_owner(country="US"), name="Elsewhere")
    person = sign_in("manager")
    sent_now(make_report(person))
    page = client.get("/campaigns?country=EU&sort=failing").text
    html = html_of(mail.mails[0])
    said = ("Black &lt;b&gt;Friday&lt;/b&gt;", "Shoes &amp; Co", "60.0 %", "40.0 %", "Europe/Athens (EET)")
    for figure in said:
        assert figure in page
        assert figure in html
    assert "Elsewhere" not in html
    address = f"https://signalbox.example/owners/{campaign.owner_id}/campaigns/{campaign.id}"
    assert f'href="{address}"' in html
    text = text_of(mail.mails[0])
    assert "- Black <b>Friday</b>, Shoes & Co" in text
    assert "Delivered: 60.0 %" in text


def test_each_row_of_the_page_is_a_row_of_the_mail(session, mail, client, sign_in):
    owner = make_owner()
    for n in range(60):
        make_campaign(owner, name=f"Campaign no. {n:02}")
    person = sign_in("manager")
    sent_now(make_report(person, address="/campaigns"))
    names = names_in(html_of(mail.mails[0]))
    assert names == names_in(client.get("/campaigns").text)
    assert len(names) == 50
    assert "The rest is on Signalbox" in html_of(mail.mails[0])


def test_times_are_those_of_the_readers_zone(session, mail):
    make_campaign(name="Morning", started_at=MONDAY - timedelta(days=1))
    sent_now(make_report(make_staff("manager", timezone="Asia/Kolkata"), address="/campaigns"))
    text = text_of(mail.mails[0])
    assert "Asia/Kolkata (IST)" in text
    assert "11:30" in text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_mail_leads_to_the_view_and_says_how_to_stop_it(session, mail):
    person = make_staff("manager")
    token = view_of(person)
    with time_machine.travel(MONDAY - timedelta(days=2)):
        report_id = commands.subscribe(token, reader_id=person.id)
    with time_machine.travel(MONDAY, tick=False):
        commands.plan_due()
        tasks.send(deliveries(report_id)[0].id)
    (message,) = mail.mails
    assert message["Subject"] == "Failing in the EU, 30 November 2026"
    for words in (html_of(message), text_of(message)):
        assert f"https://signalbox.example/v/{token}" in words
        assert f"https://signalbox.example/reports/{report_id}" in words
        assert "every Monday at 08:00 (Europe/Athens)" in words
        assert "Monday 30 November 2026, 08:00 in Europe/Athens" in words


def test_the_mail_holds_nothing_that_runs_loads_or_belongs_to_a_session(session, mail):
    make_wallet(balance_credits=500)
    owner = make_owner()
    make_wallet(owner, balance_credits=500)
    admin = make_staff("admin")
    sent_now(make_report(admin, address=f"/owners/{owner.id}/wallet"))
    html = html_of(mail.mails[0])
    page = BeautifulSoup(html, "html.parser")
    assert not page.select("script, form, input, button, img, svg, link, iframe")
    assert "csrf" not in html
    assert {a["href"].split("/")[2] for a in page.select("a")} == {"signalbox.example"}
    assert "500" in html


@pytest.mark.parametrize(
    "address", ["/", "/lists", "/contacts", "/wallets", "/owners", "/search?q=shoes", "/views"]
)
def test_any_page_becomes_a_mail(session, mail, address):
    send(make_owner(), 400, 1_000)
    assert sent_now(make_report(address=address)).status == "sent"
    assert len(text_of(mail.mails[0]).splitlines()) > 6


def test_a_search_that_finds_one_record_sends_that(session, mail):
    make_owner(name="Unmistakable", low_balance_credits=12_345)
    sent_now(make_report(address="/search?q=Unmistakable"))
    assert "below 12,345 credits" in text_of(mail.mails[0])


def test_filters_that_are_not_applied_are_told_as_faults(session, mail):
    make_campaign(name="Morning")
    address = "/campaigns?owner=999&country=XX&status=bogus&since=2026-99-99"
    sent_now(make_report(address=address))
    text, html = text_of(mail.mails[0]), html_of(mail.mails[0])
    for field in ("Owner", "Country", "State"):
        assert f"! {field}: Choose one of those offered." in text
    assert "! From: Enter a day such as 2026-11-30." in text
    assert "status bogus (not applied)" in " ".join(text.split())
    assert "Owner: Choose one of those offered." in html


@pytest.mark.parametrize("page", ["", "/messages", "/why", "/unsubscribes"])
def test_a_mail_says_whose_campaign_it_is_of_and_which(session, mail, page):
    campaign = send(make_owner(name="Shoes & Co"), 400, 1_000, name="Autumn sale")
    sent_now(make_report(address=f"/owners/{campaign.owner_id}/campaigns/{campaign.id}{page}"))
    text, html = text_of(mail.mails[0]), html_of(mail.mails[0])
    assert "Shoes & Co › Campaigns" in text
    assert "Autumn sale" in text
    assert f'href="https://signalbox.example/owners/{campaign.owner_id}"' in html


def test_filters_are_told_in_the_words_of_the_page(session, mail):
    owner = make_owner(name="Café Aurora")
    campaign = make_campaign(owner)
    sent_now(make_report(address=f"/campaigns?q=&status=&owner={owner.id}&country=EU&sort=failing"))
    assert "Campaigns · owner Café Aurora · country European Union · sort failing" in text_of(mail.mails[0])
    messages = f"/owners/{owner.id}/campaigns/{campaign.id}/messages"
    sent_now(make_report(name="No code", address=f"{messages}?status=failed&error_code="))
    assert "Messages · status failed · error code none" in text_of(mail.mails[1])


def test_campaigns_to_compare_are_counted_where_the_filters_stand(session, mail):
    owner = make_owner()
    one, two = make_campaign(owner), make_campaign(owner)
    address = f"/campaigns/compare?of={owner.id}-{one.id}&of={owner.id}-{two.id}"
    sent_now(make_report(address=address))
    assert "Compare campaigns · 2 campaigns" in text_of(mail.mails[0]).splitlines()


def test_a_domain_of_other_letters_is_written_as_mail_servers_know_it(session, mail):
    sent_now(make_report(make_staff("manager", email="ada@bücher.example")))
    assert mail.mails[0]["To"].addresses[0].addr_spec == "ada@xn--bcher-kva.example"


# What the digest makes of the parts of a page.


def test_an_empty_table_says_so_in_words_that_do_not_run_together():
    told = read("<div class='empty-row'><strong>None is below normal.</strong>Look again.</div>")
    assert told.blocks[0].phrase.text == "None is below normal. Look again."


def test_long_heads_are_shortened_where_they_stand_before_each_cell():
    heads = f"<thead><tr><th>A</th><th>{'long ' * 40}</th></tr></thead>"
    told = read(f"<table>{heads}<tr><td>1</td><td>2</td></tr></table>")
    lines = "\n".join(plain_lines(told.blocks))
    assert "…: 2" in lines
    assert len(lines) < 80


def test_forms_menus_and_what_is_hidden_are_left_out():
    told = read(
        "<h1>Wallet</h1><p class='under-title'>Times in UTC.</p><div class='actions'>New</div>"
        "<section><div class='card-head'><h2>Adjust</h2></div>"
        "<form method='post'><p>Sure?</p></form></section>"
        "<section><div class='card-head'><h2>Balance</h2></div>"
        "<p>5 credits<span class='visually-hidden'>!</span></p></section>"
    )
    assert (told.title, told.under_title.text) == ("Wallet", "Times in UTC.")
    assert [block.title.text for block in told.blocks if isinstance(block, Heading)] == ["Balance"]
    assert [block.phrase.text for block in told.blocks if isinstance(block, Paragraph)] == ["5 credits"]


def test_the_answer_of_a_form_that_asks_stays():
    told = read(
        "<section><h2>At another time</h2><form method='get'><label>At</label><input name='at'>"
        "<div aria-live='polite'><p><strong>70 credits</strong> at noon.</p></div></form></section>"
    )
    assert told.blocks[1].phrase.text == "70 credits at noon."
    assert told.blocks[1].phrase.html == "<strong>70 credits</strong> at noon."


def test_figures_and_facts_keep_what_belongs_together():
    told = read(
        "<div class='figures'><div class='figure'><div class='label'>Failed</div>"
        "<a class='value' href='/m'>5 %</a><progress></progress><div class='note'>2 of 40</div></div></div>"
        "<dl><div><dt>Net</dt><dd>+5</dd></div></dl>"
    )
    figures, facts = told.blocks
    assert isinstance(figures, Figures)
    assert isinstance(facts, Facts)
    (figure,) = figures.figures
    assert (figure.label.text, figure.value.text, [n.text for n in figure.notes]) == (
        "Failed",
        "5 %",
        ["2 of 40"],
    )
    assert figure.value.html == "5 %"
    assert [(term.text, fact.text) for term, fact in facts.pairs] == [("Net", "+5")]


def test_tables_keep_their_columns_though_a_cell_stands_over_several():
    told = read(
        "<table><thead><tr><th>Age</th><th class='num'><a href='?sort=x'>Sent</a></th>"
        "<th class='num wide-only'>Failed</th><th>Normal</th>"
        "<th><span class='visually-hidden'>Change</span></th></tr></thead><tbody>"
        "<tr><td>+1 h</td><td>9</td><td>1</td><td>2 %</td><td><button>Change</button></td></tr>"
        "<tr><td>+24 h</td><td colspan='2'>Not yet</td><td>3 %</td><td></td></tr></tbody></table>"
    )
    (table,) = told.blocks
    assert isinstance(table, Table)
    assert [(c.head.text, c.head.html, c.is_number, c.is_minor) for c in table.columns] == [
        ("Age", "Age", False, False),
        ("Sent", "Sent", True, False),
        ("Failed", "Failed", True, True),
        ("Normal", "Normal", False, False),
    ]
    assert [[phrase.text for phrase in row] for row in table.rows] == [
        ["+1 h", "9", "1", "2 %"],
        ["+24 h", "Not yet", "", "3 %"],
    ]


def test_long_tables_are_cut_and_say_so_and_those_of_charts_come_last():
    table = "<table><tr><td>1</td></tr></table>"
    chart = f"<section><h2>By day</h2><details><summary>The same</summary>{table}</details></section>"
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(MOST_ROWS + 7))
    told = read(
        f"{chart}<table><tbody>{rows}</tbody></table><nav><a rel='next' href='?after=x'>Next</a></nav>"
    )
    (table,) = told.blocks
    assert (len(table.rows), table.left_out) == (MOST_ROWS, 7)
    assert told.has_more
    assert [type(block) for block in told.charts] == [Heading, Table]


def test_a_table_that_is_too_wide_for_a_mail_says_where_it_is():
    (told,) = read(f"<table><tr>{'<td>1</td>' * 25}</tr></table>").blocks
    assert told.phrase.text == "This table is too wide for a mail. See it on Signalbox."


def test_links_lead_to_us_and_nothing_comes_through_that_is_not_text():
    (told,) = read(
        "<p>See <a href='/lists?q=a&amp;b=1'>the <i onclick='x'>list</i></a>,"
        " <a href='javascript:alert(1)'>this</a>, <a href='?page=2'>more</a> &amp;"
        " <a href='#top'>top</a><!-- note --> &lt;b&gt;</p>"
    ).blocks
    assert told.phrase.text == "See the list, this, more & top <b>"
    assert told.phrase.html == (
        'See <a href="https://signalbox.example/lists?q=a&amp;b=1">the list</a>, this, '
        '<a href="https://signalbox.example/campaigns?page=2">more</a> &amp; top &lt;b&gt;'
    )


def test_long_words_may_be_broken_and_plain_text_stays_whole():
    address = "somebody.with.a.long.name@example.com"
    (told,) = read(f"<p>{address}</p>").blocks
    assert told.phrase.text == address
    assert "<wbr>" in told.phrase.html
