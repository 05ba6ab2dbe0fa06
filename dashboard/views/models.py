"""Views: filtered pages that people keep under a name."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, RowId


class SavedView(Model):
    """A page with its filters, under a name."""

    __tablename__ = "saved_view"

    id: Mapped[RowId]
    token: Mapped[str]  #: by which links name it; nobody can guess one
    name: Mapped[str]
    address: Mapped[str]  #: path and query of one of our pages, never with a host
    is_shared: Mapped[bool]  #: whether everybody may open it, or its maker alone
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("token"),
        UniqueConstraint("created_by", "name"),
        CheckConstraint("token ~ '^[A-Za-z0-9_-]{22}$'", name="token"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 120", name="name"),
        # "//host" and "/\host" lead to another host.
        CheckConstraint(r"address ~ '^/([^/\\]|$)' AND char_length(address) <= 2000", name="address"),
        Index(None, "created_by", "id"),
        Index(None, "id", postgresql_where=text("is_shared")),
    )
