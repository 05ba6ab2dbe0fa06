"""What the providers' error codes mean, in plain words."""

#: The states of SMPP 3.4 (5.2.28) and the error codes of GSM MAP (3GPP TS 29.002, 17.6.6), which
#: providers pass on. An unknown one is shown raw.
MEANINGS = {
    "": "The provider gave no reason",
    "EXPIRED": "The handset was not reached in time",
    "UNDELIV": "The number cannot be reached",
    "REJECTD": "The network refused the message",
    "DELETED": "The provider deleted the message",
    "1": "The number does not exist",
    "11": "The number cannot receive texts",
    "13": "The network bars texts to this number",
    "27": "The handset was off or out of reach",
    "32": "The handset's memory is full",
    "34": "The network had a fault",
    "UNKNOWN": "The network does not know what became of it",
}


def meaning(error_code: str | None) -> str | None:
    """The code in plain words, or None where it is not known."""
    return MEANINGS.get(error_code or "")
