"""What every verb works with."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Final
from typing import Protocol

from mien.access.actor import Actor
from mien.access.throttling import Throttle
from mien.errors import ModelFileMissing
from mien.gallery.index_sync import Indexes
from mien.gallery.remembered import Remembered
from mien.gallery.search_log import SearchLog
from mien.observing import Observer
from mien.packs.store import PackStore
from mien.storage.database import Database
from mien.storage.erased import ErasureList
from mien.storage.files import FileStore
from mien.vision.budget import Budget
from mien.vision.engine import Engine
from mien.vision.reader import ImageReader

_MOST_REACHED: Final = 500_000
"""So many ids of people are remembered in a process, 120 bytes each."""


def _reached() -> Remembered:
    return Remembered(most_together=_MOST_REACHED)


class JobQueue(Protocol):
    """Brings word of jobs to whoever does them."""

    def put(self, job_id: str, /) -> None:
        """Say that a job is to be done."""


class NoQueue:
    """Brings word to nobody: a worker finds what is to be done in the rows."""

    def put(self, job_id: str, /) -> None:
        """Say nothing."""


def _no_other(name: str) -> Engine:
    raise ModelFileMissing("no_other_pack", words={"pack": name})


@dataclass(frozen=True, slots=True)
class Services:
    """The collaborators of the verbs; made once a process, shared by its threads.

    Attributes:
        database: the rows.
        files: crops and photos.
        erasures: what was erased, for the day that a backup brings it back.
        reader: from bytes to a picture, within limits.
        engine: from a picture to faces.
        indexes: search, kept up to the rows.
        packs: where model packs come from and are kept.
        searches: remembers the last searches as bare numbers.
        throttle: how often passwords may be tried.
        observer: told what happens, for whoever counts it.
        probe_seconds: how long a photo is held for follow-up actions.
        undo_seconds: how long a change of people and faces can be undone; 0 keeps nothing for that.
        remembered: what takes long to work out about a gallery and holds until it changes.
        engine_of: an engine of another pack than the one in use, whose files are on this machine;
            whoever asks closes it.
        jobs: brings word of long work to a worker.
        import_bytes: so much may be sent for one import, and unpacked from its archives.
        work_folder: where large files lie while they are worked on; None where the system has its
            temporary files.
        reached: people of a gallery whose metadata say something; see `recognition.chosen`.
    """

    database: Database
    files: FileStore
    erasures: ErasureList
    reader: ImageReader
    engine: Engine
    indexes: Indexes
    packs: PackStore
    searches: SearchLog
    throttle: Throttle
    observer: Observer = field(default_factory=Observer)
    probe_seconds: int = 3600
    undo_seconds: int = 86_400
    remembered: Remembered = field(default_factory=Remembered)
    engine_of: Callable[[str], Engine] = _no_other
    jobs: JobQueue = field(default_factory=NoQueue)
    import_bytes: int = 10 * 1024**3
    work_folder: Path | None = None
    reached: Remembered = field(default_factory=_reached)


def _tell_nobody(change_id: str) -> None:
    del change_id


@dataclass(frozen=True, slots=True)
class Call:
    """What every verb is called with: the collaborators, who acts, and in which request.

    Attributes:
        services: the collaborators.
        actor: on whose behalf; `permissions.require` asks what they may do.
        request_id: of the request that is being answered; None outside of one.
        budget: begins the time of a photo that is looked at; usually there is no end to it.
        on_change: told the id of each change that can be undone, before it is committed.
    """

    services: Services
    actor: Actor
    request_id: str | None = None
    budget: Callable[[], Budget] = Budget
    on_change: Callable[[str], None] = _tell_nobody
