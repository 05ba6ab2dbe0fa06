"""Which views there are, and where each leads."""

from sqlalchemy import ColumnElement, or_, select

from dashboard.core import keyset
from dashboard.core.db import AnyRow, AnySelect, db
from dashboard.staff.models import Staff
from dashboard.views.models import SavedView

_NEWEST_FIRST = [keyset.Key("id", SavedView.id, descending=True)]


def own(person_id: int, at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The views that the person saved, private and shared, newest first."""
    return keyset.page(_with_maker().where(SavedView.created_by == person_id), _NEWEST_FIRST, at)


def shared(at: keyset.At = keyset.FIRST) -> keyset.Page[AnyRow]:
    """The views that everybody may open, newest first, each with its maker's name."""
    return keyset.page(_with_maker().where(SavedView.is_shared), _NEWEST_FIRST, at)


def address_of(token: str, *, reader_id: int) -> str | None:
    """Where the view leads; None where there is none, or it is private to somebody else."""
    may_open = or_(SavedView.is_shared, SavedView.created_by == reader_id)
    return db.session.scalar(select(SavedView.address).where(SavedView.token == token, may_open))


def get_to_change(token: str, *, person_id: int, is_admin: bool) -> AnyRow:
    """The view, for one who may change it.

    Raises:
        NoResultFound: no such view, or the person may not change it.
    """
    return db.session.execute(
        _with_maker().where(SavedView.token == token, may_change(person_id, is_admin=is_admin))
    ).one()


def may_change(person_id: int, *, is_admin: bool) -> ColumnElement[bool]:
    """A view is changed by its maker, and a shared one by admins too, for makers leave."""
    is_own = SavedView.created_by == person_id
    return or_(is_own, SavedView.is_shared) if is_admin else is_own


def _with_maker() -> AnySelect:
    return select(
        SavedView.id, SavedView.token, SavedView.name, SavedView.address, SavedView.is_shared,
        SavedView.created_by, SavedView.created_at, Staff.name.label("made_by"),
    ).join(Staff, Staff.id == SavedView.created_by)  # fmt: skip
