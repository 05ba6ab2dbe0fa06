"""The provider's error codes that occur in the demo: SMPP's words and the numbers of GSM MAP."""

from dataclasses import dataclass

EXPIRED = "EXPIRED"
REFUSED = "1031"  #: the provider took nothing of the campaign, e.g. an account without funds


@dataclass(frozen=True)
class ErrorCode:
    code: str | None  #: None: the provider gave none
    meaning: str
    weight: int  #: of 100 usual failures, how many have it


ERROR_CODES = (
    ErrorCode("27", "Absent subscriber", 27),
    ErrorCode("UNDELIV", "Undeliverable", 20),
    ErrorCode(EXPIRED, "Validity period over before delivery", 16),
    ErrorCode("1", "Unknown subscriber", 14),
    ErrorCode("REJECTD", "Rejected by the network", 8),
    ErrorCode("13", "Call barred", 5),
    ErrorCode("32", "Memory of the handset full", 4),
    ErrorCode("11", "Service not provisioned", 2),
    ErrorCode("34", "System failure", 2),
    ErrorCode("4097", "Not documented", 1),
    ErrorCode(None, "None given", 1),
    ErrorCode(REFUSED, "Refused by the provider", 0),
)


def hundred_failures(mostly: str | None = None) -> list[str | None]:
    """The codes of a hundred failures; seventy of them are `mostly`, if that is given."""
    hundred = [error.code for error in ERROR_CODES for _ in range(error.weight)]
    return [*[mostly] * 70, *hundred[::3][:30]] if mostly else hundred
