"""The codes by which providers say why a message failed, in plain words and with what to do.

Providers pass on what networks told them, in the words of four standards:

- the final states of a delivery receipt: SMPP 3.4, 5.2.28 and appendix B
- the errors of GSM MAP: 3GPP TS 29.002, 17.6.6; by name or number
- why a handset or a centre refused: TP-FCS, 3GPP TS 23.040, 9.2.3.22; an octet above 0x80
- why the provider refused to take it: `command_status`, SMPP 3.4, 5.1.3; by name or as 0x and eight digits
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What to do, in a word or two."""

    RETRY = "Try again later"
    FIX_NUMBER = "Fix the number"
    SUPPRESS = "Stop texting it"
    CHANGE = "Change the text or sender"
    ASK = "Ask the provider"


@dataclass(frozen=True)
class Advice:
    kind: Kind
    sentence: str


_OFF = Advice(Kind.RETRY, "Try again later: the handset was off or out of reach.")
_BUSY = Advice(Kind.RETRY, "Try again in some minutes: the handset was busy.")
_FULL = Advice(Kind.RETRY, "Try again in a few days: there was no room on the handset.")
_FAULT = Advice(Kind.RETRY, "Try again later: the fault is in the network, and mostly passes.")
_PACE = Advice(Kind.RETRY, "Try again, more slowly: the provider could not keep up.")
_PERHAPS = Advice(Kind.RETRY, "Try once more later; where it fails again, take the number off the lists.")
_GONE = Advice(Kind.SUPPRESS, "Take the number off the lists: it does not exist.")
_BARRED = Advice(Kind.SUPPRESS, "Take the number off the lists: texts to it are barred.")
_TEXTLESS = Advice(Kind.SUPPRESS, "Take the number off the lists: it cannot receive texts.")
_MOVED = Advice(Kind.FIX_NUMBER, "Ask the owner for the new number: this one has changed.")
_MISTYPED = Advice(Kind.FIX_NUMBER, "Correct the number, country code included: it cannot be dialled.")
_TEXT = Advice(Kind.CHANGE, "Change the text: use plain characters and no more than one segment.")
_SENDER = Advice(Kind.CHANGE, "Change the sender's name, or have it registered with the provider.")
_REFUSED = Advice(
    Kind.CHANGE, "Look for links, barred words and an unregistered sender; then ask the provider."
)
_TWICE = Advice(Kind.CHANGE, "Send it once: the same text to the same number counts as a repeat.")
_ASK = Advice(Kind.ASK, "Ask the provider why, with an example's time and number.")
_FATE = Advice(Kind.ASK, "Ask the provider what became of it before it is sent again: it may have arrived.")
_ACCOUNT = Advice(Kind.ASK, "Ask the provider: the account or the connection is not set up for this.")
UNKNOWN = Advice(Kind.ASK, "Ask the provider what this code means.")

Meaning = tuple[str, Advice]

NOT_GIVEN: Meaning = ("The provider gave no reason", _ASK)

STATES: dict[str, Meaning] = {
    "EXPIRED": ("The handset was not reached in time", _OFF),
    "UNDELIV": ("The number cannot be reached", _PERHAPS),
    "REJECTD": ("The network refused the message", _REFUSED),
    "DELETED": ("The provider deleted the message", _ASK),
    "SKIPPED": ("The provider left the message out", _ASK),
    "UNKNOWN": ("The network does not know what became of it", _FATE),
}
#: The names that SMPP 3.4 gives the same states in 5.2.28, and a usual one.
_SAME_STATES = {"UNDELIVERABLE": "UNDELIV", "UNDELIVERED": "UNDELIV", "REJECTED": "REJECTD"}
STATES |= {name: STATES[state] for name, state in _SAME_STATES.items()}

#: Ours, of messages that waited to be sent when their person was erased.
ERASED = "erased"
OURS: dict[str, Meaning] = {
    ERASED: (
        "The person was erased on request before it was sent",
        Advice(Kind.SUPPRESS, "Leave it: the person asked to be erased, and the number stays opted out."),
    ),
}

_ABSENT: Meaning = ("The handset was off or out of reach", _OFF)
_FAULTY: Meaning = ("The network had a fault", _FAULT)
_NOT_ALLOWED: Meaning = ("The network bars this handset", _PERHAPS)

#: By name: the number is the same in the list of `NUMBERS` where that can be read.
MAP_ERRORS: dict[str, Meaning] = {
    "unknownSubscriber": ("The number does not exist", _GONE),
    "unknownMSC": _FAULTY,
    "unidentifiedSubscriber": ("The network has lost sight of the handset", _OFF),
    "absentSubscriberSM": _ABSENT,
    "unknownEquipment": _NOT_ALLOWED,
    "roamingNotAllowed": ("The handset is where no network serves it", _OFF),
    "illegalSubscriber": _NOT_ALLOWED,
    "bearerServiceNotProvisioned": ("The number cannot receive texts", _TEXTLESS),
    "teleserviceNotProvisioned": ("The number cannot receive texts", _TEXTLESS),
    "illegalEquipment": _NOT_ALLOWED,
    "callBarred": ("The network bars texts to this number", _BARRED),
    "cug-Reject": ("The number is of a closed group", _BARRED),
    "facilityNotSupported": ("The network there does not deliver texts", _PERHAPS),
    "absentSubscriber": _ABSENT,
    "subscriberBusyForMT-SMS": ("The handset was busy with another text", _BUSY),
    "sm-DeliveryFailure": ("The handset's memory is full", _FULL),
    "messageWaitingListFull": ("Too many texts wait for the handset already", _FULL),
    "systemFailure": _FAULTY,
    "dataMissing": _FAULTY,
    "unexpectedDataValue": _FAULTY,
    "numberChanged": ("The number has changed", _MOVED),
    "busySubscriber": ("The handset was busy", _BUSY),
    "noSubscriberReply": ("The handset did not answer", _OFF),
    "resourceLimitation": _FAULTY,
    "unknownAlphabet": ("The handset does not know the text's characters", _TEXT),
}

#: The numbers of MAP's errors. Those from 40 on, and some below, also stand for other things in the lists
#: that centres use instead of MAP's; what a number alone cannot tell is left out.
NUMBERS = {
    1: "unknownSubscriber", 5: "unidentifiedSubscriber", 6: "absentSubscriberSM", 8: "roamingNotAllowed",
    9: "illegalSubscriber", 11: "teleserviceNotProvisioned", 12: "illegalEquipment", 13: "callBarred",
    15: "cug-Reject", 21: "facilityNotSupported", 27: "absentSubscriber", 31: "subscriberBusyForMT-SMS",
    32: "sm-DeliveryFailure", 33: "messageWaitingListFull", 34: "systemFailure", 35: "dataMissing",
    36: "unexpectedDataValue",
}  # fmt: skip

_UNREADABLE: Meaning = ("The handset cannot show this kind of text", _TEXT)
_CENTRE: Meaning = ("The network's text centre had a fault", _FAULT)
_STORAGE: Meaning = ("The handset's memory is full", _FULL)
_SIM: Meaning = ("The handset could not store the text", _PERHAPS)

FAILURE_CAUSES: dict[int, Meaning] = {
    0x80: _UNREADABLE,
    0x81: _UNREADABLE,
    0x82: _SIM,
    0x8F: _UNREADABLE,
    0x90: _UNREADABLE,
    0x91: _UNREADABLE,
    0x9F: _UNREADABLE,
    0xB0: _UNREADABLE,
    0xC0: ("The network's text centre was busy", _PACE),
    0xC1: ("The number has no text centre", _TEXTLESS),
    0xC2: _CENTRE,
    0xC3: ("The number is not valid", _MISTYPED),
    0xC4: ("The network bars texts to this number", _BARRED),
    0xC5: ("The network took it for a repeat", _TWICE),
    0xD0: _STORAGE,
    0xD1: _SIM,
    0xD2: ("The handset had a fault", _PERHAPS),
    0xD3: _STORAGE,
    0xD4: ("The handset was busy", _BUSY),
    0xD5: _SIM,
}

_ADDRESS: Meaning = ("The number is not valid", _MISTYPED)
_SOURCE: Meaning = ("The sender is not allowed", _SENDER)
_REQUEST: Meaning = ("The provider could not read the request", _ACCOUNT)

COMMAND_STATUS: dict[int, tuple[str, Meaning]] = {
    0x01: ("ESME_RINVMSGLEN", ("The text is too long", _TEXT)),
    0x02: ("ESME_RINVCMDLEN", _REQUEST),
    0x03: ("ESME_RINVCMDID", _REQUEST),
    0x04: ("ESME_RINVBNDSTS", _REQUEST),
    0x08: ("ESME_RSYSERR", ("The provider had a fault", _FAULT)),
    0x0A: ("ESME_RINVSRCADR", _SOURCE),
    0x0B: ("ESME_RINVDSTADR", _ADDRESS),
    0x14: ("ESME_RMSGQFUL", ("The provider's queue was full", _PACE)),
    0x43: ("ESME_RINVESMCLASS", _REQUEST),
    0x45: ("ESME_RSUBMITFAIL", ("The provider did not take the message", _ASK)),
    0x48: ("ESME_RINVSRCTON", _SOURCE),
    0x49: ("ESME_RINVSRCNPI", _SOURCE),
    0x50: ("ESME_RINVDSTTON", _ADDRESS),
    0x51: ("ESME_RINVDSTNPI", _ADDRESS),
    0x58: ("ESME_RTHROTTLED", ("Sent faster than the provider allows", _PACE)),
    0x61: ("ESME_RINVSCHED", _REQUEST),
    0x62: ("ESME_RINVEXPIRY", _REQUEST),
    0x64: ("ESME_RX_T_APPN", ("The provider had a fault", _FAULT)),
    0x65: ("ESME_RX_P_APPN", ("The provider did not take the message", _ASK)),
    0x66: ("ESME_RX_R_APPN", ("The provider did not take the message", _ASK)),
    0xFE: ("ESME_RDELIVERYFAILURE", ("The number cannot be reached", _PERHAPS)),
}
