"""Whether a password is an account's; every door that takes one asks here."""

from sqlalchemy import select

from mien.access import audit
from mien.access import permissions
from mien.access.actor import AccessCall
from mien.access.passwords import password_fits
from mien.access.passwords import waste_time_like_a_check
from mien.access.throttling import NOWHERE
from mien.access.throttling import Source
from mien.access.throttling import count_try
from mien.access.throttling import forgive
from mien.access.throttling import refuse_early
from mien.errors import WrongCredentials
from mien.names import name_key
from mien.storage.models import UserRow


def check_password(call: AccessCall, *, name: str, password: str, source: Source = NOWHERE) -> str:
    """Make sure that a password is an account's, and count that it was tried.

    Args:
        call: who asks; nobody, when it is somebody who signs in.
        name: of the account, whatever the letters' case.
        password: as it was typed.
        source: where it comes from.

    Returns:
        The account's id.

    Raises:
        TooManyAttempts: no password is looked at just now; says when the next one is.
        WrongCredentials: it is not, or there is no such account.
    """
    permissions.require(call.actor, "passwords.check")
    database, throttle = call.services.database, call.services.throttle
    with database.read() as session:
        refuse_early(session, throttle, name=name, source=source)
        user = session.scalar(select(UserRow).where(UserRow.name_key == name_key(name)))
    with database.write() as session:
        counted = count_try(session, throttle, name=name, source=source)
    # Checking a password takes a while on purpose; no transaction is held meanwhile.
    if user is None:
        waste_time_like_a_check()
    fits = user is not None and password_fits(user.password_hash, password)
    with database.write() as session:
        if fits:
            forgive(session, counted)
        else:
            audit.record(
                session,
                call,
                "password_refused" if call.actor.kind == "user" else "sign_in_refused",
                subject_id=None if user is None else user.id,
            )
    if user is None or not fits:
        raise WrongCredentials
    return user.id
