"""The filters of the ledger's page."""

import re
from html import unescape

import pytest

from tests.factories import make_campaign, make_owner, make_staff, make_wallet
from tests.wallets.ledgers import at, make_ledger


@pytest.fixture
def ledger(session) -> dict[str, int]:
    """Entries that differ in everything; the numbers of their owner, campaigns and staff."""
    owner, ada = make_owner(), make_staff(name="Ada")
    sale, spring = make_campaign(owner, name="Black Friday sale"), make_campaign(owner, name="Spring")
    make_ledger(
        [
            {"change": 1_000, "reason_code": "purchase", "note": "Card 4711",
             "created_at": at("2026-01-31T21:59:59+00:00")},
            {"change": -300, "reason_code": "campaign", "campaign_id": sale.id,
             "created_at": at("2026-01-31T22:00:00+00:00")},
            {"change": 20, "type": "refund", "reason_code": "refund", "campaign_id": sale.id},
            {"change": -200, "reason_code": "campaign", "campaign_id": spring.id},
            {"change": 50, "reason_code": "goodwill", "staff_id": ada.id, "note": "Για τη ζημιά"},
        ],
        owner,
    )  # fmt: skip
    return {"owner": owner.id, "sale": sale.id, "ada": ada.id}


def shown(client, ledger, **asked):
    """The numbers of the entries on the page."""
    page = client.get(f"/owners/{ledger['owner']}/wallet", query_string=asked)
    assert page.status_code == 200
    return [
        int(number) for number in re.findall(r'<td class="num wide-only"><a [^>]+>([0-9]+)</a>', page.text)
    ]


@pytest.mark.parametrize(
    ("asked", "entries"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"type": "debit"}, [4, 2]),
        ({"reason": "goodwill"}, [5]),
        ({"until": "2026-01-31"}, [1]),  # the day in Athens
        ({"since": "2026-02-01"}, [5, 4, 3, 2]),
        ({"campaign_name": "friday BLACK"}, [3, 2]),
        ({"words": "ζημια"}, [5]),
        ({"words": "4711 card"}, [1]),
        ({"words": "card %"}, []),
        ({"least": "200"}, [4, 2, 1]),
        ({"least": "50", "most": "1 000"}, [5, 4, 2, 1]),
        ({"most": "1,000", "type": "credit"}, [5, 1]),
        ({"type": "refund", "campaign_name": "sale"}, [3]),
    ],
)
def test_filters_narrow_the_ledger(client, sign_in, ledger, asked, entries):
    sign_in("support")
    assert shown(client, ledger, **asked) == entries


def test_by_whom_is_a_choice_of_those_who_wrote(client, sign_in, ledger):
    sign_in("support")
    assert shown(client, ledger, staff=ledger["ada"]) == [5]
    page = client.get(f"/owners/{ledger['owner']}/wallet").text
    choice = re.search(r'<select[^>]*name="staff".*?</select>', page, re.S)[0]
    assert re.findall(r'<option[^>]*value="([^"]*)"', choice) == ["", str(ledger["ada"])]


def test_a_campaign_by_its_number_is_named_and_can_be_taken_off(client, sign_in, ledger):
    sign_in("support")
    assert shown(client, ledger, campaign=ledger["sale"]) == [3, 2]
    page = client.get(f"/owners/{ledger['owner']}/wallet?campaign={ledger['sale']}&type=debit").text
    assert "Black Friday sale</a>" in re.search(r'<p class="chosen">.*?</p>', page, re.S)[0]
    assert f'<a href="/owners/{ledger["owner"]}/wallet?type=debit">All campaigns</a>' in page
    assert f'<input type="hidden" name="campaign" value="{ledger["sale"]}">' in page


@pytest.mark.parametrize("number", ["x", "-1", "٣", "9" * 30, "", "9223372036854775808"])
def test_what_is_no_campaigns_number_filters_nothing(client, sign_in, ledger, number):
    sign_in("support")
    assert shown(client, ledger, campaign=number) == [5, 4, 3, 2, 1]


def test_another_owners_campaign_has_no_entries_and_no_name(client, sign_in, ledger):
    sign_in("support")
    other = make_campaign(make_owner(), name="Secret")
    page = client.get(f"/owners/{ledger['owner']}/wallet?campaign={other.id}").text
    assert "No entry fits these filters." in page
    assert "Secret" not in page


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"since": "31.12.2026"}, "Enter a day such as 2026-11-30."),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "To is earlier than From. Choose a later day."),
        ({"least": "abc"}, "Enter a whole number without a sign, such as 500."),
        ({"least": "-5"}, "Enter a whole number without a sign, such as 500."),
        ({"most": "1.5"}, "Enter a whole number without a sign, such as 500."),
        ({"most": "٣"}, "Enter a whole number without a sign, such as 500."),
        ({"most": "99999999999999999"}, "No entry is that large. Enter a smaller number."),
        ({"least": "5", "most": "4"}, "This is below the other. Enter a larger number."),
        ({"type": "nonsense"}, "Choose one of those offered."),
        ({"staff": "987654"}, "Choose one of those offered."),
        ({"words": "x" * 201}, "Use at most 200 characters."),
    ],
)
def test_what_does_not_fit_gets_a_sentence_and_stays(client, sign_in, ledger, asked, sentence):
    sign_in("support")
    page = client.get(f"/owners/{ledger['owner']}/wallet", query_string=asked).text
    assert [unescape(text) for text in re.findall(r'field-errors".*?<li>(.*?)</li>', page)] == [sentence]
    for name, value in asked.items():
        if name not in ("type", "staff"):
            assert f'value="{value}"' in page
    # The sentence arrives with htmx too.
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert sentence in unescape(
        client.get(f"/owners/{ledger['owner']}/wallet", query_string=asked, headers=headers).text
    )


def test_the_totals_are_those_of_what_is_filtered(client, sign_in, ledger):
    sign_in("support")

    def totals(**asked):
        page = client.get(f"/owners/{ledger['owner']}/wallet", query_string=asked).text
        return re.findall(
            r"<dt>(\w+)</dt><dd>([^<]+)</dd>", re.search(r'<dl class="totals".*?</dl>', page, re.S)[0]
        )

    names = ["Entries", "Credits", "Refunds", "Debits", "Net"]
    assert totals() == list(zip(names, ["5", "1,050", "20", "500", "+570"], strict=True))
    assert totals(type="debit") == list(zip(names, ["2", "0", "0", "500", "−500"], strict=True))
    assert totals(until="2026-01-31") == list(zip(names, ["1", "1,000", "0", "0", "+1,000"], strict=True))
    assert totals(campaign=ledger["sale"]) == list(zip(names, ["2", "0", "20", "300", "−280"], strict=True))


def test_too_many_for_totals_says_what_to_do(client, sign_in, ledger, monkeypatch):
    monkeypatch.setattr("dashboard.wallets.ledger.totals.MOST_ENTRIES", 2)
    sign_in("support")
    page = client.get(f"/owners/{ledger['owner']}/wallet?least=1").text
    assert "Narrow the filters to see their totals." in page


def test_the_less_usual_filters_are_folded_unless_one_is_set(client, sign_in, ledger):
    sign_in("support")

    def is_open(**asked):
        page = client.get(f"/owners/{ledger['owner']}/wallet", query_string=asked).text
        return " open>" in re.search(r'<details class="fold more-filters"[^>]*>', page)[0]

    assert not is_open()
    assert not is_open(type="debit")
    assert is_open(least="5")
    assert is_open(most="wrong")


def test_links_keep_the_filters(client, sign_in, ledger):
    sign_in("support")
    path = f"/owners/{ledger['owner']}/wallet"
    page = unescape(
        client.get(path + "?type=debit&since=2026-01-01&until=2026-02-28&at=2026-01-01T00:00&after=x").text
    )
    assert f"{path}/entries.csv?type=debit&since=2026-01-01&until=2026-02-28" in page
    assert f"{path}/statement?since=2026-01-01&until=2026-02-28" in page
    assert f'"{path}/statement"' in client.get(path + "?since=2026-01-01").text


def test_words_that_no_index_serves_are_refused_at_the_field(client, sign_in):
    sign_in("support")
    owner_id = make_wallet(balance_credits=9).owner_id
    for field in ("words", "campaign_name"):
        page = client.get(f"/owners/{owner_id}/wallet?{field}=a+bc").text
        assert "Type a word of at least three characters." in page
        assert 'value="a bc"' in page
        assert "at least three" not in client.get(f"/owners/{owner_id}/wallet?{field}=a+bcd").text
