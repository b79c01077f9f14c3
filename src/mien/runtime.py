"""Runtime: everything a process works with, built from the settings, closed at the end."""

import os
import secrets
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

from mien.access.actor import Actor
from mien.access.throttling import Throttle
from mien.errors import ModelFileMissing
from mien.gallery.index_backends import MilvusAccess
from mien.gallery.index_backends import build_backend
from mien.gallery.index_sync import Indexes
from mien.gallery.pack_in_use import current_pack
from mien.gallery.recognition.warm_up import WarmUp
from mien.gallery.runtimes_in_use import measured_runtimes
from mien.gallery.search_log import SearchLog
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.jobs.queue import HueyQueue
from mien.maintenance.swap import recover
from mien.observing import Observer
from mien.packs.manifest import InstalledPack
from mien.packs.store import PackStore
from mien.settings import Settings
from mien.storage.bucket import Bucket
from mien.storage.bucket_client import BucketAccess
from mien.storage.database import Database
from mien.storage.erased import NAME as ERASURES
from mien.storage.erased import ErasureList
from mien.storage.files import FileStore
from mien.storage.folder_store import FolderStore
from mien.storage.object_store import ObjectStore
from mien.storage.shared_erasures import shared_erasures
from mien.vision.budget import Budget
from mien.vision.engine import Engine
from mien.vision.engine import EnginePlan
from mien.vision.engine import LazyEngine
from mien.vision.reader import ImageReader
from mien.vision.runtimes import NOT_MEASURED
from mien.vision.runtimes import MeasuredRuntimes

WORK_FOLDER = "work"
"""Where in the home large files lie while they are worked on; they have no names, and nothing stays."""

_WARMING_SECONDS = 20
_engine: "ContextVar[Engine | None]" = ContextVar("engine", default=None)


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a process works with; shared by its threads, never by a fork.

    Attributes:
        queue: brings word of jobs; the same as the services'.
        opened_at: when it was built, in seconds since the epoch.
    """

    settings: Settings
    services: Services
    warm_up: WarmUp
    queue: HueyQueue
    opened_at: float

    @property
    def database(self) -> Database:
        """The rows."""
        return self.services.database

    @property
    def engine(self) -> Engine:
        """From a picture to faces."""
        return self.services.engine

    def call(
        self,
        actor: Actor,
        request_id: str | None = None,
        *,
        budget: Callable[[], Budget] = Budget,
        on_change: Callable[[str], None] | None = None,
    ) -> Call:
        """What a verb is called with on behalf of somebody; see `Call`."""
        call = Call(self.services, actor, request_id, budget)
        return call if on_change is None else replace(call, on_change=on_change)

    def close(self) -> None:
        """Let go of models and connections; whoever still asks for them is sent away."""
        # A thread inside a native library when the process ends would abort it.
        self.warm_up.wait(_WARMING_SECONDS)
        self.queue.close()
        self.services.searches.flush()
        self.services.reader.close()
        self.services.engine.close()
        self.services.indexes.close()
        self.services.files.close()
        self.services.database.close()


def open_runtime(settings: Settings, *, engine: Engine | None = None) -> Runtime:
    """Build the collaborators; connects to nothing and loads nothing yet.

    Finishes first what a restoring of the home has left that was killed.

    Args:
        settings: what the operator has said.
        engine: another engine than the pack's, for tests.

    Raises:
        DatabaseUnreachable: the database's address cannot be understood.
        DatabaseBusy: the home is being restored.
    """
    if not settings.database_url:
        recover(settings.home)
    database = Database(settings.database)
    packs = PackStore(
        models_dir=settings.models_dir,
        offline=settings.offline,
        timeout_seconds=settings.source_timeout_seconds,
        runtime=settings.inference_runtime,
        wanted=settings.pack,
        folder=settings.models_from,
    )
    observer = Observer()
    files = build_files(settings)
    made: list[Runtime] = []
    queue = HueyQueue(settings.home.resolve(), database, settings.jobs_url)
    services = Services(
        database=database,
        files=files,
        erasures=ErasureList(settings.home.absolute() / ERASURES, shared_erasures(files, database)),
        reader=ImageReader(
            max_bytes=settings.max_upload_bytes,
            max_pixels=settings.max_pixels,
            keeps_metadata=settings.keep_metadata,
        ),
        engine=engine or LazyEngine(lambda: _plan(settings, database, packs, observer)),
        indexes=Indexes(
            build_backend(
                settings.index,
                home=settings.home.resolve(),
                database=database,
                milvus=MilvusAccess(
                    settings.milvus_url,
                    settings.milvus_token.get_secret_value(),
                    settings.milvus_name,
                ),
            ),
            observer,
        ),
        packs=packs,
        searches=SearchLog(database),
        throttle=Throttle(
            secret=lambda: secret_key(settings),
            address_tries=settings.signin_limit.tries,
            address_seconds=settings.signin_limit.seconds,
        ),
        observer=observer,
        probe_seconds=settings.probe_seconds,
        engine_of=lambda name: engine_of(made[0], name),
        jobs=queue,
        import_bytes=settings.max_import_bytes,
        work_folder=settings.home.resolve() / WORK_FOLDER,
        undo_seconds=settings.undo_hours * 3600,
    )
    made.append(
        Runtime(
            settings=settings,
            services=services,
            warm_up=WarmUp(services),
            queue=queue,
            opened_at=time.time(),
        )
    )
    return made[0]


def build_files(settings: Settings, place: str | None = None) -> FileStore:
    """The store of the photos; asks and opens nothing yet.

    Args:
        settings: what the operator has said.
        place: another one than the settings name: `s3://bucket/prefix`, or nothing for the folder.
    """
    url = settings.files_url if place is None else place
    if not url:
        return FolderStore(
            settings.home.resolve() / "files", group_reads=bool(settings.accel_prefix)
        )
    return ObjectStore(
        Bucket(
            BucketAccess(
                url,
                endpoint=settings.files_s3_endpoint,
                region=settings.files_s3_region,
                access_key=settings.files_s3_access_key.get_secret_value(),
                secret_key=settings.files_s3_secret_key.get_secret_value(),
                instance_role=settings.files_s3_instance_role,
            )
        )
    )


@contextmanager
def using_engine(engine: Engine) -> Iterator[None]:
    """Let whatever runs in this block work with this engine and fetch no model pack.

    The seam by which tests run commands and servers without weights.
    """
    token = _engine.set(engine)
    try:
        yield
    finally:
        _engine.reset(token)


def given_engine() -> Engine | None:
    """The engine that this process works with instead of the pack's, if there is one."""
    return _engine.get()


def build_engine(
    settings: Settings,
    installed: InstalledPack,
    observer: Observer | None = None,
    *,
    measured: MeasuredRuntimes = NOT_MEASURED,
) -> Engine:
    """Load an installed pack as the operator has set it.

    Args:
        settings: what the operator has said.
        installed: the pack.
        observer: is told how long stages and waits take.
        measured: how quick the inference libraries are on this machine.
    """
    from mien.vision.pack_engine import PackEngine

    return PackEngine(
        installed,
        runtime=settings.inference_runtime,
        measured=measured,
        precision=settings.inference_precision,
        threads=settings.inference_threads,
        concurrency=settings.inference_concurrency,
        detection_side=settings.detection_side,
        max_faces=settings.max_faces,
        observer=observer,
    )


def engine_of(runtime: Runtime, name: str) -> Engine:
    """An engine of another pack than the one in use, beside the runtime's; whoever asks closes it.

    Args:
        runtime: whose settings and models.
        name: of a pack whose files are on this machine.
    """
    services = runtime.services
    return LazyEngine(
        lambda: _plan_of(
            name, runtime.settings, services.database, services.packs, services.observer
        )
    )


def secret_key(settings: Settings) -> str:
    """The key that signs form tokens: the operator's, or one made once and kept in the home."""
    given = settings.secret_key.get_secret_value()
    return given or _kept_key(settings.home / "secret_key")


def _kept_key(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        # Written aside and linked, so that of several processes that start at once one wins
        # and nobody reads half a key.
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text(encoding="ascii").strip()


def _plan(
    settings: Settings, database: Database, packs: PackStore, observer: Observer
) -> EnginePlan:
    name = current_pack(database)
    if name is None:
        raise ModelFileMissing("no_pack_at_start")
    return _plan_of(name, settings, database, packs, observer)


def _plan_of(
    name: str, settings: Settings, database: Database, packs: PackStore, observer: Observer
) -> EnginePlan:
    from mien.vision.pack_summary import summarise

    manifest = packs.find(name)
    measured = measured_runtimes(database, manifest)
    return EnginePlan(
        summary=summarise(
            manifest,
            calibration=packs.calibration(manifest),
            runtime=settings.inference_runtime,
            measured=measured,
        ),
        build=lambda: build_engine(
            settings, packs.install(name, offline=True), observer, measured=measured
        ),
    )
