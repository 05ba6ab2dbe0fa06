"""A proposal is one request, for the difference as it is at the click, and a second person decides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from dashboard.audit.models import AuditEvent
from dashboard.core.db import db, utc_now
from dashboard.core.errors import DomainError
from dashboard.wallets.approvals.commands import approve_request, reject_request
from dashboard.wallets.approvals.models import AdjustmentRequest
from dashboard.wallets.models import CreditTransaction, ReasonCode
from dashboard.wallets.reconciliation import queries
from dashboard.wallets.reconciliation.commands import propose
from dashboard.wallets.reconciliation.queries import Kind
from tests.factories import PASSWORD, make_message, make_staff
from tests.wallets.reconciliation.scenes import enter, reverse, sent

PAGE = "/wallets/reconciliation"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def post(client, campaign, kind, credits, *, query="", **values):
    return client.post(
        f"/owners/{campaign.owner_id}/campaigns/{campaign.id}/proposals{query}",
        data={"kind": kind, "credits": credits},
        **values,
    )


def requests() -> list[AdjustmentRequest]:
    return list(db.session.scalars(select(AdjustmentRequest).order_by(AdjustmentRequest.id)))


def approve(request) -> None:
    approve_request(request.owner_id, request.id, password=PASSWORD, actor_id=make_staff("admin").id)


@pytest.mark.parametrize(
    ("kind", "scene", "change", "type_", "reason"),
    [
        ("undebited", {"delivered": 5, "debited": 2}, -3, "debit", "campaign"),
        ("overdebited", {"delivered": 5, "failed": 0, "debited": 9}, 4, "credit", "correction"),
        ("unrefunded", {"delivered": 5, "failed": 2, "debited": 7}, 2, "refund", "refund"),
    ],
)
def test_each_kind_is_proposed_and_gone_after_the_approval(
    client, sign_in, kind, scene, change, type_, reason
):
    person = sign_in("admin")
    campaign = sent(**scene)
    assert post(client, campaign, kind, abs(change)).location == PAGE
    [request] = requests()
    assert (request.change_credits, request.reason_code, request.campaign_id, request.requested_by) == (
        change,
        reason,
        campaign.id,
        person.id,
    )
    page = client.get(f"{PAGE}?kind={kind}").text
    assert "Another admin must approve this." in page
    link = f'href="/owners/{campaign.owner_id}/wallet/requests/{request.id}">Waiting for approval</a>'
    assert link in page
    assert "propose it" not in page

    approve(request)
    entry = db.session.scalars(select(CreditTransaction).order_by(CreditTransaction.id.desc())).first()
    assert (entry.type, entry.amount_credits, entry.campaign_id) == (type_, abs(change), campaign.id)
    assert queries.charge(campaign.owner_id, campaign.id).kinds == []
    assert campaign.name not in client.get(f"{PAGE}?kind={kind}").text


def test_even_one_credit_needs_a_second_person(client, sign_in):
    sign_in("admin")
    campaign = sent(delivered=1)
    post(client, campaign, "undebited", 1)
    assert [request.status for request in requests()] == ["pending"]
    assert db.session.scalar(select(func.count()).select_from(CreditTransaction)) == 1  # the purchase


def test_a_double_click_makes_one_request_and_one_audit_row(client, sign_in):
    sign_in("admin")
    campaign = sent(delivered=4)
    post(client, campaign, "undebited", 4)
    client.get(PAGE)
    post(client, campaign, "undebited", 4)
    assert "asked for already, and waits for another admin. Nothing was added." in client.get(PAGE).text
    assert len(requests()) == 1
    actions = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "wallet.request"))
    assert len(actions.all()) == 1


def test_eight_who_propose_at_once_make_one_request(app, committed):
    campaign = sent(delivered=4)
    owner_id, campaign_id = campaign.owner_id, campaign.id
    admins = [make_staff("admin").id for _ in range(8)]

    def click(actor_id: int) -> bool:
        with app.app_context():
            return propose(owner_id, campaign_id, Kind.UNDEBITED, seen_credits=4, actor_id=actor_id).is_repeat

    with ThreadPoolExecutor(8) as pool:
        repeats = list(pool.map(click, admins))
    assert sorted(repeats) == [False] + [True] * 7
    assert len(requests()) == 1


def test_a_difference_that_changed_is_refused_in_words_and_shown_as_it_is(client, sign_in):
    sign_in("admin")
    campaign = sent(delivered=4)
    make_message(campaign, status="delivered", segments=8)
    answer = post(client, campaign, "undebited", 4, headers=HTMX)
    assert "The difference is now 12 credits. Look again, then propose that." in answer.text
    assert "Short by 12 credits" in answer.text
    enter(campaign, -12)
    post(client, campaign, "undebited", 12)
    assert "The difference is gone: nothing is left to propose." in client.get(PAGE).text
    assert requests() == []


def test_while_a_request_waits_no_other_amount_is_asked_for(client, sign_in):
    person = sign_in("admin")
    campaign = sent(failed=2, debited=3)
    post(client, campaign, "unrefunded", 2)
    make_message(campaign, status="failed")
    again = propose(campaign.owner_id, campaign.id, Kind.UNREFUNDED, seen_credits=3, actor_id=person.id)
    assert again.is_repeat
    assert [request.change_credits for request in requests()] == [2]


@pytest.mark.parametrize("end", ["rejected", "expired"])
def test_after_a_rejection_or_expiry_it_can_be_proposed_again(client, sign_in, end):
    sign_in("admin")
    campaign = sent(failed=2, debited=2)
    post(client, campaign, "unrefunded", 2)
    [first] = requests()
    if end == "rejected":
        reject_request(first.owner_id, first.id, reason="Not yet", actor_id=make_staff("admin").id)
    else:
        db.session.execute(update(AdjustmentRequest).values(expires_at=utc_now() - timedelta(seconds=1)))
        db.session.commit()
    assert "Refund 2" in client.get(f"{PAGE}?kind=unrefunded").text
    post(client, campaign, "unrefunded", 2)
    assert len(requests()) == 2
    approve(requests()[1])
    assert queries.charge(campaign.owner_id, campaign.id).kinds == []


def test_before_it_is_final_nothing_is_refunded(client, sign_in):
    person = sign_in("admin")
    campaign = sent(failed=2, debited=3, finished_at=utc_now())
    make_message(campaign, status="sent")
    with pytest.raises(DomainError, match="nothing is left to propose"):
        propose(campaign.owner_id, campaign.id, Kind.UNREFUNDED, seen_credits=2, actor_id=person.id)


@pytest.mark.parametrize("role", ["support", "manager"])
def test_other_roles_see_the_differences_and_cannot_propose(client, sign_in, role):
    sign_in(role)
    campaign = sent(delivered=4)
    page = client.get(PAGE).text
    assert "Short by 4 credits" in page
    assert "4 segments, 0 debited" in page
    assert "propose it" not in page
    assert post(client, campaign, "undebited", 4).status_code == 403
    assert requests() == []
    actor = make_staff("admin")
    propose(campaign.owner_id, campaign.id, Kind.UNDEBITED, seen_credits=4, actor_id=actor.id)
    page = client.get(PAGE).text
    assert "Waiting for approval" in page
    assert "/wallet/requests/" not in page


def test_an_owners_view_stays_the_owners_after_a_proposal(client, sign_in):
    sign_in("admin")
    campaign, other = sent(delivered=4, name="First of all"), sent(delivered=5, name="Somebody else's")
    query = f"?kind=undebited&owner={campaign.owner_id}"
    page = client.get(PAGE + query).text
    assert "First of all" in page
    assert "Somebody else" not in page
    assert f"/campaigns/{campaign.id}/proposals?kind=undebited&amp;owner={campaign.owner_id}" in page
    block = post(client, campaign, "undebited", 4, query=query, headers=HTMX)
    assert block.text.strip().startswith('<div class="results" id="results">')
    assert "Waiting for approval" in block.text
    assert "Somebody else" not in block.text
    assert post(client, other, "undebited", 5, query=query).location == PAGE + query


@pytest.mark.parametrize(
    ("kind", "credits"),
    [
        ("", 4),
        ("everything", 4),
        ("undebited", ""),
        ("undebited", "٤"),
        ("undebited", "4e0"),
        ("undebited", "9" * 30),
        ("undebited", "-4"),
    ],
)
def test_a_form_that_was_tampered_with_asks_for_nothing(client, sign_in, kind, credits):
    sign_in("admin")
    campaign = sent(delivered=4)
    assert post(client, campaign, kind, credits).status_code == 303
    assert requests() == []


def test_a_campaign_of_another_owner_is_not_there(client, sign_in):
    sign_in("admin")
    campaign, other = sent(delivered=4), sent(delivered=4)
    answer = client.post(
        f"/owners/{other.owner_id}/campaigns/{campaign.id}/proposals",
        data={"kind": "undebited", "credits": 4},
    )
    assert answer.status_code == 404


def test_the_page_opens_on_the_first_kind_that_there_is(client, sign_in):
    sign_in("support")
    assert "Every campaign&#39;s messages are paid for." in client.get(PAGE).text
    sent(failed=2, debited=2)
    assert "2 credits not given back" in client.get(PAGE).text
    assert client.get(f"{PAGE}?kind=nonsense&owner=x&after=y").status_code == 200


def test_a_campaigns_page_says_what_it_cost_and_how_it_differs(client, sign_in):
    sign_in("support")
    campaign = sent(delivered=5, failed=2, debited=7)
    page = client.get(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}").text
    assert "7, a credit for each segment" in page
    assert "2 credits not given back: 2 segments failed, 0 refunded." in page
    assert f'href="{PAGE}?kind=unrefunded&amp;owner={campaign.owner_id}"' in page
    enter(campaign, 2, ReasonCode.REFUND)
    page = client.get(f"/owners/{campaign.owner_id}/campaigns/{campaign.id}").text
    assert "not given back" not in page


def test_a_proposal_whose_difference_was_settled_meanwhile_is_not_approved(client, sign_in):
    sign_in("admin")
    campaign = sent(delivered=5, failed=2, debited=7)
    post(client, campaign, "unrefunded", 2)
    [request] = requests()
    refund = enter(campaign, 2, ReasonCode.REFUND)
    with pytest.raises(DomainError, match="difference is 0 credits by now"):
        approve(request)
    reverse(campaign, refund)
    approve(request)
    assert queries.charge(campaign.owner_id, campaign.id).refunded_credits == 2
