"""How much each person has adjusted alone."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model


class AdjustmentDay(Model):
    """The credits that one person moved in one day without a second person, in either direction."""

    __tablename__ = "adjustment_day"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)  #: in the person's own zone
    credits: Mapped[int]
