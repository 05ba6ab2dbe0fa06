"""Passwords, kept as argon2id hashes (RFC 9106; the library's own parameters)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12  #: characters; NIST SP 800-63B asks for length, not for signs and digits
MAX_LENGTH = 200  #: characters; longer ones only cost time

_hasher = PasswordHasher()
# Verified where there is no account, so that the answer takes as long as for a wrong password.
_NOBODY = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The password's argon2id hash, with its salt and parameters."""
    return _hasher.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one that was hashed. None, for no account, takes as long."""
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)
