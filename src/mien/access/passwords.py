"""Passwords, kept as Argon2id hashes; secrets of our own making, kept as digests."""

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError
from argon2.exceptions import VerificationError

from mien.errors import InvalidInput
from mien.names import can_be_stored

LEAST_LENGTH = 10
MOST_LENGTH = 256


def hash_password(password: str) -> str:
    """An Argon2id hash with the library's parameters (RFC 9106, low memory).

    Raises:
        InvalidInput: the password is too short or too long.
    """
    if len(password) < LEAST_LENGTH:
        raise InvalidInput("password_too_short", words={"least": LEAST_LENGTH}, field="password")
    if len(password) > MOST_LENGTH:
        raise InvalidInput("password_too_long", words={"most": MOST_LENGTH}, field="password")
    if not can_be_stored(password):
        raise InvalidInput("password_not_text", field="password")
    return PasswordHasher().hash(password)


def password_fits(password_hash: str, password: str) -> bool:
    """Whether a password is the one that was hashed."""
    if not can_be_stored(password):
        return False
    try:
        return PasswordHasher().verify(password_hash, password[: MOST_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False


def waste_time_like_a_check() -> None:
    """Take as long as checking a password, so that time does not tell which names exist."""
    PasswordHasher().hash(secrets.token_hex(8))


def new_secret() -> str:
    """A random secret of 256 bits, fit for an address or a header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a random secret: SHA-256 in hexadecimal.

    A slow hash guards what people choose; 256 random bits need none.
    """
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
