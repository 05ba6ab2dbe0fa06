"""Why a contact did not get a campaign: each outcome, with its evidence and what to do."""

import re
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
from tests.contacts.histories import add, consent, edit, membership, note, skip
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
PASSED, STOPPED, IN_THE_WAY, NOT_REACHED, UNKNOWN = Outcome
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


ADD = "Add them to the list, if they want such messages, so that they are among the next ones."


def on_it(on, contact, at) -> None:
    add(ListMembership(owner_id=on.owner_id, list_id=on.id, contact_id=contact.id, created_at=at))


def opt_out(contact, at) -> None:
    """By STOP, as it stands in all three places."""
    contact.is_subscribed, contact.unsubscribed_at = False, at
    consent(contact, at, False, source="stop_keyword", reason="STOP")
    hashed = phone_hash(contact.owner_id, contact.phone)
    add(Suppression(owner_id=contact.owner_id, phone_hash=hashed, since=at))


def outcomes(found) -> list[Outcome]:
    return [check.outcome for check in found.checks]


def the(found, step: Step):
    return found.checks[STEPS.index(step)]


def stopped_at(found, step: Step) -> bool:
    """Whether it stopped there and nowhere else, with words and advice, and nothing was sent after it."""
    here = the(found, step)
    sending = found.checks[max(STEPS.index(step) + 1, STEPS.index(Step.QUEUED)) :]
    return (
        [check.step for check in found.checks if check.outcome is STOPPED] == [step]
        and all(check.outcome is NOT_REACHED for check in sending)
        and found.advice == here.advice
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
    assert found.advice == ADD
    membership(scene.contact, NOON + DAY, scene.list.id, "added")
    on_it(scene.list, scene.contact, NOON + DAY)
    found = scene.ask(scene.campaign())
    assert stopped_at(found, Step.AUDIENCE)
    assert found.advice == "Nothing: they are on the list now, and among the next ones."


def test_who_joined_later_and_left_again_is_not_among_the_next(scene):
    others = make_list(scene.owner)
    membership(scene.contact, NOON + DAY, others.id, "added")
    membership(scene.contact, NOON + DAY * 1.5, others.id, "removed")
    assert scene.ask(scene.campaign(list_id=others.id)).advice == ADD


@pytest.mark.parametrize("is_on_it", [True, False])
@pytest.mark.parametrize("started_at", [NOON, None])
def test_who_opted_out_is_advised_nothing_else_and_that_is_seen(scene, is_on_it, started_at):
    others = make_list(scene.owner, name="Others")
    if is_on_it and started_at:
        membership(scene.contact, NOON + DAY, others.id, "added")
        on_it(others, scene.contact, NOON + DAY)
    opt_out(scene.contact, NOON - DAY)
    status = "completed" if started_at else "draft"
    found = scene.ask(scene.campaign(list_id=others.id, started_at=started_at, status=status))
    assert stopped_at(found, Step.AUDIENCE)
    assert found.advice.startswith("They have opted out. Subscribe them again only when they ask")
    assert the(found, Step.SUBSCRIBED).outcome is IN_THE_WAY
    assert the(found, Step.SUPPRESSED).outcome is IN_THE_WAY
    assert "suppressed" in the(found, Step.SUPPRESSED).sentence


def test_who_had_opted_out_and_is_back_is_among_the_next(scene):
    on_it(scene.list, scene.contact, NOON - 20 * DAY)
    consent(scene.contact, NOON - DAY, False)
    consent(scene.contact, NOON + DAY, True)
    found = scene.ask(scene.campaign())
    assert stopped_at(found, Step.SUBSCRIBED)
    assert found.advice == "Nothing: they are on the list now, and among the next ones."


def test_a_membership_from_before_the_history_is_not_known(scene):
    others = make_list(scene.owner)
    membership(scene.contact, NOON + DAY, others.id, "removed")
    found = scene.ask(scene.campaign(list_id=others.id))
    assert the(found, Step.AUDIENCE).outcome is UNKNOWN


@pytest.mark.parametrize(("days", "outcome"), [(-1, PASSED), (1, STOPPED)])
def test_a_membership_without_events_counts_from_its_own_time(scene, days, outcome):
    others = make_list(scene.owner)
    on_it(others, scene.contact, NOON + days * DAY)
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
    assert outcomes(found)[:4] == [PASSED, IN_THE_WAY, STOPPED, PASSED]
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


@pytest.mark.parametrize(
    ("status", "sentence", "advice"),
    [
        ("sending", "It is on its way: the message waits to be handed to the provider.", None),
        (
            "paused",
            "They did not get it so far: the message waits, since the campaign is paused.",
            "The campaign is paused. Ask a manager to go on with it.",
        ),
        ("scheduled", "They did not get it so far: the message waits for the campaign to start.", None),
    ],
)
def test_a_message_that_waits_to_be_handed_over(scene, status, sentence, advice):
    campaign = scene.campaign(status=status)
    make_message(campaign, scene.contact, "queued")
    found = scene.ask(campaign)
    assert outcomes(found)[5:] == [PASSED, NOT_REACHED, NOT_REACHED]
    assert (found.sentence, found.advice, found.got_it) == (sentence, advice, None)


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_a_message_that_an_ended_campaign_left_in_the_queue_is_not_on_its_way(scene, status):
    campaign = scene.campaign(status=status)
    make_message(campaign, scene.contact, "queued")
    found = scene.ask(campaign)
    assert stopped_at(found, Step.ACCEPTED)
    assert found.sentence == "They did not get it. The campaign ended without handing the message over."
    assert found.got_it is False


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
    found = scene.ask(campaign)
    assert found.got_it
    assert the(found, Step.QUEUED).sentence.startswith("2 messages to them were queued.")


@pytest.mark.parametrize("further", ["sent", "queued"])
def test_a_message_that_failed_does_not_hide_an_earlier_one_whose_fate_is_open(scene, further):
    campaign = scene.campaign(status="sending")
    make_message(campaign, scene.contact, further)
    make_message(campaign, scene.contact, "failed")
    assert scene.ask(campaign).got_it is None


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
    to_come = {"status": "scheduled", "started_at": None, "scheduled_at": utc_now() + DAY}
    campaign = scene.campaign(message_text="Hello", **to_come)
    found = scene.ask(campaign)
    assert found.sentence == "It was not sent yet. They would get it as things stand."
    assert outcomes(found) == [PASSED] * 5 + [NOT_REACHED] * 3
    consent(scene.contact, utc_now(), False, reason="Asked by phone")
    found = scene.ask(campaign)
    assert found.sentence.startswith("It was not sent yet. As things stand they would not get it.")
    assert stopped_at(found, Step.SUBSCRIBED)
    assert found.got_it is None


@pytest.mark.parametrize("balance", [2, 3])
def test_a_campaign_to_come_needs_what_its_whole_audience_costs(scene, balance):
    make_wallet(scene.owner, balance_credits=balance)
    # Three are subscribed; one is not, and is not paid for.
    others = make_list(scene.owner, members=[scene.contact, *(make_contact(scene.owner) for _ in "ab")])
    on_it(others, make_contact(scene.owner, is_subscribed=False), NOON)
    membership(scene.contact, NOON, others.id, "added")
    found = scene.ask(
        scene.campaign(list_id=others.id, status="draft", started_at=None, message_text="Hello")
    )
    sentence = f"The wallet holds {balance} credits; the campaign needs about 3."
    assert the(found, Step.CREDITS).sentence == sentence
    if balance == 3:
        assert found.sentence == "It was not sent yet. They would get it as things stand."
    else:
        assert stopped_at(found, Step.CREDITS)
        assert found.sentence.endswith(f"As things stand they would not get it. {sentence}")


def test_what_a_campaign_without_a_text_needs_is_not_known(scene):
    make_wallet(scene.owner, balance_credits=100)
    found = scene.ask(scene.campaign(status="draft", started_at=None))
    assert the(found, Step.CREDITS).outcome is UNKNOWN


def test_a_campaign_that_failed_before_it_began_promises_nothing(scene):
    make_wallet(scene.owner, balance_credits=100)
    for list_id in (scene.list.id, make_list(scene.owner).id):
        found = scene.ask(scene.campaign(list_id=list_id, status="failed", started_at=None))
        assert stopped_at(found, Step.QUEUED)
        assert found.sentence == "They did not get it. The campaign failed before it began."
        assert found.got_it is False


def test_a_campaign_that_is_completed_promises_nothing_though_nobody_knows_when_it_began(scene):
    found = scene.ask(scene.campaign(status="completed", started_at=None, finished_at=NOON))
    assert stopped_at(found, Step.QUEUED)
    assert "was not written down" in found.sentence


def test_a_campaign_that_is_overdue_promises_nothing(scene):
    make_wallet(scene.owner, balance_credits=100)
    found = scene.ask(
        scene.campaign(status="scheduled", started_at=None, scheduled_at=NOON - 60 * DAY, message_text="Hi")
    )
    assert found.sentence == (
        "It should have started on 21 Sep 2026, 15:00 Europe/Athens (EEST)."
        " Whether they would get it cannot be told."
    )
    assert found.advice == "Ask a manager to start it."
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
    contact = f"/owners/{scene.owner.id}/contacts/{scene.contact.id}"
    evidence = f"{contact}?kind=consent&amp;day=2026-11-19&amp;time=14:00"
    assert f'href="{evidence}#consent-{out.id}"' in page
    timeline = client.get(evidence.replace("&amp;", "&")).text
    assert f'id="consent-{out.id}"' in timeline


def test_evidence_is_found_among_all_else_of_its_minute(client, sign_in):
    person = sign_in("support").id
    scene = Scene()
    out = consent(scene.contact, NOON - DAY, False, source="stop_keyword", reason="STOP")
    for _ in range(60):
        note(scene.contact, NOON - DAY + timedelta(seconds=30), "Called", person)
    page = client.get(address(scene.contact, f"campaign={scene.campaign().id}")).text
    target = re.search(rf'href="([^"#]*)#consent-{out.id}"', page)[1]
    assert f'id="consent-{out.id}"' in client.get(target.replace("&amp;", "&")).text


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
    # One of two searches on the page.
    assert 'role="search" aria-label="Campaigns by name"' in page
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
