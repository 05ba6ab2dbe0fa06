"""Why a contact did not get a campaign: each outcome, with its evidence and what to do."""

from datetime import timedelta
from uuid import uuid4

import pytest

from dashboard.contacts.models import Suppression
from dashboard.contacts.suppression import phone_hash
from dashboard.contacts.why.answers import answer
from dashboard.contacts.why.checks import Outcome, Step
from dashboard.contacts.why.queries import facts
from dashboard.core.db import utc_now
from dashboard.lists.models import ListMembership
from dashboard.wallets.commands import Movement, write_entry
from dashboard.wallets.models import ReasonCode
from tests.contacts.histories import add, consent, edit, membership, skip
from tests.factories import (
    NOON,
    make_campaign,
    make_contact,
    make_list,
    make_message,
    make_owner,
    make_wallet,
)

DAY = timedelta(days=1)
PASSED, STOPPED, NOT_REACHED, UNKNOWN = Outcome
STEPS = list(Step)


class Scene:
    """A contact who was subscribed and on the list before the campaign was queued, and its owner's wallet."""

    def __init__(self) -> None:
        self.owner = make_owner(name="Café Aurora")
        self.contact = make_contact(self.owner, phone="+306984303406", created_at=NOON - 30 * DAY)
        self.list = make_list(self.owner, name="VIP")
        self.joined = membership(self.contact, NOON - 20 * DAY, self.list.id, "added")
        self.opted_in = consent(self.contact, NOON - 20 * DAY, True, source="import")

    def campaign(self, **values):
        return make_campaign(self.owner, **({"name": "Black Friday", "list_id": self.list.id} | values))

    def ask(self, campaign):
        found = answer(facts(self.owner.id, self.contact.id, campaign.id))
        assert [check.step for check in found.checks] == STEPS
        return found


@pytest.fixture
def scene(session):
    return Scene()


def outcomes(found) -> list[Outcome]:
    return [check.outcome for check in found.checks]


def the(found, step: Step):
    return found.checks[STEPS.index(step)]


def stopped_at(found, step: Step) -> bool:
    """Whether it stopped there and nowhere else, with words, advice and evidence."""
    here = the(found, step)
    after = found.checks[STEPS.index(step) + 1 :]
    return (
        [check.step for check in found.checks if check.outcome is STOPPED] == [step]
        and all(check.outcome is NOT_REACHED for check in after)
        and bool(here.sentence and here.advice)
    )


def test_who_got_it_passed_every_check(scene):
    campaign = scene.campaign()
    make_wallet(scene.owner, balance_credits=100)
    write_entry(Movement(scene.owner.id, -3, ReasonCode.CAMPAIGN, uuid4(), None, campaign_id=campaign.id))
    message = make_message(campaign, scene.contact, created_at=NOON)
    found = scene.ask(campaign)
    assert outcomes(found) == [PASSED] * 8
    assert found.got_it
    assert found.sentence == "They got it: the message was delivered."
    evidence = {one.event or one.endpoint for check in found.checks for one in check.evidence}
    assert evidence >= {
        f"list-{scene.joined.id}",
        f"consent-{scene.opted_in.id}",
        f"message-{message.id}",
        "wallet_entries.show",
    }
    assert "3 credits" in the(found, Step.CREDITS).sentence


def test_who_was_never_on_the_list(scene):
    found = scene.ask(scene.campaign(list_id=make_list(scene.owner, name="Others").id))
    assert stopped_at(found, Step.AUDIENCE)
    assert found.sentence == "They did not get it. They were not on the list “Others”."
    assert found.got_it is False


def test_who_left_the_list_before_and_who_joined_it_after(scene):
    left = membership(scene.contact, NOON - DAY, scene.list.id, "removed")
    found = scene.ask(scene.campaign())
    assert stopped_at(found, Step.AUDIENCE)
    assert the(found, Step.AUDIENCE).evidence[0].event == f"list-{left.id}"
    membership(scene.contact, NOON + DAY, scene.list.id, "added")
    found = scene.ask(scene.campaign())
    assert stopped_at(found, Step.AUDIENCE)
    assert "added later" in the(found, Step.AUDIENCE).advice


def test_a_membership_from_before_the_history_is_not_known(scene):
    others = make_list(scene.owner)
    membership(scene.contact, NOON + DAY, others.id, "removed")
    found = scene.ask(scene.campaign(list_id=others.id))
    assert the(found, Step.AUDIENCE).outcome is UNKNOWN


@pytest.mark.parametrize(("days", "outcome"), [(-1, PASSED), (1, STOPPED)])
def test_a_membership_without_events_counts_from_its_own_time(scene, days, outcome):
    others = make_list(scene.owner)
    add(
        ListMembership(
            owner_id=scene.owner.id,
            list_id=others.id,
            contact_id=scene.contact.id,
            created_at=NOON + days * DAY,
        )
    )
    assert the(scene.ask(scene.campaign(list_id=others.id)), Step.AUDIENCE).outcome is outcome


def test_who_had_opted_out_by_then(scene):
    out = consent(scene.contact, NOON - DAY, False, source="stop_keyword", reason="ΣΤΟΠ")
    found = scene.ask(scene.campaign())
    assert stopped_at(found, Step.SUBSCRIBED)
    here = the(found, Step.SUBSCRIBED)
    assert here.sentence == "They were unsubscribed by stop keyword: “ΣΤΟΠ”."
    assert here.evidence[0].event == f"consent-{out.id}"
    # Who opted in or out later was not so when the campaign was queued.
    consent(scene.contact, NOON + DAY, True)
    assert stopped_at(scene.ask(scene.campaign()), Step.SUBSCRIBED)


def test_an_opt_out_after_it_was_queued_did_not_stop_it(scene):
    consent(scene.contact, NOON + DAY, False)
    found = scene.ask(scene.campaign())
    assert the(found, Step.SUBSCRIBED).outcome is PASSED


def test_a_history_that_does_not_reach_back_is_not_known(session):
    contact = make_contact()
    on = make_list(members=[contact])
    membership(contact, NOON - DAY, on.id, "added")
    consent(contact, NOON + DAY, True)
    campaign = make_campaign(owner_id=contact.owner_id, list_id=on.id)
    found = answer(facts(contact.owner_id, contact.id, campaign.id))
    assert the(found, Step.SUBSCRIBED).outcome is UNKNOWN
    assert "begins later" in the(found, Step.SUBSCRIBED).sentence


@pytest.mark.parametrize(
    ("reason_code", "step", "words"),
    [
        ("not_subscribed", Step.SUBSCRIBED, "not subscribed"),
        ("suppressed", Step.SUPPRESSED, "the number was suppressed"),
        ("invalid_number", Step.NUMBER, "the number was not valid"),
        ("no_credits", Step.CREDITS, "the wallet held too few credits"),
        ("over_the_limit", Step.QUEUED, "over the limit"),
    ],
)
def test_who_the_campaign_left_out_is_told_its_reason(scene, reason_code, step, words):
    campaign = scene.campaign()
    skip(scene.contact, NOON, campaign.id, reason_code)
    make_wallet(scene.owner, balance_credits=100)
    found = scene.ask(campaign)
    assert stopped_at(found, step)
    assert found.sentence == f"They did not get it. The campaign left them out: {words}."
    assert the(found, step).evidence[0].event == f"skip-{campaign.id}"
    assert the(found, Step.AUDIENCE).outcome is PASSED


def test_a_skip_for_suppression_of_who_had_also_opted_out_shows_both(scene):
    campaign = scene.campaign()
    consent(scene.contact, NOON - DAY, False)
    skip(scene.contact, NOON, campaign.id, "suppressed")
    found = scene.ask(campaign)
    assert outcomes(found)[:4] == [PASSED, STOPPED, STOPPED, NOT_REACHED]
    assert "the number was suppressed" in found.sentence


@pytest.mark.parametrize(("days", "is_stopped"), [(-1, True), (1, False)])
def test_a_suppressed_number(scene, days, is_stopped):
    owner_id, phone = scene.owner.id, scene.contact.phone
    add(Suppression(owner_id=owner_id, phone_hash=phone_hash(owner_id, phone), since=NOON + days * DAY))
    assert stopped_at(scene.ask(scene.campaign()), Step.SUPPRESSED) is is_stopped


def test_a_number_that_is_none_also_where_it_was_corrected_since(scene):
    edit(scene.contact, NOON + DAY, {"phone": "+301234567"}, {"phone": scene.contact.phone})
    found = scene.ask(scene.campaign())
    assert stopped_at(found, Step.NUMBER)
    assert "is not a number that its country gives out" in found.sentence
    edit(scene.contact, NOON + 2 * DAY, {"phone": "+301111111"}, {"phone": scene.contact.phone})
    assert the(scene.ask(scene.campaign(started_at=NOON + DAY * 3)), Step.NUMBER).outcome is PASSED


def test_an_empty_wallet_stops_it_and_an_unknown_one_does_not(scene):
    assert the(scene.ask(scene.campaign()), Step.CREDITS).outcome is UNKNOWN
    make_wallet(scene.owner, balance_credits=5)
    write_entry(Movement(scene.owner.id, -5, ReasonCode.CORRECTION, uuid4(), None))
    found = scene.ask(scene.campaign(started_at=utc_now()))
    assert stopped_at(found, Step.CREDITS)
    assert "The wallet held no credits." in found.sentence


def test_no_message_and_no_reason_is_said_openly(scene):
    found = scene.ask(scene.campaign())
    assert stopped_at(found, Step.QUEUED)
    assert "was not written down" in found.sentence


@pytest.mark.parametrize(("status", "word"), [("sending", "still being sent"), ("paused", "is paused")])
def test_a_campaign_under_way_may_still_come(scene, status, word):
    found = scene.ask(scene.campaign(status=status))
    assert the(found, Step.QUEUED).outcome is UNKNOWN
    assert word in the(found, Step.QUEUED).sentence
    assert found.got_it is None
    assert found.sentence == "They did not get it so far."


def test_a_message_that_waits_to_be_handed_over(scene):
    campaign = scene.campaign(status="paused")
    make_message(campaign, scene.contact, "queued")
    found = scene.ask(campaign)
    assert outcomes(found)[5:] == [PASSED, NOT_REACHED, NOT_REACHED]
    assert "on its way" in found.sentence
    assert "paused" in the(found, Step.ACCEPTED).advice


def test_a_message_that_the_provider_did_not_take(scene):
    campaign = scene.campaign()
    make_message(campaign, scene.contact, "failed", sent_at=None, error_code="0x0000000b")
    found = scene.ask(campaign)
    assert stopped_at(found, Step.ACCEPTED)
    assert found.sentence == "They did not get it. The number is not valid (code 0x0000000b)."


@pytest.mark.parametrize(
    ("error_code", "words", "advice"),
    [
        ("27", "The handset was off or out of reach (code 27).", "Try again later"),
        ("1", "The number does not exist (code 1).", "Take the number off the lists"),
        (None, "The provider gave no reason.", "Ask the provider"),
        ("zz", "The message failed (code zz).", "Ask the provider what this code means."),
    ],
)
def test_a_message_that_failed_says_why_and_what_to_do(scene, error_code, words, advice):
    campaign = scene.campaign()
    make_message(campaign, scene.contact, "failed", error_code=error_code)
    found = scene.ask(campaign)
    assert stopped_at(found, Step.DELIVERED)
    assert found.sentence == f"They did not get it. {words}"
    assert advice in the(found, Step.DELIVERED).advice


@pytest.mark.parametrize(("hours", "words"), [(1, "no final receipt yet"), (73, "within 72 hours")])
def test_a_message_without_a_receipt(scene, hours, words):
    campaign = scene.campaign()
    make_message(campaign, scene.contact, "sent", sent_at=utc_now() - timedelta(hours=hours))
    found = scene.ask(campaign)
    assert the(found, Step.DELIVERED).outcome is UNKNOWN
    assert words in the(found, Step.DELIVERED).sentence
    assert found.got_it is None


def test_a_message_outweighs_a_history_that_speaks_against_it(scene):
    campaign = scene.campaign(list_id=make_list(scene.owner).id)
    consent(scene.contact, NOON - DAY, False)
    make_message(campaign, scene.contact, created_at=NOON)
    found = scene.ask(campaign)
    assert outcomes(found) == [PASSED] * 8
    assert "A message was queued all the same." in the(found, Step.SUBSCRIBED).sentence


def test_of_two_messages_the_one_that_arrived_counts(scene):
    campaign = scene.campaign()
    make_message(campaign, scene.contact, "delivered")
    make_message(campaign, scene.contact, "failed")
    assert scene.ask(campaign).got_it


@pytest.mark.parametrize(
    ("status", "outcome"), [("completed", STOPPED), ("sending", UNKNOWN), ("failed", STOPPED)]
)
def test_a_campaign_without_a_list(scene, status, outcome):
    found = scene.ask(scene.campaign(list_id=None, status=status))
    assert the(found, Step.AUDIENCE).outcome is outcome
    assert "chosen one by one" in the(found, Step.AUDIENCE).sentence
    campaign = scene.campaign(list_id=None, status=status)
    make_message(campaign, scene.contact)
    assert the(scene.ask(campaign), Step.AUDIENCE).outcome is PASSED


def test_a_campaign_to_come_is_checked_as_things_stand(scene):
    make_wallet(scene.owner, balance_credits=100)
    campaign = scene.campaign(status="scheduled", started_at=None, scheduled_at=utc_now() + DAY)
    found = scene.ask(campaign)
    assert found.sentence == "It was not sent yet. They would get it as things stand."
    assert outcomes(found) == [PASSED] * 5 + [NOT_REACHED] * 3
    consent(scene.contact, utc_now(), False, reason="Asked by phone")
    found = scene.ask(campaign)
    assert found.sentence.startswith("It was not sent yet. As things stand they would not get it.")
    assert stopped_at(found, Step.SUBSCRIBED)
    assert found.got_it is None


def test_a_draft_has_no_audience_yet(scene):
    make_wallet(scene.owner, balance_credits=100)
    found = scene.ask(scene.campaign(status="draft", started_at=None, list_id=None))
    assert the(found, Step.AUDIENCE).outcome is UNKNOWN
    assert found.sentence == "It was not sent yet. Whether they would get it cannot be told."


# The pages


def address(contact, query="") -> str:
    return f"/owners/{contact.owner_id}/contacts/{contact.id}/why-not?{query}"


def test_the_page_says_each_outcome_in_words_and_links_its_evidence(client, sign_in):
    sign_in("support")
    scene = Scene()
    campaign = scene.campaign()
    out = consent(scene.contact, NOON - DAY, False, source="stop_keyword", reason="STOP")
    page = client.get(address(scene.contact, f"campaign={campaign.id}")).text
    for word in ("Passed", "Stopped here", "Not reached", "What to do now:"):
        assert word in page
    evidence = f"/owners/{scene.owner.id}/contacts/{scene.contact.id}?day=2026-11-19&amp;time=14:00"
    assert f'href="{evidence}#consent-{out.id}"' in page
    timeline = client.get(evidence.replace("&amp;", "&")).text
    assert f'id="consent-{out.id}"' in timeline


def test_a_name_that_one_campaign_has_leads_straight_to_it(client, sign_in):
    sign_in("support")
    scene = Scene()
    campaign = scene.campaign()
    make_campaign(scene.owner, name="Easter")
    make_campaign(name="Black Friday")  # of somebody else
    answer = client.get(address(scene.contact, "q=blàck"))
    assert answer.status_code == 303
    assert answer.location.endswith(f"why-not?campaign={campaign.id}")


def test_of_several_one_chooses_and_none_is_said(client, sign_in):
    sign_in("support")
    scene = Scene()
    first, second = scene.campaign(), scene.campaign(name="Black Friday 2")
    page = client.get(address(scene.contact, "q=friday")).text
    assert f"campaign={first.id}" in page
    assert f"campaign={second.id}" in page
    assert "No campaign of this owner has such a name." in client.get(address(scene.contact, "q=zz")).text
    assert "no campaigns yet" in client.get(address(make_contact())).text


def test_the_contacts_page_offers_the_latest_campaigns_that_have_been(client, sign_in):
    sign_in("support")
    scene = Scene()
    campaign = scene.campaign()
    to_come = scene.campaign(started_at=None, scheduled_at=utc_now() + DAY, status="scheduled")
    page = client.get(f"/owners/{scene.owner.id}/contacts/{scene.contact.id}").text
    assert f"why-not?campaign={campaign.id}" in page
    assert f"why-not?campaign={to_come.id}" not in page


def test_a_campaign_that_the_owner_has_not_is_a_404(client, sign_in):
    sign_in("support")
    for number in (987654321, make_campaign().id):
        assert client.get(address(make_contact(), f"campaign={number}")).status_code == 404


@pytest.mark.parametrize("campaign", ["x", "-1", "٣", "9" * 30])
def test_a_campaign_that_is_no_number_asks_again(client, sign_in, campaign):
    sign_in("support")
    assert client.get(address(make_contact(), f"campaign={campaign}")).status_code == 200


def test_a_campaigns_message_list_asks_why(client, sign_in):
    sign_in("support")
    scene = Scene()
    campaign = scene.campaign()
    make_message(campaign, scene.contact, "failed")
    page = client.get(f"/owners/{scene.owner.id}/campaigns/{campaign.id}/messages").text
    assert f"/contacts/{scene.contact.id}/why-not?campaign={campaign.id}" in page
