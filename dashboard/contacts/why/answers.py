"""Why a contact did not get a campaign: the checks in their order, as they stood when it was queued.

What really happened, a message or a skip, outweighs what the history says: where a message was queued nothing
before it stopped it.
"""

from dataclasses import dataclass, replace

from dashboard.campaigns.models import CampaignStatus, MessageStatus
from dashboard.contacts.timeline.words import skip_reason
from dashboard.contacts.why import advice, sending, standing
from dashboard.contacts.why.checks import Check, Outcome, Step, left_out
from dashboard.contacts.why.queries import Facts
from dashboard.wallets.balances.words import time_in

_STANDING = (
    standing.audience, standing.subscribed, standing.suppressed, standing.number, standing.credits,
)  # fmt: skip
_SENDING = (sending.queued, sending.accepted, sending.delivered)


@dataclass(frozen=True)
class Answer:
    """What became of it in a sentence, what to do now, and the checks that show why."""

    sentence: str
    got_it: bool | None  #: None: not yet, or it cannot be told
    advice: str | None
    checks: list[Check]


#: The reasons for which a campaign leaves a contact out: the check at which that is.
LEFT_OUT_AT = {
    "not_subscribed": Step.SUBSCRIBED,
    "suppressed": Step.SUPPRESSED,
    "invalid_number": Step.NUMBER,
    "no_credits": Step.CREDITS,
}
#: What a message waits for where the campaign is not being sent.
_WAITS = {
    CampaignStatus.SENDING: "It is on its way: the message waits to be handed to the provider.",
    CampaignStatus.PAUSED: "They did not get it so far: the message waits, since the campaign is paused.",
}
_WAITS_FOR_THE_START = "They did not get it so far: the message waits for the campaign to start."


def answer(facts: Facts) -> Answer:
    """The checks of all steps, and what they come to."""
    checks = [check(facts) for check in _STANDING]
    if facts.message:
        checks = [_let_through(check) for check in checks]
    elif facts.skip:
        checks = [_left_out_or_not(facts, check) for check in checks]
    checks += [check(facts) for check in _SENDING]
    stop = _stop(facts, checks)
    if stop:
        checks = [_beside(facts, stop, check) for check in checks]
    sentence, got_it = _verdict(facts, checks, stop)
    return Answer(sentence, got_it, _advice(checks, stop), checks)


def _let_through(check: Check) -> Check:
    """A message was queued, so this did not stop it."""
    if check.outcome is Outcome.PASSED:
        return check
    sentence = f"{check.sentence} A message was queued all the same."
    return replace(check, outcome=Outcome.PASSED, sentence=sentence, advice=None)


def _left_out_or_not(facts: Facts, check: Check) -> Check:
    """The campaign wrote down why it left them out: that is where it stopped."""
    assert facts.skip is not None
    code = facts.skip.reason_code
    if check.step is LEFT_OUT_AT.get(code):
        sentence = f"The campaign left them out: {skip_reason(code)}."
        if check.outcome is Outcome.STOPPED:
            sentence = f"{sentence} {check.sentence}"
        evidence = (left_out(facts), *check.evidence)
        return Check(check.step, Outcome.STOPPED, sentence, evidence, advice.of(facts, check.step))
    if check.step is Step.AUDIENCE:
        return replace(check, outcome=Outcome.PASSED, sentence="They were in its audience.", advice=None)
    return check


def _stop(facts: Facts, checks: list[Check]) -> Check | None:
    """The check that stopped it: what the campaign itself says outweighs what the history says."""
    by_step = {check.step: check for check in checks}
    if facts.skip and not facts.message:
        return by_step[LEFT_OUT_AT.get(facts.skip.reason_code, Step.QUEUED)]
    if facts.has_failed_before:
        return by_step[Step.QUEUED]
    return next((check for check in checks if check.outcome is Outcome.STOPPED), None)


def _beside(facts: Facts, stop: Check, check: Check) -> Check:
    """A check beside the one that stopped it: what stood in the way too is said, what came later did not."""
    steps = list(Step)
    if steps.index(check.step) > max(steps.index(stop.step), steps.index(Step.CREDITS)):
        sentence = "It would not come to this." if facts.is_to_come else "It did not come to this."
        return Check(check.step, Outcome.NOT_REACHED, sentence)
    if check.outcome is Outcome.STOPPED and check is not stop:
        return replace(check, outcome=Outcome.IN_THE_WAY)
    return check


def _advice(checks: list[Check], stop: Check | None) -> str | None:
    if stop:
        return stop.advice
    return next((check.advice for check in reversed(checks) if check.advice), None)


def _verdict(facts: Facts, checks: list[Check], stop: Check | None) -> tuple[str, bool | None]:
    if facts.is_to_come:
        return f"{_not_sent_yet(facts)} {_as_things_stand(checks, stop)}", None
    if stop:
        return f"They did not get it. {stop.sentence}", False
    if facts.message is None:
        return "They did not get it so far.", None
    if facts.message.status == MessageStatus.DELIVERED:
        return "They got it: the message was delivered.", True
    if facts.message.status == MessageStatus.QUEUED:
        return _WAITS.get(facts.campaign.status, _WAITS_FOR_THE_START), None
    return "The provider has it. Whether it arrived is not known.", None


def _not_sent_yet(facts: Facts) -> str:
    if not facts.is_overdue:
        return "It was not sent yet."
    return f"It should have started on {time_in(facts.campaign.scheduled_at, facts.contact.timezone)}."


def _as_things_stand(checks: list[Check], stop: Check | None) -> str:
    if stop:
        return f"As things stand they would not get it. {stop.sentence}"
    if any(check.outcome is Outcome.UNKNOWN for check in checks):
        return "Whether they would get it cannot be told."
    return "They would get it as things stand."
