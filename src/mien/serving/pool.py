"""What `mien serve` does at the turns of a server's life, and what one worker will need."""

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING
from typing import Any

from mien.access.actor import SYSTEM
from mien.serving.pack_watch import end_worker
from mien.serving.preload import read_everything
from mien.serving.process import Process
from mien.serving.startup import make_home
from mien.settings import Settings

if TYPE_CHECKING:
    from mien.runtime import Runtime
    from mien.sizing import Need
    from mien.sizing import Plan

# Less than what makes Gunicorn take a process for a hanging one.
_WARMING_SECONDS = 30


class Pool:
    """The turns of a server's life, in the master or in a worker.

    Args:
        settings: of the server.
        tell: told the addresses once the master listens.
    """

    def __init__(self, settings: Settings, *, tell: Callable[[list[str]], None]) -> None:
        self._settings = settings
        self._tell = tell
        self._process: Process | None = None

    def tell(self, arbiter: Any) -> None:
        """Say where it serves; in the master, once it listens."""
        self._tell([_shown(listener) for listener in arbiter.LISTENERS])

    def load(self, plan: "Plan") -> Any:
        """Make the application, in a worker."""
        process = self._process = Process(with_plan(self._settings, plan), when_outdated=end_worker)
        application = process.open()
        # A process that takes another's place is asked once it can answer at once.
        process.wait_until_warm(_WARMING_SECONDS)
        return application

    def close(self, _arbiter: Any, _worker: Any) -> None:
        """Let go of models and connections, in a worker that ends."""
        if self._process is not None:
            self._process.close()


def check_surroundings(settings: Settings, *, with_link: bool) -> "tuple[str | None, Need]":
    """Make sure that all is there, and close again whatever was opened for it.

    Args:
        settings: of the server.
        with_link: make a new set-up link while there is no administrator; an older one stops
            working.

    Returns:
        The token of a new set-up link, None when there is an administrator; and what one worker
        will need.

    Raises:
        InvalidInput: the home folder cannot be written to.
        DatabaseMissing: there is no database yet.
        DatabaseUnreachable: the database does not answer.
        FilesOfAnotherDatabase, FilesUnavailable: the stored files are not those of the database.
        DatabaseOutdated: its schema is not this version's.
        ModelError: no model pack was chosen, or a file of it is missing.
    """
    from mien.access.first_administrator import issue_link
    from mien.runtime import given_engine
    from mien.runtime import open_runtime
    from mien.storage.binding import bind

    with closing(open_runtime(settings, engine=given_engine())) as runtime:
        bind(runtime.database, runtime.services.files)
        # Asked after, so that a place without a database stays as it was.
        make_home(settings)
        need = _need(runtime, with_models=given_engine() is None)
        return issue_link(runtime.call(SYSTEM)) if with_link else None, need


def rehearse(settings: Settings) -> None:
    """Do what a worker does at its start but for loading models, so that what fails fails here."""
    from mien.app import create_app
    from mien.runtime import given_engine
    from mien.runtime import open_runtime

    read_everything()
    with closing(open_runtime(settings, engine=given_engine())) as runtime:
        create_app(runtime)


def with_plan(settings: Settings, plan: "Plan") -> Settings:
    """The settings with the part of the cores that one worker may use."""
    return settings.model_copy(
        update={
            "inference_threads": plan.inference_threads,
            "inference_concurrency": plan.inference_concurrency,
        }
    )


def _need(runtime: "Runtime", *, with_models: bool) -> "Need":
    from mien.gallery.galleries import count_faces
    from mien.gallery.index_memory import index_memory
    from mien.gallery.pack_in_use import model_files
    from mien.sizing import Need
    from mien.sizing import photos_bytes

    files = model_files(runtime.call(SYSTEM)) if with_models else ()
    index = index_memory(
        runtime.settings.index,
        count_faces(runtime.call(SYSTEM)),
        dimension=runtime.engine.summary.dimension,
    )
    return Need(
        model_bytes=sum(file.size_bytes for file in files),
        index_bytes=index.own_bytes,
        photo_bytes=photos_bytes(runtime.settings.max_pixels),
        shared_bytes=index.shared_bytes,
    )


def _shown(listener: Any) -> str:
    name = listener.getsockname()
    if isinstance(name, str):
        return f"unix:{name}"
    host, port = name[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
