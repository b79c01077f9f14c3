"""The first administrator, by a link that is printed once and works once."""

import secrets

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.access.actor import AccessCall
from mien.access.passwords import digest
from mien.access.passwords import new_secret
from mien.access.users import User
from mien.access.users import as_user
from mien.access.users import user_row
from mien.errors import NameTaken
from mien.errors import SetupFinished
from mien.errors import SetupLinkInvalid
from mien.storage.models import InstallationRow
from mien.storage.models import UserRow

_KEY = "setup_link_sha256"


def setup_needed(call: AccessCall) -> bool:
    """Whether nobody can administer yet."""
    permissions.require(call.actor, "setup.check")
    with call.services.database.read() as session:
        return not _has_admin(session)


def issue_link(call: AccessCall) -> str | None:
    """A new secret for the set-up link; older ones stop working. None when an admin exists."""
    permissions.require(call.actor, "setup.issue_link")
    if not setup_needed(call):
        return None
    secret = new_secret()
    with call.services.database.write() as session:
        session.merge(InstallationRow(key=_KEY, value=digest(secret)))
        audit.record(session, call, "setup_link_issued")
    return secret


def check_link(call: AccessCall, *, secret: str) -> None:
    """Make sure that a set-up link may be used.

    Raises:
        SetupFinished: an administrator exists.
        SetupLinkInvalid: the secret is wrong or older than the last start.
    """
    permissions.require(call.actor, "setup.check")
    with call.services.database.read() as session:
        _check(session, secret)


def finish_setup(call: AccessCall, *, secret: str, name: str, password: str) -> User:
    """Make the first administrator and spend the link.

    Raises:
        SetupFinished: an administrator exists.
        SetupLinkInvalid: the secret is wrong or older than the last start.
        InvalidInput: the name or the password breaks a rule.
        NameTaken: somebody who is no administrator has this name.
    """
    permissions.require(call.actor, "setup.finish")
    check_link(call, secret=secret)
    call.services.database.rest()
    row = user_row(name=name, password=password, is_admin=True)
    with call.services.database.write() as session:
        _check(session, secret)
        spent = session.get(InstallationRow, _KEY)
        if spent is not None:
            session.delete(spent)
        session.add(row)
        try:
            session.flush()
        except IntegrityError as error:
            raise NameTaken("account") from error
        audit.record(session, call, "setup_finished", subject_id=row.id)
    return as_user(row)


def _check(session: Session, secret: str) -> None:
    if _has_admin(session):
        raise SetupFinished
    kept = session.get(InstallationRow, _KEY)
    if kept is None or not secrets.compare_digest(kept.value, digest(secret)):
        raise SetupLinkInvalid


def _has_admin(session: Session) -> bool:
    query = select(UserRow.id).where(UserRow.is_admin.is_(True)).limit(1)
    return session.scalar(query) is not None
