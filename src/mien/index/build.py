"""From a name to a backend."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Final
from typing import Literal
from typing import TypeAlias

from mien.index.base import IndexBackend
from mien.index.exact import ExactBackend

BackendName: TypeAlias = Literal["exact"]

_BACKENDS: Final[Mapping[BackendName, Callable[[], IndexBackend]]] = {"exact": ExactBackend}


def build_backend(name: BackendName) -> IndexBackend:
    """The backend of this name; opens nothing yet."""
    return _BACKENDS[name]()
