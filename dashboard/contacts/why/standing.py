"""What must be so before a message is queued, each by what the history says of it."""

from typing import Any

from dashboard.audiences import words
from dashboard.audiences.audience import Audience
from dashboard.contacts.why import advice
from dashboard.contacts.why.checks import Check, Evidence, Outcome, Step, be, is_under_way, page
from dashboard.contacts.why.queries import Facts
from dashboard.core.phones import international
from dashboard.lists.models import MembershipAction


def audience(facts: Facts) -> Check:
    campaign, step = facts.campaign, Step.AUDIENCE
    if campaign.list_id is None:
        return _chosen_one_by_one(facts)
    if facts.asked is not None:
        return _matching(facts, facts.asked)
    name = f"the list “{campaign.list_name}”"
    events = tuple(_membership(event) for event in (facts.joined, facts.joined_later) if event)
    evidence = (*events, page("Open the list", "lists.show", facts, list_id=campaign.list_id))
    is_member = _is_member(facts)
    if is_member is None:
        sentence = "They were taken off the list later, and since when they were on it was not written down."
        return Check(step, Outcome.UNKNOWN, sentence, evidence)
    if is_member:
        verb = "are" if facts.is_to_come else "were"
        return Check(step, Outcome.PASSED, f"They {verb} on {name}.", evidence)
    verb = "are" if facts.is_to_come else "were"
    return Check(
        step, Outcome.STOPPED, f"They {verb} not on {name}.", evidence, advice.to_be_among_the_next(facts)
    )


def _chosen_one_by_one(facts: Facts) -> Check:
    step = Step.AUDIENCE
    if facts.message or facts.skip:
        return Check(step, Outcome.PASSED, "They were among those chosen one by one.")
    if facts.is_to_come:
        sentence = "The campaign has no list yet, so nobody is in its audience so far."
        return Check(step, Outcome.UNKNOWN, sentence, advice="Ask whoever prepares the campaign.")
    if is_under_way(facts):
        sentence = "The campaign goes to contacts chosen one by one; who is still to come is not known."
        return Check(step, Outcome.UNKNOWN, sentence)
    return Check(
        step,
        Outcome.STOPPED,
        "The campaign went to contacts chosen one by one, and they were not among them.",
        advice=advice.unless_opted_out(facts, "Ask the owner whom they chose."),
    )


def _matching(facts: Facts, asked: Audience) -> Check:
    """Whether they were among those whom a dynamic list asked for. What they were then nobody wrote down."""
    step, campaign = Step.AUDIENCE, facts.campaign
    name = f"the dynamic list “{campaign.list_name}” ({words.sentence(facts.contact.owner_id, asked)})"
    evidence = (page("Open the list", "lists.show", facts, list_id=campaign.list_id),)
    if facts.message or facts.skip:
        return Check(step, Outcome.PASSED, f"They matched {name}.", evidence)
    if facts.is_to_come:
        if facts.matches:
            return Check(step, Outcome.PASSED, f"They match {name}.", evidence)
        said = f"They do not match {name}."
        return Check(step, Outcome.STOPPED, said, evidence, advice.to_be_among_the_next(facts))
    if facts.contact.created_at > facts.at:
        said = f"They were added after the campaign had started to {name}."
        return Check(step, Outcome.STOPPED, said, evidence, advice.to_be_among_the_next(facts))
    if facts.matches or is_under_way(facts):
        now = "They match" if facts.matches else "They do not match"
        said = f"{now} {name} now. Whether they did when the campaign started was not written down."
        return Check(step, Outcome.UNKNOWN, said, evidence)
    said = f"They do not match {name}, and the campaign wrote down nothing of them."
    return Check(step, Outcome.STOPPED, said, evidence, advice.to_be_among_the_next(facts))


def _is_member(facts: Facts) -> bool | None:
    """Whether the contact was on the list: by the last change before, else by the first one after."""
    if facts.joined:
        return bool(facts.joined.action == MembershipAction.ADDED)
    if facts.joined_later and facts.joined_later.action == MembershipAction.REMOVED:
        return None
    return facts.member_since is not None and facts.member_since <= facts.at


def subscribed(facts: Facts) -> Check:
    step, event = Step.SUBSCRIBED, facts.consent
    if event is None:
        sentence = "The history of their consent begins later. What it was then is not known."
        return Check(step, Outcome.UNKNOWN, sentence)
    evidence = (_consent(event),)
    if event.is_subscribed:
        return Check(step, Outcome.PASSED, f"They {be(facts)} subscribed.", evidence)
    said = f": “{event.reason}”" if event.reason else ""
    sentence = f"They {be(facts)} unsubscribed by {event.source.replace('_', ' ')}{said}."
    return Check(step, Outcome.STOPPED, sentence, evidence, advice.of(facts, step))


def suppressed(facts: Facts) -> Check:
    step, since = Step.SUPPRESSED, facts.suppressed_since
    if since and since <= facts.at:
        evidence = (Evidence("Suppressed", since),)
        sentence = f"The number {'is' if facts.is_to_come else 'was'} suppressed: it opted out at this owner."
        return Check(step, Outcome.STOPPED, sentence, evidence, advice.of(facts, step))
    if facts.is_to_come or (facts.consent and facts.consent.is_subscribed):
        sentence = f"The number {'is' if facts.is_to_come else 'was'} not suppressed."
        return Check(step, Outcome.PASSED, sentence)
    sentence = "The number is not suppressed by then, but an earlier suppression may have been lifted since."
    return Check(step, Outcome.UNKNOWN, sentence)


def number(facts: Facts) -> Check:
    if facts.phone is None:
        return Check(Step.NUMBER, Outcome.UNKNOWN, "The number was erased with the person.")
    number = international(facts.phone)
    if facts.is_phone_valid:
        return Check(Step.NUMBER, Outcome.PASSED, f"{number} is a number that can be texted.")
    sentence = f"{number} is not a number that its country gives out."
    edit = page("Correct the number", "contacts.edit", facts, contact_id=facts.contact.id)
    return Check(Step.NUMBER, Outcome.STOPPED, sentence, (edit,), advice.RIGHT_NUMBER)


def credits(facts: Facts) -> Check:
    step, wallet = Step.CREDITS, page("Open the wallet", "wallets.show", facts)
    if facts.debit:
        entry = page(
            f"Entry {facts.debit.entry_no:,} of the ledger", "wallet_entries.show", facts,
            at=facts.debit.created_at, entry_no=facts.debit.entry_no,
        )  # fmt: skip
        sentence = f"The campaign was paid for: {_credits_of(facts.debit.amount_credits)}."
        return Check(step, Outcome.PASSED, sentence, (entry,))
    if facts.balance_credits is None:
        return Check(step, Outcome.UNKNOWN, "The wallet had no entry by then.", (wallet,))
    holds = "holds" if facts.is_to_come else "held"
    if facts.balance_credits == 0:
        return Check(step, Outcome.STOPPED, f"The wallet {holds} no credits.", (wallet,), advice.BUY_CREDITS)
    sentence = f"The wallet {holds} {_credits_of(facts.balance_credits)}."
    if facts.is_to_come:
        return _affordable(facts, facts.balance_credits, wallet)
    return Check(step, Outcome.UNKNOWN, f"{sentence} No debit names the campaign.", (wallet,))


def _affordable(facts: Facts, balance_credits: int, wallet: Evidence) -> Check:
    """Whether the wallet holds what a campaign to come needs: all of it is paid at once, or nothing."""
    step, cost = Step.CREDITS, facts.cost_credits
    holds = f"The wallet holds {_credits_of(balance_credits)}"
    if cost is None:
        sentence = f"{holds}; what the campaign needs is not known before it has a list and a text."
        return Check(step, Outcome.UNKNOWN, sentence, (wallet,))
    sentence = f"{holds}; the campaign needs about {cost:,}."
    if cost > balance_credits:
        return Check(step, Outcome.STOPPED, sentence, (wallet,), advice.BUY_CREDITS)
    return Check(step, Outcome.PASSED, sentence, (wallet,))


def _credits_of(amount: int) -> str:
    return f"{amount:,} {'credit' if amount == 1 else 'credits'}"


def _membership(event: Any) -> Evidence:
    text = "Added to the list" if event.action == MembershipAction.ADDED else "Taken off the list"
    return Evidence(text, event.occurred_at, event=f"list-{event.id}")


def _consent(event: Any) -> Evidence:
    text = "Subscribed" if event.is_subscribed else "Unsubscribed"
    return Evidence(text, event.occurred_at, event=f"consent-{event.id}")
