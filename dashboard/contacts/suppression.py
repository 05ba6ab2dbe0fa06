"""The keyed hash under which an opt-out outlives the contact."""

import hmac

from flask import current_app


def phone_hash(owner_id: int, phone: str) -> bytes:
    """HMAC-SHA256 of the owner and the E.164 number under SUPPRESSION_KEY; 32 bytes.

    Keyed, since all phone numbers of a country can be hashed within minutes; with the owner in
    it, so that two owners' opt-outs cannot be compared.
    """
    key = current_app.config["SUPPRESSION_KEY"].encode()
    return hmac.digest(key, f"{owner_id}:{phone}".encode(), "sha256")
