"""Opt-outs that outlive the contact, kept under a keyed hash of the number."""

import hmac
from datetime import datetime

from flask import current_app
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from dashboard.contacts.models import Suppression
from dashboard.core.db import db


def phone_hash(owner_id: int, phone: str) -> bytes:
    """HMAC-SHA256 of the owner and the E.164 number under SUPPRESSION_KEY; 32 bytes.

    Keyed, since all phone numbers of a country can be hashed within minutes; with the owner in
    it, so that two owners' opt-outs cannot be compared.
    """
    key = current_app.config["SUPPRESSION_KEY"].encode()
    return hmac.digest(key, f"{owner_id}:{phone}".encode(), "sha256")


def suppress(owner_id: int, phone: str, since: datetime) -> None:
    """Keep that the number opted out; where that is kept already, since when stays as it is."""
    db.session.execute(
        insert(Suppression)
        .values(owner_id=owner_id, phone_hash=phone_hash(owner_id, phone), since=since)
        .on_conflict_do_nothing()
    )


def suppress_erased(owner_id: int, phone: str, since: datetime, erased_at: datetime) -> None:
    """As `suppress`, and keep when the person was erased."""
    suppress(owner_id, phone, since)
    db.session.execute(
        update(Suppression)
        .where(Suppression.owner_id == owner_id, Suppression.phone_hash == phone_hash(owner_id, phone))
        .values(erased_at=erased_at)
    )


def lift_suppression(owner_id: int, phone: str) -> None:
    db.session.execute(
        delete(Suppression).where(
            Suppression.owner_id == owner_id, Suppression.phone_hash == phone_hash(owner_id, phone)
        )
    )
