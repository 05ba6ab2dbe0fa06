"""Why a contact did not get a campaign: the checks in their order, as they stood when it was queued.

What really happened, a message or a skip, outweighs what the history says: where a message was queued nothing
before it stopped it.
"""

from dataclasses import dataclass, replace

from dashboard.campaigns.models import MessageStatus
from dashboard.contacts.timeline.words import skip_reason
from dashboard.contacts.why import sending, standing
from dashboard.contacts.why.checks import Check, Outcome, Step, left_out
from dashboard.contacts.why.queries import Facts

_STANDING = (
    standing.audience, standing.subscribed, standing.suppressed, standing.number, standing.credits,
)  # fmt: skip
_SENDING = (sending.queued, sending.accepted, sending.delivered)


@dataclass(frozen=True)
class Answer:
    """What became of it in a sentence, and the checks that show why."""

    sentence: str
    got_it: bool | None  #: None: not yet, or it cannot be told
    checks: list[Check]


#: The reasons for which a campaign leaves a contact out: the check at which that is, and what to do.
LEFT_OUT_AT = {
    "not_subscribed": (Step.SUBSCRIBED, standing.ASK_FOR_CONSENT),
    "suppressed": (Step.SUPPRESSED, standing.ASK_FOR_CONSENT),
    "invalid_number": (Step.NUMBER, standing.RIGHT_NUMBER),
    "no_credits": (Step.CREDITS, standing.BUY_CREDITS),
}


def answer(facts: Facts) -> Answer:
    """The checks of all steps, and what they come to."""
    checks = [check(facts) for check in _STANDING]
    if facts.message:
        checks = [_let_through(check) for check in checks]
    elif facts.skip:
        checks = [_left_out_or_not(facts, check) for check in checks]
    checks = _until_it_stopped(facts, [*checks, *(check(facts) for check in _SENDING)])
    return Answer(*_verdict(facts, checks), checks)


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
    step, advice = LEFT_OUT_AT.get(code, (None, None))
    if check.step is step:
        sentence = f"The campaign left them out: {skip_reason(code)}."
        if check.outcome is Outcome.STOPPED:
            sentence = f"{sentence} {check.sentence}"
        return Check(check.step, Outcome.STOPPED, sentence, (left_out(facts), *check.evidence), advice)
    if check.step is Step.AUDIENCE:
        return replace(check, outcome=Outcome.PASSED, sentence="They were in its audience.", advice=None)
    return check


def _until_it_stopped(facts: Facts, checks: list[Check]) -> list[Check]:
    """The checks after the one that stopped it were not reached."""
    stops = [n for n, check in enumerate(checks) if check.outcome is Outcome.STOPPED]
    if not stops:
        return checks
    last = stops[0]
    if facts.skip and not facts.message:
        # The campaign's own reason outweighs what the history says of an earlier check.
        step, _ = LEFT_OUT_AT.get(facts.skip.reason_code, (Step.QUEUED, None))
        last = list(Step).index(step)
    sentence = "It would not come to this." if facts.is_to_come else "It did not come to this."
    rest = [Check(check.step, Outcome.NOT_REACHED, sentence) for check in checks[last + 1 :]]
    return checks[: last + 1] + rest


def _verdict(facts: Facts, checks: list[Check]) -> tuple[str, bool | None]:
    stop = next((check for check in reversed(checks) if check.outcome is Outcome.STOPPED), None)
    if facts.is_to_come:
        return f"It was not sent yet. {_as_things_stand(checks, stop)}", None
    if stop:
        return f"They did not get it. {stop.sentence}", False
    if facts.message is None:
        return "They did not get it so far.", None
    if facts.message.status == MessageStatus.DELIVERED:
        return "They got it: the message was delivered.", True
    if facts.message.status == MessageStatus.QUEUED:
        return "It is on its way: the message waits to be handed to the provider.", None
    return "The provider has it. Whether it arrived is not known.", None


def _as_things_stand(checks: list[Check], stop: Check | None) -> str:
    if stop:
        return f"As things stand they would not get it. {stop.sentence}"
    if any(check.outcome is Outcome.UNKNOWN for check in checks):
        return "Whether they would get it cannot be told."
    return "They would get it as things stand."
