from zoneinfo import ZoneInfo

from dashboard.core.db import utc_now
from tests.factories import make_wallet
from tests.wallets.paper import adjust


def test_the_ledger_filters_by_type_and_by_the_owners_days(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=100).owner_id
    adjust(client, owner_id, "-1", note="The debit")
    url = f"/owners/{owner_id}/wallet"
    assert "The debit" in client.get(url + "?type=debit").text
    assert "The debit" not in client.get(url + "?type=credit").text
    assert "No entry fits these filters." in client.get(url + "?until=2001-01-01").text
    today = utc_now().astimezone(ZoneInfo("Europe/Athens")).date()
    assert "The debit" in client.get(f"{url}?since={today}&until={today}").text
    assert client.get(url + "?type=nonsense&since=31.12.2026").status_code == 200


def test_filtering_the_ledger_changes_its_entries_alone(client, sign_in):
    sign_in("admin")
    owner_id = make_wallet(balance_credits=9).owner_id
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    block = client.get(f"/owners/{owner_id}/wallet?type=credit", headers=headers).text
    assert block.strip().startswith('<section class="card" id="ledger"')
    assert 'id="balance"' not in block
