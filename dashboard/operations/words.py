"""Operations in words."""

from typing import Any

from dashboard.operations.models import Kind, Outcome

#: kind -> what a person asks for
KINDS: dict[str, str] = {
    Kind.LIST_ADD: "Add to a list",
    Kind.LIST_REMOVE: "Take off a list",
    Kind.UNSUBSCRIBE: "Unsubscribe",
    Kind.TAG: "Tag",
    Kind.UNTAG: "Take a tag off",
    Kind.IMPORT: "Import",
    Kind.UNDO: "Undo",
}

#: kind -> what its button does, to so many contacts
DEEDS: dict[str, str] = {
    Kind.LIST_ADD: "Put {} on the list",
    Kind.LIST_REMOVE: "Take {} off the list",
    Kind.UNSUBSCRIBE: "Unsubscribe {}",
    Kind.TAG: "Tag {}",
    Kind.UNTAG: "Take the tag off {}",
}

#: kind -> what is said of those that change, and of those that do not since it is so already
CHANGES: dict[str, tuple[str, str]] = {
    Kind.LIST_ADD: ("Put on the list", "On it already"),
    Kind.LIST_REMOVE: ("Taken off the list", "Not on it"),
    Kind.UNSUBSCRIBE: ("Unsubscribed", "Unsubscribed already"),
    Kind.TAG: ("Tagged", "Have the tag already"),
    Kind.UNTAG: ("Tag taken off", "Do not have the tag"),
    Kind.IMPORT: ("Changed", "Not changed"),
    Kind.UNDO: ("Put back", "So already"),
}

#: kind -> what its undo does to those that it changed
UNDOES: dict[str, str] = {
    Kind.LIST_ADD: "takes {} off the list again",
    Kind.LIST_REMOVE: "puts {} on the list again",
    Kind.UNSUBSCRIBE: "subscribes {} again and lifts the suppressions that came with it",
    Kind.TAG: "takes the tag off {} again",
    Kind.UNTAG: "puts the tag on {} again",
}


def asked(kind: str | None) -> str:
    """What a person asks for, as a title."""
    return KINDS.get(kind or "", "Change many contacts")


def outcomes(kind: str) -> dict[str, str]:
    """What became of a contact, by its code."""
    changed, already = CHANGES[kind]
    return {
        Outcome.CHANGED: changed,
        Outcome.ALREADY: already,
        Outcome.CHANGED_SINCE: "Changed since, so left as it is",
        Outcome.GONE: "Erased",
    }


def title(operation: Any) -> str:
    """What an operation does: "Add to VIP", "Undo of operation 12"."""
    match operation.kind:
        case Kind.LIST_ADD:
            return f"Add to {operation.list_name}"
        case Kind.LIST_REMOVE:
            return f"Take off {operation.list_name}"
        case Kind.TAG:
            return f"Tag “{operation.tag_name}”"
        case Kind.UNTAG:
            return f"Take the tag “{operation.tag_name}” off"
        case Kind.UNDO:
            return f"Undo of operation {operation.undoes:,}"
    return KINDS[operation.kind]
