"""What became of it from the queue on."""

from datetime import timedelta

from dashboard.campaigns.failures import reason
from dashboard.campaigns.models import CampaignStatus, MessageStatus
from dashboard.contacts.timeline.words import skip_reason
from dashboard.contacts.why.checks import (
    Check,
    Evidence,
    Outcome,
    Step,
    is_over,
    is_under_way,
    left_out,
    page,
)
from dashboard.contacts.why.queries import Facts

#: As long as providers try.
TRIES = timedelta(hours=72)


def queued(facts: Facts) -> Check:
    step, message = Step.QUEUED, facts.message
    if message:
        event = Evidence("The message", message.created_at, event=f"message-{message.id}")
        said = "A message to them was queued."
        if message.messages > 1:
            said = f"{message.messages:,} messages to them were queued. The one that came furthest counts."
        return Check(step, Outcome.PASSED, said, (event,))
    if facts.skip:
        sentence = f"The campaign left them out: {skip_reason(facts.skip.reason_code)}."
        advice = "Ask whoever sent the campaign what that means."
        return Check(step, Outcome.STOPPED, sentence, (left_out(facts),), advice)
    return _not_yet_due(facts) if facts.is_to_come else _nothing_queued(facts)


def _not_yet_due(facts: Facts) -> Check:
    scheduled_at = facts.campaign.scheduled_at
    evidence = (Evidence("Scheduled for", scheduled_at),) if scheduled_at else ()
    if facts.is_overdue:
        sentence, advice = "The campaign did not start when it should have.", "Ask a manager to start it."
        return Check(Step.QUEUED, Outcome.UNKNOWN, sentence, evidence, advice)
    return Check(Step.QUEUED, Outcome.NOT_REACHED, "The campaign was not sent yet.", evidence)


def _nothing_queued(facts: Facts) -> Check:
    outcome, sentence, advice = _why_nothing(facts)
    campaign = page("Open the campaign", "campaigns.show", facts, campaign_id=facts.campaign.id)
    return Check(Step.QUEUED, outcome, sentence, (campaign,), advice)


def _why_nothing(facts: Facts) -> tuple[Outcome, str, str]:
    if facts.has_failed_before:
        advice = "Ask a manager whether it shall be sent again."
        return Outcome.STOPPED, "The campaign failed before it began.", advice
    if is_under_way(facts):
        is_paused = facts.campaign.status == CampaignStatus.PAUSED
        state = "is paused" if is_paused else "is still being sent"
        advice = "Ask a manager to go on with it." if is_paused else "Look again when it is through."
        return Outcome.UNKNOWN, f"No message to them was queued so far. The campaign {state}.", advice
    sentence = "No message to them was queued, and why not was not written down."
    return Outcome.STOPPED, sentence, "Tell an engineer: whoever is left out should have a reason."


def accepted(facts: Facts) -> Check:
    step, message = Step.ACCEPTED, facts.message
    if not message:
        return Check(step, Outcome.NOT_REACHED, "There is no message so far.")
    if message.status == MessageStatus.QUEUED:
        if is_over(facts):
            return Check(
                step,
                Outcome.STOPPED,
                "The campaign ended without handing the message over.",
                advice="Tell an engineer, and ask a manager whether it shall be sent again.",
            )
        is_paused = facts.campaign.status == CampaignStatus.PAUSED
        advice = "The campaign is paused. Ask a manager to go on with it." if is_paused else None
        return Check(step, Outcome.NOT_REACHED, "The message waits to be handed over.", (), advice)
    if message.sent_at:
        evidence = (Evidence("Handed over", message.sent_at),)
        return Check(step, Outcome.PASSED, "The provider took the message.", evidence)
    return _failed(facts, step)


def delivered(facts: Facts) -> Check:
    step, message = Step.DELIVERED, facts.message
    if not message or message.status == MessageStatus.QUEUED:
        return Check(step, Outcome.NOT_REACHED, "Nothing was handed to the provider so far.")
    if message.status == MessageStatus.DELIVERED:
        evidence = (Evidence("Delivered", message.delivered_at),)
        return Check(step, Outcome.PASSED, "The handset has it.", evidence)
    if message.status == MessageStatus.FAILED:
        return _failed(facts, step)
    if facts.now - message.sent_at < TRIES:
        advice = "Look again later: the provider tries for up to 72 hours."
        return Check(step, Outcome.UNKNOWN, "There is no final receipt yet.", (), advice)
    sentence = "No final receipt came within 72 hours."
    return Check(step, Outcome.UNKNOWN, sentence, (), reason("UNKNOWN").advice.sentence)


def _failed(facts: Facts, step: Step) -> Check:
    """The message failed; nobody but the provider knows more than its code."""
    message = facts.message
    assert message is not None
    why = reason(message.error_code)
    code = f" (code {message.error_code})" if message.error_code else ""
    sentence = f"{why.words or 'The message failed'}{code}."
    evidence = (Evidence("Failed", message.failed_at, event=f"message-{message.id}"),)
    return Check(step, Outcome.STOPPED, sentence, evidence, why.advice.sentence)
