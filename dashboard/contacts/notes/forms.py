"""What a person may write down about a contact."""

import unicodedata

from wtforms import TextAreaField
from wtforms.validators import DataRequired, ValidationError

from dashboard.contacts.notes.models import MOST_CHARACTERS
from dashboard.web.forms import AtMost, Form, tidy

NOTHING = "Write something."


class NoteForm(Form):
    text = TextAreaField(
        "Note",
        description="For colleagues. It stays as it is.",
        filters=[tidy],
        validators=[DataRequired(NOTHING), AtMost(MOST_CHARACTERS)],
        render_kw={"rows": 2},
    )

    def validate_text(self, field: TextAreaField) -> None:
        # Such as two zero-width spaces.
        if field.data and all(unicodedata.category(c)[0] in "CZ" for c in field.data):
            raise ValidationError(NOTHING)
