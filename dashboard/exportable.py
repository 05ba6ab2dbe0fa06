"""Every kind of export, listed in one place for the worker and the pages."""

from dashboard.audiences.exports import kinds as audiences
from dashboard.campaigns.exports import kinds as campaigns
from dashboard.core.errors import DomainError
from dashboard.exports.kinds import Kind

_ALL = (campaigns.FIGURES, campaigns.MESSAGES, audiences.CONTACTS)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}


def kind_named(name: str) -> Kind:
    """The kind of that name.

    Raises:
        DomainError: this release has none.
    """
    if name not in KINDS:
        raise DomainError("This release knows no such export. Ask for the file anew.")
    return KINDS[name]
