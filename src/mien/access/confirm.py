"""The own password again, before something that would outlast a stolen sign-in."""

from dataclasses import dataclass
from dataclasses import field

from mien.access import permissions
from mien.access.actor import AccessCall
from mien.access.check_password import check_password
from mien.access.throttling import NOWHERE
from mien.access.throttling import Source
from mien.errors import WrongCredentials
from mien.storage.models import UserRow


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """The password of the one who acts, typed again.

    Attributes:
        password: as it was typed.
        source: where it comes from.
    """

    password: str = field(repr=False)
    source: Source = NOWHERE


def confirm(call: AccessCall, *, own: OwnPassword | None) -> None:
    """Make sure that it is really the user who acts. Others than users have no password.

    Raises:
        TooManyAttempts: no password is looked at just now.
        WrongCredentials: it is not the user's, or none was given.
    """
    permissions.require(call.actor, "passwords.check")
    if call.actor.kind != "user":
        return
    with call.services.database.read() as session:
        row = session.get(UserRow, call.actor.id)
    if row is None or own is None or not own.password:
        raise WrongCredentials("own_password")
    try:
        check_password(call, name=row.name, password=own.password, source=own.source)
    except WrongCredentials as error:
        raise WrongCredentials("own_password") from error
