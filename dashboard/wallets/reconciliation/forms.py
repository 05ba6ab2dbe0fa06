"""What a person may ask of the reconciliation, and propose."""

from wtforms import HiddenField, SelectField
from wtforms.validators import AnyOf

from dashboard.wallets.reconciliation.queries import Kind
from dashboard.wallets.reconciliation.words import OF
from dashboard.web.forms import FilterForm, Form, OwnerField, options


class DifferenceFilter(FilterForm):
    kind = SelectField("Difference", choices=options((kind, OF[kind].title) for kind in Kind))
    owner = OwnerField()


class ProposalForm(Form):
    """The difference as the person saw it. What is proposed is computed anew."""

    kind = HiddenField(validators=[AnyOf(list(Kind), "Reload the page, then propose it again.")])
    credits = HiddenField()

    @property
    def seen_credits(self) -> int:
        """The credits that the person saw; one that no difference has where they are unreadable."""
        text = self.credits.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
