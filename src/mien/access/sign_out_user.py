"""Sign an account out everywhere."""

from sqlalchemy import delete

from mien.access import audit
from mien.access import permissions
from mien.access.actor import AccessCall
from mien.access.users import User
from mien.access.users import as_user
from mien.access.users import find_user
from mien.storage.models import SignInRow


def sign_out_user(call: AccessCall, *, name: str) -> User:
    """Sign an account out in every browser; its password stays.

    Raises:
        UserNotFound: no account has this name.
    """
    permissions.require(call.actor, "users.sign_out")
    with call.services.database.write() as session:
        row = find_user(session, name)
        ended = session.execute(
            delete(SignInRow).where(SignInRow.user_id == row.id).returning(SignInRow.id)
        ).all()
        audit.record(session, call, "user_signed_out", subject_id=row.id, sign_ins=len(ended))
        return as_user(row)
