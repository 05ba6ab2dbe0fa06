"""What is said once, on the page that comes next or the one that is open."""

from flask import flash


def flash_with_undo(sentence: str, url: str) -> None:
    """Say what was done, with a button that undoes it: a form that is posted to `url`."""
    flash({"text": sentence, "undo": url})  # type: ignore[arg-type]
