"""What a browser keeps of having signed in, so that guesses of strangers do not keep it out.

A mark is a random number and a signature over it and the account. It lets nobody in: a wrong
password that comes with it is counted for this browser instead of for the account.
"""

import hmac
import secrets
from typing import Final

from mien.access.passwords import keyed_hash

_NUMBER_BYTES: Final = 12


def new_mark(*, secret: str, account: str) -> str:
    """A mark for a browser that has just signed in.

    Args:
        secret: of the installation.
        account: as `throttling.account_key` gives it.
    """
    number = secrets.token_urlsafe(_NUMBER_BYTES)
    return f"{number}.{_signature(secret, account, number)}"


def number_of(mark: str, *, secret: str, account: str) -> str | None:
    """The number of a mark; None when it is none of this account's."""
    number, _, signature = mark.partition(".")
    good = _signature(secret, account, number)
    return (
        number if hmac.compare_digest(good.encode(), signature.encode("utf-8", "replace")) else None
    )


def _signature(secret: str, account: str, number: str) -> str:
    return keyed_hash(secret, "known browser", account, number)
