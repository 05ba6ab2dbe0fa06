"""What a person may write down about a contact."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired

from dashboard.contacts.notes.models import MOST_CHARACTERS
from dashboard.web.forms import AtMost, Form, tidy


class NoteForm(Form):
    text = TextAreaField(
        "Note",
        description="For colleagues. It stays as it is.",
        filters=[tidy],
        validators=[DataRequired("Write something."), AtMost(MOST_CHARACTERS)],
        render_kw={"rows": 2},
    )
