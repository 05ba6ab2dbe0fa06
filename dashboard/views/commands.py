"""Save views, rename and share them, delete them."""

from secrets import token_urlsafe
from typing import Any

from sqlalchemy import delete, func, select, update

from dashboard.audit.commands import record
from dashboard.core.db import AnyRow, db
from dashboard.core.errors import Missing
from dashboard.core.transactions import command
from dashboard.staff.models import Staff
from dashboard.views.models import SavedView
from dashboard.views.queries import may_change

_TOKEN_BYTES = 16  #: 22 characters in a link; more than anybody can try


@command
def save_view(name: str, address: str, *, is_shared: bool, actor_id: int) -> str:
    """Keep the page at `address`, a path with its query, under a name; answers the view's token.

    Does nothing where the person has just that view already, such as by a double click.

    Raises:
        DomainError: the person has another view of that name.
    """
    # Two clicks save one after the other, so that the second one sees the first one's.
    db.session.execute(select(Staff.id).where(Staff.id == actor_id).with_for_update(key_share=True))
    after = {"name": name, "address": address, "is_shared": is_shared}
    same = select(SavedView.token).filter_by(created_by=actor_id, **after)
    if token := db.session.scalar(same):
        return token
    view = SavedView(token=token_urlsafe(_TOKEN_BYTES), created_by=actor_id, **after)
    db.session.add(view)
    db.session.flush()
    record("view.save", f"saved_view:{view.id}", staff_id=actor_id, after=after)
    return view.token


@command
def rename_view(token: str, name: str, *, actor_id: int, is_admin: bool = False) -> None:
    """Give a view another name; its link stays.

    Raises:
        Missing: no such view, or the person may not change it.
        DomainError: its maker has another view of that name.
    """
    _change(token, {"name": name}, "view.rename", actor_id, is_admin)


@command
def share_view(token: str, *, is_shared: bool, actor_id: int, is_admin: bool = False) -> None:
    """Let everybody open a view, or its maker alone.

    Raises:
        Missing: no such view, or the person may not change it.
    """
    _change(token, {"is_shared": is_shared}, "view.share", actor_id, is_admin)


@command
def delete_view(token: str, *, actor_id: int, is_admin: bool = False) -> str:
    """Delete a view, and answer its name. Its link leads nowhere from then on.

    Raises:
        Missing: no such view, or the person may not change it.
    """
    view = _locked(token, actor_id, is_admin)
    db.session.execute(delete(SavedView).where(SavedView.id == view.id))
    before = {"name": view.name, "address": view.address, "is_shared": view.is_shared}
    record("view.delete", f"saved_view:{view.id}", staff_id=actor_id, before=before)
    return str(view.name)


def _change(token: str, values: dict[str, Any], action: str, actor_id: int, is_admin: bool) -> None:
    view = _locked(token, actor_id, is_admin)
    before = {column: view._mapping[column] for column in values}
    if before == values:
        return
    db.session.execute(
        update(SavedView).where(SavedView.id == view.id).values(**values, updated_at=func.now())
    )
    record(action, f"saved_view:{view.id}", staff_id=actor_id, before=before, after=values)


def _locked(token: str, actor_id: int, is_admin: bool) -> AnyRow:
    view = db.session.execute(
        select(SavedView.id, SavedView.name, SavedView.address, SavedView.is_shared)
        .where(SavedView.token == token, may_change(actor_id, is_admin=is_admin))
        .with_for_update()
    ).one_or_none()
    if view is None:
        raise Missing("That view is gone, or it is somebody else's.")
    return view
