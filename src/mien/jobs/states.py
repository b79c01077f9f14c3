"""The words for how a job stands, and for what became of one of its items."""

from typing import Final
from typing import Literal
from typing import TypeAlias

JobKind: TypeAlias = Literal["import_people", "import_folder", "embed_again", "video"]
"""What can be done as a job; `import_folder` is done by the command that was given the folder."""

FOR_WORKERS: Final[tuple[JobKind, ...]] = ("import_people", "embed_again", "video")
"""What a worker takes up; all else ends with the process that does it."""

JobState: TypeAlias = Literal[
    "receiving", "waiting", "working", "paused", "done", "failed", "cancelled"
]
"""`receiving` is for files that are still being sent, `waiting` for a worker."""

Wanted: TypeAlias = Literal["work", "pause", "cancel"]
"""What somebody wants of a job; whoever works on it looks before each item."""

ItemState: TypeAlias = Literal["pending", "added", "known", "check", "choose", "refused"]
"""`known` was there before; `check` was added and may be a mistake; `choose` waits until somebody
says which face is meant."""

ENDED: Final[frozenset[JobState]] = frozenset({"done", "failed", "cancelled"})
"""Nothing more comes of such a job."""

ITEM_ORDER: Final[tuple[ItemState, ...]] = (
    "refused",
    "choose",
    "check",
    "added",
    "known",
    "pending",
)
"""In which items are told of: what somebody should look at first."""
