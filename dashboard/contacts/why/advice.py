"""What to do so that they get the next campaign, by what is so today."""

from dashboard.contacts.why.checks import Step
from dashboard.contacts.why.queries import Facts

ASK_FOR_CONSENT = "Subscribe them again only when they ask for it themselves, and write down how."
RIGHT_NUMBER = "Ask the owner for the right number, and correct it."
BUY_CREDITS = "Ask the owner to buy credits."


def to_be_among_the_next(facts: Facts) -> str:
    """What to do so that they get the next campaign to the list, by what is so today."""
    if facts.is_in_audience:
        return unless_opted_out(facts, "Nothing: they are on the list now, and among the next ones.")
    if facts.asked is not None:
        return unless_opted_out(facts, "Change the list's filters, if they should be among the next ones.")
    advice = "Add them to the list, if they want such messages, so that they are among the next ones."
    return unless_opted_out(facts, advice)


def unless_opted_out(facts: Facts, advice: str) -> str:
    """The advice; to whoever opted out nothing else may be advised."""
    return f"They have opted out. {ASK_FOR_CONSENT}" if facts.is_opted_out else advice


def of(facts: Facts, step: Step) -> str:
    """What to do about a campaign that stopped at the number, at the credits, or at their consent."""
    return {Step.NUMBER: RIGHT_NUMBER, Step.CREDITS: BUY_CREDITS}.get(step) or _for_consent(facts)


def _for_consent(facts: Facts) -> str:
    if facts.is_opted_out:
        return ASK_FOR_CONSENT
    if facts.campaign.list_id is None:
        return "Nothing: they are subscribed now."
    return to_be_among_the_next(facts)
