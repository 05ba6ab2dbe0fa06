"""What a person may ask of a verification."""

from collections.abc import Sequence

from dashboard.core.db import AnyRow
from dashboard.wallets.proofs.queries import NEWEST_ANCHORS
from dashboard.web.forms import ChoiceField, Form, options


class VerifyForm(Form):
    anchor = ChoiceField("Compare with", every=f"The newest {NEWEST_ANCHORS} anchors")

    def __init__(self, anchors: Sequence[AnyRow]) -> None:
        """`anchors` are those to choose from."""
        super().__init__()
        of_each = ((str(a.id), f"Anchor {a.id} of {a.taken_at:%-d %b %Y, %H:%M} UTC") for a in anchors)
        self.anchor.choices = options([("", self.anchor.every), *of_each])

    @property
    def anchor_id(self) -> int | None:
        return int(self.anchor.data) if self.anchor.data else None
