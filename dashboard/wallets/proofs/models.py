"""What proofs of the ledgers leave behind: anchors, and what verifications found."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.core.db import Model, RowId


class Anchor(Model):
    """Where each wallet's ledger stood at one instant. Append-only.

    The chain of hashes does not show that a ledger was cut at its end or written anew from some entry on,
    hashes and all. An anchor does, and best a copy of it that is kept elsewhere. `document` is plain text,
    each line ended by a line feed: lines that begin with `#`, then one for each wallet, by owner,

        owner_id wallet_id entry_no hash

    with the number and the hash (64 hexadecimal digits) of the wallet's last entry; `0 -` before its first.
    `digest` is the SHA-256 of the document as it is downloaded: `sha256sum anchor-7.txt` tells it, and so
    does `hashlib.sha256(open("anchor-7.txt", "rb").read()).hexdigest()`.
    """

    __tablename__ = "ledger_anchor"

    id: Mapped[RowId]
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now())
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  #: None: by the clock
    wallets: Mapped[int]
    entries: Mapped[int]  #: of all wallets together
    digest: Mapped[bytes]
    document: Mapped[str]

    __table_args__ = (Index(None, "digest"),)


class Verification(Model):
    """One look at everything that must hold. Who asked for it, and what was found.

    Its job tells how far it is, and why it stopped without a result.
    """

    __tablename__ = "ledger_verification"

    id: Mapped[RowId]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  #: None: by the clock
    anchor_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_anchor.id"))  #: None: the newest ones
    #: None: the job was deleted, long after its end.
    job_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("procrastinate_jobs.id", ondelete="SET NULL")
    )
    finished_at: Mapped[datetime | None]
    broken: Mapped[int | None]  #: how many things do not hold; None before the end
    outcomes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)  #: of each check, in their order

    __table_args__ = (
        CheckConstraint(
            "(finished_at IS NULL) = (broken IS NULL) AND (finished_at IS NULL) = (outcomes IS NULL)",
            name="finished",
        ),
        Index(None, "job_id"),
    )
