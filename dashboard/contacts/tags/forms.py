"""What a person may type to tag a contact."""

from wtforms.validators import DataRequired

from dashboard.web.forms import AtMost, Form, TextField


class TagForm(Form):
    tag = TextField(
        "Add a tag",
        description="One that the owner has, or a new one.",
        validators=[DataRequired("Type a tag."), AtMost(60)],
        render_kw={"autocomplete": "off", "list": "tags", "maxlength": 60},
    )
