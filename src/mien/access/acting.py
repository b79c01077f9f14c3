"""Who acts in work that goes on when its request is long over."""

from sqlalchemy.orm import Session

from mien.access.actor import NOBODY
from mien.access.actor import OPERATOR
from mien.access.actor import SYSTEM
from mien.access.actor import Actor
from mien.options import SCOPES
from mien.storage.models import KeyRow
from mien.storage.models import UserRow


def actor_of(session: Session, kind: str, actor_id: str | None) -> Actor:
    """Whoever has asked for something, with what they may do now.

    An account or a key that is gone may nothing any more, and neither may what it has started.

    Args:
        session: reading.
        kind: of the actor; see `ActorKind`.
        actor_id: of the account or the key.
    """
    if kind == "operator":
        return OPERATOR
    if kind == "system":
        return SYSTEM
    if kind == "user" and actor_id is not None:
        user = session.get(UserRow, actor_id)
        if user is not None:
            return Actor("user", user.id, is_admin=user.is_admin)
    if kind == "key" and actor_id is not None:
        key = session.get(KeyRow, actor_id)
        if key is not None and key.revoked_at is None:
            scopes = frozenset(scope for scope in SCOPES if scope in key.scopes)
            return Actor("key", key.id, scopes=scopes)
    return NOBODY
