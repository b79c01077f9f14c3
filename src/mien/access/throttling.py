"""How often a password may be tried: counted in the database, by account and by address.

An account is never locked. After a few wrong passwords the next one has to wait, longer each time,
and the right one is taken as soon as the wait is over. A browser that has signed in to the account
before is counted by itself, so that strangers who guess keep nobody out who has been in.

An address is a second, coarser bound, against one machine that tries many accounts. Its waits are
short, only wrong passwords count, and known browsers are not asked: behind a proxy that is not
trusted everybody has the same address. Where it can be seen that an address is such a proxy's, it
has ten times as many tries. It has an end all the same: each try leaves a row, and takes a
processor a while.
"""

import datetime as dt
import ipaddress
import math
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access.known_browsers import number_of
from mien.access.passwords import keyed_hash
from mien.errors import TooManyAttempts
from mien.names import name_key
from mien.storage.insert import insert_or_lock
from mien.storage.models import PasswordTriesRow
from mien.storage.models import now

FREE_TRIES: Final = 5
"""Wrong passwords for an account before the first wait."""

FIRST_WAIT_SECONDS: Final = 5
LONGEST_WAIT_SECONDS: Final = 15 * 60
"""Each wait is twice the one before, up to this: about a hundred guesses a day."""

_REMEMBERED: Final = dt.timedelta(days=1)
_NETWORK_BITS: Final = 64
_MOST_DOUBLINGS: Final = 16
_MANY: Final = 10
# Longer waits are told in minutes.
_SECONDS_ARE_SAID: Final = 90


@dataclass(frozen=True, slots=True)
class Throttle:
    """What counting needs to know.

    Attributes:
        secret: gives the key under which names and addresses are hashed.
        address_tries: wrong passwords that one address may send in a while.
        address_seconds: how long that while is.
    """

    secret: Callable[[], str]
    address_tries: int
    address_seconds: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a password comes from.

    Attributes:
        address: of the client; empty where there is none.
        mark: what the browser has kept of an earlier sign-in; empty when nothing.
        is_shared: whether the address is that of many, such as a proxy's.
    """

    address: str = ""
    mark: str = ""
    is_shared: bool = False


NOWHERE: Final = Source()
"""No request: counted by the account alone."""


@dataclass(frozen=True, slots=True)
class CountedTry:
    """A try that was counted as wrong before it was checked.

    Attributes:
        account: key of the row that counts for the account, or for the browser that is known there.
        address: key of the row that counts for the address; None when none does.
    """

    account: str
    address: str | None

    @property
    def keys(self) -> tuple[str | None, ...]:
        """Both."""
        return (self.account, self.address)


def count_try(session: Session, throttle: Throttle, *, name: str, source: Source) -> CountedTry:
    """Count a try before its password is checked, so that none slips past that comes beside it.

    Names that no account has are counted like others.

    Args:
        session: writing; the rows that count are locked until it ends.
        throttle: the limits.
        name: of the account, as it was typed.
        source: where the password comes from.

    Raises:
        TooManyAttempts: the next try is not taken yet; this one was not counted.
    """
    counted, at = _counters(throttle, name, source), now()
    # Locked in one order everywhere, so that no two wait for each other.
    rows = {key: _locked(session, key, at) for key in sorted(filter(None, counted.keys))}
    _require_turn(rows.values(), at)
    _count_for_account(rows[counted.account], at)
    if counted.address is not None:
        tries = throttle.address_tries * (_MANY if source.is_shared else 1)
        _count_for_address(rows[counted.address], at, tries=tries, seconds=throttle.address_seconds)
    return counted


def refuse_early(session: Session, throttle: Throttle, *, name: str, source: Source) -> None:
    """Refuse a try that `count_try` would refuse, so that a flood of them writes nothing.

    Args:
        session: reading.
        throttle: the limits.
        name: of the account, as it was typed.
        source: where the password comes from.

    Raises:
        TooManyAttempts: the next try is not taken yet.
    """
    keys = [key for key in _counters(throttle, name, source).keys if key is not None]
    rows = session.scalars(select(PasswordTriesRow).where(PasswordTriesRow.key.in_(keys)))
    _require_turn(rows, now())


def forgive(session: Session, counted: CountedTry) -> None:
    """Take a try back whose password was right.

    The account begins anew; of the address it is one try less, because a password of one's own
    pays for no guesses at others.

    Args:
        session: writing.
        counted: as `count_try` gave it.
    """
    at = now()
    rows = {key: _locked(session, key, at) for key in sorted(filter(None, counted.keys))}
    for key, row in rows.items():
        row.wrong = 0 if key == counted.account else max(0, row.wrong - 1)
        row.next_at = at


def forget_old_tries(session: Session) -> None:
    """Remove what no longer makes a difference."""
    session.execute(delete(PasswordTriesRow).where(PasswordTriesRow.forget_at <= now()))


def account_key(secret: str, name: str) -> str:
    """What stands for an account's name in rows and cookies; nobody reads the name out of it."""
    return keyed_hash(secret, "account", name_key(name))


def network(address: str) -> str:
    """What one client has: an IPv4 address, or of IPv6 a network of 64 bits."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _NETWORK_BITS), strict=False))


def _counters(throttle: Throttle, name: str, source: Source) -> CountedTry:
    secret = throttle.secret()
    account = account_key(secret, name)
    browser = number_of(source.mark, secret=secret, account=account)
    if browser is not None:
        return CountedTry(keyed_hash(secret, "browser", account, browser), None)
    if source.address or source.is_shared:
        return CountedTry(account, keyed_hash(secret, "address", network(source.address)))
    return CountedTry(account, None)


def _require_turn(rows: Iterable[PasswordTriesRow], at: dt.datetime) -> None:
    next_at = max((row.next_at for row in rows), default=at)
    if next_at > at:
        raise _too_many(next_at - at)


def _locked(session: Session, key: str, at: dt.datetime) -> PasswordTriesRow:
    values = {"key": key, "wrong": 0, "next_at": at, "forget_at": at}
    row = insert_or_lock(session, PasswordTriesRow, values, unique=["key"])
    if row.forget_at <= at:
        row.wrong, row.next_at = 0, at
    return row


def _count_for_account(row: PasswordTriesRow, at: dt.datetime) -> None:
    row.wrong += 1
    doublings = min(row.wrong - FREE_TRIES, _MOST_DOUBLINGS)
    if doublings >= 0:
        wait = min(FIRST_WAIT_SECONDS * 2**doublings, LONGEST_WAIT_SECONDS)
        row.next_at = at + dt.timedelta(seconds=wait)
    row.forget_at = at + _REMEMBERED


def _count_for_address(row: PasswordTriesRow, at: dt.datetime, *, tries: int, seconds: int) -> None:
    if row.wrong == 0:
        row.forget_at = at + dt.timedelta(seconds=seconds)
    row.wrong += 1
    if row.wrong >= tries:
        row.next_at = row.forget_at


def _too_many(wait: dt.timedelta) -> TooManyAttempts:
    seconds = max(1, math.ceil(wait.total_seconds()))
    if seconds > _SECONDS_ARE_SAID:
        minutes = math.ceil(seconds / 60)
        return TooManyAttempts("minutes", words={"minutes": minutes}, retry_after_seconds=seconds)
    return TooManyAttempts("second" if seconds == 1 else "seconds", retry_after_seconds=seconds)
