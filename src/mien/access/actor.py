"""Who acts: a signed-in user, an API key, the operator at the command line, Mien itself, or nobody."""

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Final
from typing import Literal
from typing import Protocol
from typing import TypeAlias

from mien.options import Scope
from mien.storage.database import Database

if TYPE_CHECKING:
    from mien.access.throttling import Throttle
    from mien.storage.erased import ErasureList
    from mien.storage.files import FileStore

ActorKind: TypeAlias = Literal["user", "key", "operator", "system", "nobody"]
"""`operator` has a shell on the machine; `system` is Mien itself; `nobody` has shown nothing yet."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something on whose behalf a verb is called.

    Attributes:
        kind: of whom there is an account or a key, or what else it is.
        id: of the account or the key; None for the other kinds.
        is_admin: whether a user's account may administer.
        scopes: what a key may do; `admin` includes the others.
    """

    kind: ActorKind
    id: str | None = None
    is_admin: bool = False
    scopes: frozenset[Scope] = field(default_factory=frozenset)


OPERATOR: Final = Actor("operator")
"""Whoever can run commands on the machine; the files are theirs already."""

SYSTEM: Final = Actor("system")
"""Mien itself: at a start, by the clock, for its own figures."""

NOBODY: Final = Actor("nobody")
"""A request that has shown neither a sign-in nor a key."""


class AccessServices(Protocol):
    """What the verbs of this package need of a process's collaborators."""

    @property
    def database(self) -> Database:
        """The rows."""

    @property
    def files(self) -> "FileStore":
        """The stored files."""

    @property
    def erasures(self) -> "ErasureList":
        """What was erased."""

    @property
    def throttle(self) -> "Throttle":
        """How often passwords may be tried."""


class AccessCall(Protocol):
    """What the verbs of this package are called with; `gallery.services.Call` is one."""

    @property
    def services(self) -> AccessServices:
        """The collaborators."""

    @property
    def actor(self) -> Actor:
        """Who acts."""

    @property
    def request_id(self) -> str | None:
        """Of the request that is being answered; None outside of one."""
