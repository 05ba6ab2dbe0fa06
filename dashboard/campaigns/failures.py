"""What the providers' error codes mean, in plain words."""

#: The states of SMPP 3.4 (5.2.28) and the codes of our providers. An unknown one is shown raw.
MEANINGS = {
    "": "The provider gave no reason",
    "EXPIRED": "The handset was not reached in time",
    "UNDELIV": "The number cannot be reached",
    "REJECTD": "The network refused the message",
    "DELETED": "The provider deleted the message",
    "UNKNOWN": "The network does not know what became of it",
}


def meaning(error_code: str | None) -> str | None:
    """The code in plain words, or None where it is not known."""
    return MEANINGS.get(error_code or "")
