"""Crops and photos as objects in a bucket of an S3-compatible store.

Below the prefix lie `files/NAME`, `set-aside/NAME`, `writing/…` for what is being written, and
`installation`. Whatever else lies there, such as what another installation has below a longer
prefix, is neither told of nor touched. There are no locks: what a change notes is given up when
its process is known to be gone, or after an hour.
"""

import datetime as dt
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from typing import TypeVar

import structlog

from mien.errors import FileMissing
from mien.errors import FilesUnavailable
from mien.errors import StorageError
from mien.storage.bucket import Bucket
from mien.storage.bucket import Found
from mien.storage.bucket import NoSuchObjectError
from mien.storage.bucket import ObjectBytes
from mien.storage.bucket import Version
from mien.storage.bucket import VersionsNotToldError
from mien.storage.files import DAYS
from mien.storage.files import FILES
from mien.storage.files import FORMER
from mien.storage.files import MARKER
from mien.storage.files import OTHERS_SECONDS
from mien.storage.files import SET_ASIDE
from mien.storage.files import WRITING
from mien.storage.files import FileStore
from mien.storage.files import Moved
from mien.storage.files import is_name
from mien.storage.files import new_name
from mien.storage.files import place_of
from mien.storage.process_identity import is_gone
from mien.storage.process_identity import this_process

OWN_SECONDS: Final = 5.0
"""So long it is remembered whose files they are, while one change writes several."""

# A process and a random end, see `journal`.
_JOURNAL: Final = re.compile(r"[0-9a-f]{16}\.[0-9]{1,10}\.[A-Za-z0-9]*\.[0-9a-f]{2,32}")
# Names noted at once: an enrolment notes once, and not for each file.
_NAMES_AT_ONCE: Final = 8
# Of every portrait, whatever the photo is.
_USUAL: Final = "jpg"
_AT_ONCE: Final = 8
_FEW: Final = 200
_VERSIONS_SECONDS: Final = 60.0
_TROUBLE_SECONDS: Final = 15.0
_WEEK_SECONDS: Final = DAYS * 86_400
_log = structlog.get_logger(__name__)
_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class ObjectContent:
    """An object that is asked for when it is opened; see `files.Content`."""

    bucket: Bucket
    key: str
    path: None = None

    def read(self) -> bytes:
        """All its bytes."""
        try:
            return self.bucket.read(self.key)
        except NoSuchObjectError as error:
            raise FileMissing from error

    def open(self) -> tuple[int, ObjectBytes]:
        """How many bytes there are, and what gives them."""
        try:
            return self.bucket.open(self.key)
        except NoSuchObjectError as error:
            raise FileMissing from error


class ObjectStore(FileStore):
    """Files in a bucket; see `files.FileStore`.

    Args:
        bucket: where they are; nothing is asked of it yet.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.installation: str | None = None
        self.trusted_seconds = OWN_SECONDS
        self._owned_until = 0.0
        self._versions: tuple[float, bool | None] = (0.0, None)
        self._trouble: tuple[float, StorageError | None] = (0.0, None)

    @property
    def place(self) -> str:
        """Its address, without anything secret."""
        return self.bucket.place

    def write(self, name: str, data: bytes) -> None:
        """Store bytes under a new name."""
        key = _key(name)
        if time.monotonic() >= self._owned_until:
            self.require_own()
        self._put(key, data)

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        return self.locate(name).read()

    def locate(self, name: str) -> ObjectContent:
        """A file, to be sent; whether it is there shows when it is opened."""
        return ObjectContent(self.bucket, _key(name))

    def exists(self, name: str) -> bool:
        """Whether a file is there."""
        return self.bucket.has(_key(name))

    def present(self, names: Collection[str]) -> set[str]:
        """Which of these files are there."""
        if len(names) > _FEW:
            return set(names) & set(self.names())
        return {name for name, there in self.together(names, self.exists) if there}

    def left(self, names: Collection[str]) -> set[str]:
        """Which of these files are there, as older versions or set aside, or may be."""
        try:
            aside = self._keys_aside()
            found = self._lying([_key(name) for name in names])
        except StorageError:
            return set(names)
        return {name for name in names if _key(name) in found or _aside_key(name) in aside}

    def keeps_versions(self) -> bool | None:
        """Whether the bucket keeps what was deleted; None where it does not tell."""
        until, found = self._versions
        if time.monotonic() >= until:
            found = self._ask_for_versions()
            self._versions = (time.monotonic() + _VERSIONS_SECONDS, found)
        return found

    def delete(self, names: Iterable[str]) -> int:
        """Remove files with all their versions, also where they were set aside."""
        names = list(names)
        keys = [_key(name) for name in names]
        if not keys:
            return 0
        # Somebody may have changed it since.
        self._versions = (0.0, None)
        try:
            # Asked first, so that a store which is away is asked once.
            aside = self._keys_aside()
            found = self._lying([*keys, *(key for key in map(_aside_key, names) if key in aside)])
        except StorageError as error:
            _log.error("Stored files cannot be deleted yet", files=len(names), code=error.code)
            return 0
        failed: Counter[str] = Counter()
        for _, done in self.together(found.items(), self._try_to_remove):
            if isinstance(done, StorageError):
                failed[done.code] += 1
        for code, files in failed.items():
            _log.error("Stored files cannot be deleted yet", files=files, code=code)
        return len(found) - failed.total()

    def trouble(self) -> StorageError | None:
        """What the last write was refused with, for a while; nothing is written to find out."""
        until, found = self._trouble
        return found if time.monotonic() < until else None

    def names(self) -> Iterator[str]:
        """Of all stored files, whoever knows them."""
        return (_name(each.key) for each in self._own(FILES))

    def every_name(self) -> set[str]:
        """Of all files, also of those set aside, and of those of which older versions are kept."""
        if self.keeps_versions() is not True:
            return {*self.names(), *self.aside()}
        found = (each.key for part in (FILES, SET_ASIDE) for each in self._versions_of(f"{part}/"))
        return {name for name in map(_name, found) if is_name(name)}

    def read_marker(self) -> str | None:
        """The id of the installation that the files belong to; None when none is named."""
        try:
            return self.bucket.read(MARKER).decode("ascii").strip()
        except NoSuchObjectError:
            return None
        except UnicodeDecodeError:
            # Whatever it is, it is the id of no database.
            return ""

    def write_marker(self, installation: str) -> None:
        """Say that the files belong to an installation."""
        self._put(MARKER, f"{installation}\n".encode("ascii"))

    def require_own(self) -> None:
        """Make sure that the bucket still is the one that it was when it was bound."""
        if self.installation is not None and self.read_marker() != self.installation:
            self._owned_until = 0.0
            raise FilesUnavailable
        self._owned_until = time.monotonic() + OWN_SECONDS

    @contextmanager
    def journal(self) -> Iterator[Callable[[str], str]]:
        """Gives names for files that are about to be written, each noted some time before."""
        key = f"{WRITING}/{this_process()}.{secrets.token_hex(8)}"
        noted: list[str] = []
        free: dict[str, list[str]] = {}

        def give(extension: str) -> str:
            if not free.get(extension):
                if not noted:
                    self.require_own()
                for each in {extension, _USUAL} - {kind for kind, names in free.items() if names}:
                    free[each] = [new_name(each) for _ in range(_NAMES_AT_ONCE)]
                    noted.extend(free[each])
                self._put(key, "".join(f"{name}\n" for name in noted).encode("ascii"))
            return free[extension].pop()

        try:
            yield give
        finally:
            if noted:
                # A change that is done is not to fail for it; whoever looks later finds nothing.
                with suppress(StorageError):
                    self._remove(key)

    def abandoned(self) -> Iterator[list[str]]:
        """The names that changes noted whose process is gone, or which are an hour old."""
        before = time.time() - OTHERS_SECONDS
        for each in list(self._own(WRITING)):
            identity = _name(each.key).rpartition(".")[0]
            if not is_gone(identity) and each.modified >= before:
                continue
            try:
                text = self.bucket.read(each.key)
            except NoSuchObjectError:
                continue
            yield text.decode("ascii", "replace").split()
            self._remove(each.key)

    def changes(self) -> int:
        """How many changes that write files go on, or were killed."""
        return sum(1 for _ in self._own(WRITING))

    def left_by(self, names: Iterable[str]) -> list[str]:
        """Where files of these names may lie; there are no halves."""
        return [_key(name) for name in names if is_name(name)]

    def stray(self, known: set[str], *, older_than: float) -> Iterator[str]:
        """Where files lie that no row refers to."""
        for each in self._own(FILES):
            if _name(each.key) not in known and each.modified < older_than:
                yield each.key

    def set_aside(self, places: Iterable[str]) -> Moved:
        """Set files aside: a copy is made, then the file is removed."""
        return self._moved([(key, _aside_key(_name(key))) for key in places])

    def aside(self) -> Iterator[str]:
        """The names of all files that are set aside."""
        return (_name(each.key) for each in self._own(SET_ASIDE))

    def bring_back(self, known: Collection[str]) -> Moved:
        """Put files into their place again which rows refer to."""
        wanted = [name for name in self.aside() if name in known]
        there = self.present(wanted) if wanted else set()
        return self._moved([(_aside_key(name), _key(name)) for name in wanted if name not in there])

    def empty_aside(self) -> Moved:
        """Remove for good what was set aside long enough ago."""
        before = time.time() - _WEEK_SECONDS
        old = [each.key for each in self._own(SET_ASIDE) if each.modified < before]
        moved = Moved()
        for _, done in self.together(self._lying(old).items(), self._try_to_remove):
            if isinstance(done, StorageError):
                moved.failed[done.code, None] += 1
            else:
                moved.done += done
        return moved

    def leave_behind(self) -> str | None:
        """Put everything below a prefix in which nothing is ever removed; the marker last."""
        folder = f"{FORMER}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"
        found = [each.key for part in (FILES, SET_ASIDE, WRITING) for each in self._own(part)]
        moved = self._moved([(key, f"{folder}/{key}") for key in found])
        if moved.failed:
            raise FilesUnavailable("store")
        marker = self._moved([(MARKER, f"{folder}/{MARKER}")])
        if marker.failed:
            raise FilesUnavailable("store")
        return f"{self.place}/{folder}" if found or marker.done else None

    def close(self) -> None:
        """Let go of connections."""
        self.bucket.close()

    def _own(self, part: str) -> Iterator[Found]:
        """What lies in a part and has a name as this store makes it."""
        is_own = _JOURNAL.fullmatch if part == WRITING else is_name
        return (each for each in self.bucket.list(f"{part}/") if is_own(_name(each.key)))

    def _put(self, key: str, data: bytes) -> None:
        try:
            self.bucket.put(key, data)
        except StorageError as error:
            self._trouble = (time.monotonic() + _TROUBLE_SECONDS, error)
            raise
        self._trouble = (0.0, None)

    def _moved(self, keys: Iterable[tuple[str, str]]) -> Moved:
        moved = Moved()
        for _, done in self.together(list(keys), self._try_to_move):
            if isinstance(done, StorageError):
                moved.failed[done.code, None] += 1
            else:
                moved.done += done
        return moved

    def _try_to_move(self, keys: tuple[str, str]) -> bool | StorageError:
        try:
            self.bucket.copy(*keys)
            self._remove(keys[0])
        except NoSuchObjectError:
            return False  # another process has been here
        except StorageError as error:
            return error
        return True

    def _try_to_remove(self, lying: tuple[str, list[str | None]]) -> bool | StorageError:
        key, versions = lying
        try:
            for version in versions:
                self.bucket.delete(key, version)
        except StorageError as error:
            return error
        return True

    def _remove(self, key: str) -> None:
        """Remove an object with all its versions; nothing happens if there is none."""
        if self.keeps_versions() is True:
            for version in self._lying([key]).get(key, ()):
                self.bucket.delete(key, version)
        else:
            self.bucket.delete(key)

    def _lying(self, keys: Collection[str]) -> dict[str, list[str | None]]:
        """Which of these objects there are, and their versions; None alone where none are kept.

        Few are asked for one by one, of many all objects are listed.
        """
        starts = list(keys) if len(keys) <= _FEW else [f"{FILES}/", f"{SET_ASIDE}/"]
        wanted, found = set(keys), dict[str, list[str | None]]()
        if self.keeps_versions() is True:
            for _, versions in self.together(starts, self._versions_of):
                for each in versions:
                    if each.key in wanted:
                        found.setdefault(each.key, []).append(each.id)
        elif len(keys) <= _FEW:
            found = {key: [None] for key, has in self.together(keys, self.bucket.has) if has}
        else:
            listed = [each.key for start in starts for each in self.bucket.list(start)]
            found = {key: [None] for key in listed if key in wanted}
        return found

    def _versions_of(self, start: str) -> list[Version]:
        try:
            return list(self.bucket.versions(start))
        except VersionsNotToldError as error:
            raise FilesUnavailable("versions") from error

    def _keys_aside(self) -> set[str]:
        if self.keeps_versions() is not True:
            return {each.key for each in self.bucket.list(f"{SET_ASIDE}/")}
        return {each.key for each in self._versions_of(f"{SET_ASIDE}/")}

    def _ask_for_versions(self) -> bool | None:
        try:
            return self.bucket.keeps_versions()
        except VersionsNotToldError:
            pass
        try:
            # Whoever may list versions may be told of them and not whether they are kept.
            next(self.bucket.versions(MARKER), None)
        except VersionsNotToldError:
            return None
        return True

    def together(self, items: Iterable[_T], do: Callable[[_T], _R]) -> list[tuple[_T, _R]]:
        """Do something for each of several, some at once: the store is asked over a network."""
        items = list(items)
        if len(items) <= 1:
            return [(item, do(item)) for item in items]
        with ThreadPoolExecutor(min(_AT_ONCE, len(items))) as pool:
            return list(zip(items, pool.map(do, items), strict=True))


def _key(name: str) -> str:
    place_of(name)  # refuses what is no name
    return f"{FILES}/{name}"


def _name(key: str) -> str:
    """What a key is called in its part; it may hold slashes where it is none of ours."""
    return key.partition("/")[2]


def _aside_key(name: str) -> str:
    return f"{SET_ASIDE}/{name}"
