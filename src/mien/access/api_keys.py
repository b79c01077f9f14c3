"""API keys: random, shown once, kept as a digest, named, scoped, revocable."""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select

from mien.access import audit
from mien.access import permissions
from mien.access.actor import AccessCall
from mien.access.actor import Actor
from mien.access.confirm import OwnPassword
from mien.access.confirm import confirm
from mien.access.passwords import digest
from mien.access.passwords import new_secret
from mien.errors import InvalidInput
from mien.errors import KeyInvalid
from mien.errors import KeyNotFound
from mien.errors import StorageError
from mien.names import can_be_stored
from mien.names import clean_name
from mien.options import SCOPES
from mien.options import Scope
from mien.storage.models import KeyRow
from mien.storage.models import now

PREFIX = "mien_"
# Being used is written down no more often than this.
_USED_EVERY = dt.timedelta(minutes=5)
_HINT_LENGTH = len(PREFIX) + 4


@dataclass(frozen=True, slots=True)
class Key:
    """What may be known of an API key.

    Attributes:
        hint: its first characters, to tell keys apart.
        scopes: what it may do; `admin` may do everything.
    """

    id: str
    name: str
    hint: str
    scopes: tuple[Scope, ...]
    created_at: dt.datetime
    used_at: dt.datetime | None
    revoked_at: dt.datetime | None

    @property
    def actor(self) -> Actor:
        """This key as the one that acts."""
        return Actor("key", id=self.id, scopes=frozenset(self.scopes))

    def allows(self, scope: Scope) -> bool:
        """Whether the key may do what needs this scope."""
        return scope in self.scopes or "admin" in self.scopes


def create_key(
    call: AccessCall,
    *,
    name: str,
    scopes: Iterable[str],
    own_password: OwnPassword | None = None,
) -> tuple[str, Key]:
    """Make a key; gives the key itself, which is not kept, and what may be known of it.

    Args:
        call: who makes it.
        name: after the program that will use it.
        scopes: what it may do.
        own_password: of the user who makes it; others have none.

    Raises:
        InvalidInput: the name or a scope breaks a rule.
        TooManyAttempts, WrongCredentials: the own password is wrong, or cannot be checked now.
    """
    permissions.require(call.actor, "keys.create")
    chosen = set(scopes)
    if not chosen or not chosen <= set(SCOPES):
        raise InvalidInput("scopes", words={"scopes": ", ".join(SCOPES)}, field="scopes")
    cleaned = clean_name(name)
    confirm(call, own=own_password)
    secret = PREFIX + new_secret()
    row = KeyRow(
        name=cleaned,
        key_sha256=digest(secret),
        hint=secret[:_HINT_LENGTH],
        scopes=[scope for scope in SCOPES if scope in chosen],
    )
    with call.services.database.write() as session:
        session.add(row)
        session.flush()
        audit.record(session, call, "key_created", subject_id=row.id, scopes=list(row.scopes))
        return secret, _answer(row)


def list_keys(call: AccessCall) -> tuple[Key, ...]:
    """All keys, revoked ones too, the newest first."""
    permissions.require(call.actor, "keys.read")
    with call.services.database.read() as session:
        rows = session.scalars(select(KeyRow).order_by(KeyRow.created_at.desc(), KeyRow.id))
        return tuple(_answer(row) for row in rows)


def check_key(call: AccessCall, *, secret: str) -> Key:
    """The key that a caller sent.

    Raises:
        KeyInvalid: it is unknown or revoked.
    """
    permissions.require(call.actor, "keys.check")
    with call.services.database.read() as session:
        row = session.scalar(select(KeyRow).where(KeyRow.key_sha256 == digest(secret)))
    if row is None or row.revoked_at is not None:
        raise KeyInvalid
    if row.used_at is None or now() - row.used_at > _USED_EVERY:
        # Nobody is refused because this cannot be noted now.
        with suppress(StorageError), call.services.database.write(briefly=True) as session:
            fresh = session.get(KeyRow, row.id)
            if fresh is not None:
                fresh.used_at = now()
    return _answer(row)


def revoke_key(call: AccessCall, *, key_id: str) -> Key:
    """Make a key useless from its next call on; revoking twice changes nothing.

    Raises:
        KeyNotFound: no key has this id.
    """
    permissions.require(call.actor, "keys.revoke")
    with call.services.database.write() as session:
        row = session.get(KeyRow, key_id) if can_be_stored(key_id) else None
        if row is None:
            raise KeyNotFound
        if row.revoked_at is None:
            row.revoked_at = now()
            audit.record(session, call, "key_revoked", subject_id=row.id)
        return _answer(row)


def _answer(row: KeyRow) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        hint=row.hint,
        scopes=tuple(scope for scope in SCOPES if scope in row.scopes),
        created_at=row.created_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
