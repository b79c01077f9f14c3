"""Passwords, kept as Argon2id hashes; secrets of our own making, kept as digests."""

import hashlib
import hmac
import secrets
import string

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError
from argon2.exceptions import VerificationError

from mien.errors import InvalidInput
from mien.names import can_be_stored

LEAST_LENGTH = 10
MOST_LENGTH = 256
LEAST_GUESSES = 1e6
"""So many an attacker at the sign-in page, who is slowed down, does not make in years."""

# What is put before and behind a word because a form somewhere asked for it.
_DRESS = string.digits + string.punctuation + string.whitespace
_MOST_DRESS, _LEAST_GUESSES_OF_A_WORD = 6, 1e4

# What anybody would try here first.
_PRODUCT_WORDS = ("mien", "face", "faces", "facial", "recognition", "gallery", "administrator")
_READ_BY_ESTIMATE = 72
_PART_OF_A_NAME, _LEAST_BESIDE_A_NAME = 3, 6


def hash_password(password: str, *, name: str) -> str:
    """An Argon2id hash with the library's parameters (RFC 9106, low memory).

    Args:
        password: as it was chosen.
        name: of the account, which says nothing that a stranger would not try first.

    Raises:
        InvalidInput: the password is too short, too long or too easy to guess.
    """
    if len(password) < LEAST_LENGTH:
        raise InvalidInput("password_too_short", words={"least": LEAST_LENGTH}, field="password")
    if len(password) > MOST_LENGTH:
        raise InvalidInput("password_too_long", words={"most": MOST_LENGTH}, field="password")
    if not can_be_stored(password):
        raise InvalidInput("password_not_text", field="password")
    if (
        _is_hardly_more_than(name, password)
        or _is_dressed_up(password, name=name)
        or _guesses(password, name=name) < LEAST_GUESSES
    ):
        raise InvalidInput("password_easy", field="password")
    return PasswordHasher().hash(password)


def _is_hardly_more_than(name: str, password: str) -> bool:
    """Whether little is left of a password without the parts of a name."""
    rest = password.casefold()
    for part in sorted(name.casefold().split(), key=len, reverse=True):
        if len(part) >= _PART_OF_A_NAME:
            rest = rest.replace(part, "")
    return len(rest) < len(password) and len(rest) < _LEAST_BESIDE_A_NAME


def _is_dressed_up(password: str, *, name: str) -> bool:
    """Whether it is a common word with no more than a year and a mark around it: “Welcome2025!”."""
    word = password.strip(_DRESS)
    dress = len(password) - len(word)
    return 0 < dress <= _MOST_DRESS and _guesses(word, name=name) < _LEAST_GUESSES_OF_A_WORD


def _guesses(password: str, *, name: str) -> float:
    """How many guesses a password takes that is tried with lists and patterns first.

    Lower, D. (2016), zxcvbn: Low-Budget Password Strength Estimation, USENIX Security.
    """
    # Its lists take a tenth of a second to load, and passwords are set seldom.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # its types are another package

    parts = name.split()
    known = [*_PRODUCT_WORDS, *parts, "".join(parts), "".join(reversed(parts))]
    found = zxcvbn(password[:_READ_BY_ESTIMATE], user_inputs=known)
    return float(found["guesses"])


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


def keyed_hash(key: str, *parts: str) -> str:
    """What stands for something guessable, such as a name: HMAC-SHA256 in hexadecimal.

    Args:
        key: without which nobody can try guesses.
        parts: what it is for, and the thing itself.
    """
    message = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
