"""A new password for oneself."""

from mien.access import audit
from mien.access import permissions
from mien.access.actor import AccessCall
from mien.access.check_password import check_password
from mien.access.passwords import hash_password
from mien.access.throttling import NOWHERE
from mien.access.throttling import Source
from mien.access.users import replace_password
from mien.errors import UserNotFound
from mien.errors import WrongCredentials
from mien.storage.models import UserRow


def change_password(
    call: AccessCall,
    *,
    user_id: str,
    old_password: str,
    new_password: str,
    source: Source = NOWHERE,
) -> None:
    """Set a new password and end every sign-in, also the one that asks.

    Args:
        call: who asks, and with what.
        user_id: whose.
        old_password: has to be right.
        new_password: from now on.
        source: where the old password comes from.

    Raises:
        NotPermitted: the account is somebody else's.
        TooManyAttempts: no password is looked at just now.
        WrongCredentials: the old password is wrong.
        InvalidInput: the new one breaks a rule.
        UserNotFound: the account is gone.
    """
    permissions.require(call.actor, "account.change_password")
    permissions.require_own(call.actor, user_id)
    with call.services.database.read() as session:
        row = session.get(UserRow, user_id)
    if row is None:
        raise UserNotFound("removed")
    try:
        check_password(call, name=row.name, password=old_password, source=source)
    except WrongCredentials as error:
        raise WrongCredentials("present_password") from error
    hashed = hash_password(new_password, name=row.name)
    with call.services.database.write() as session:
        fresh = session.get(UserRow, user_id)
        if fresh is None:
            raise UserNotFound("removed")
        replace_password(session, fresh, hashed)
        audit.record(session, call, "password_changed", subject_id=user_id)
