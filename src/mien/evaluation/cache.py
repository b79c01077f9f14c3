"""Keeps what the engine made of labelled photos, so that a second measurement is instant."""

import hashlib
import json
import os
import tempfile
import zipfile
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from mien.errors import InvalidInput
from mien.evaluation.acquire import Acquired
from mien.evaluation.acquire import Sample
from mien.vision.types import Quality

# The whole file is written anew: a second or so for tens of thousands of photos, while looking at
# this many takes a minute.
_EVERY = 500

_FIELD = "cache"
# Of the file; raised when what it holds changes.
_FORMAT = 1
# What reading raises of a file that is empty, cut short or something else.
_NO_CACHE = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError)


def cache_key(folder: Path, **made: str) -> str:
    """What a cache belongs to: the folder, and everything that the embeddings depend on.

    Args:
        folder: of the photos.
        made: with which models and settings.
    """
    digest = hashlib.sha256(
        json.dumps([_FORMAT, str(folder.resolve()), made], sort_keys=True).encode()
    )
    # The code that finds and aligns faces counts as much as the networks.
    code = Path(str(resources.files("mien.vision")))
    for file in sorted(code.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def load_cache(path: Path, *, key: str, folder: Path) -> Acquired:
    """What is known of photos that have not changed since; nothing when the file is not there.

    Args:
        path: of the cache.
        key: see `cache_key`; what another one has made does not count.
        folder: the photos' names are paths below it.

    Raises:
        InvalidInput: the file is no such cache, or could not be written later.
    """
    if not path.absolute().parent.is_dir():
        # Told before the long work, whose fruit would have no place.
        raise InvalidInput("no_folder", words={"folder": path.absolute().parent}, field=_FIELD)
    try:
        with np.load(path, allow_pickle=False) as kept:
            told = json.loads(str(kept["told"]))
            embeddings = kept["embeddings"]
        if told["key"] != key:
            return Acquired({}, {})
        samples = {
            name: Sample(
                embedding=embeddings[row],
                quality=Quality(
                    **{**each["quality"], "reasons": tuple(each["quality"]["reasons"])}
                ),
                yaw=each["yaw"],
                landmarks=np.array(each["landmarks"], dtype=np.float32),
            )
            for row, (name, each) in enumerate(told["samples"].items())
        }
        refused = dict(told["refused"])
        same = {name for name, stamp in told["stamps"].items() if stamp == _stamp(folder / name)}
    except FileNotFoundError:
        return Acquired({}, {})
    except (*_NO_CACHE, zipfile.BadZipFile) as error:
        raise InvalidInput("no_cache", words={"path": path}, field=_FIELD) from error
    return Acquired(
        samples={name: sample for name, sample in samples.items() if name in same},
        refused={name: reason for name, reason in refused.items() if name in same},
    )


def save_cache(path: Path, acquired: Acquired, *, key: str, folder: Path) -> None:
    """Keep what was made, for this account alone: embeddings tell people apart.

    Raises:
        InvalidInput: the file cannot be written.
    """
    told: dict[str, Any] = {
        "key": key,
        "samples": {
            name: {
                "quality": asdict(sample.quality),
                "yaw": sample.yaw,
                "landmarks": sample.landmarks.tolist(),
            }
            for name, sample in acquired.samples.items()
        },
        "refused": dict(acquired.refused),
        "stamps": {name: _stamp(folder / name) for name in [*acquired.samples, *acquired.refused]},
    }
    embeddings = np.array([each.embedding for each in acquired.samples.values()], np.float32)
    try:
        # Made with mode 0600, and only a whole file takes the place.
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, told=np.array(json.dumps(told)), embeddings=embeddings)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InvalidInput(
            "not_writable", words={"path": path, "why": error.strerror}, field=_FIELD
        ) from error


def _stamp(path: Path) -> list[int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return [facts.st_size, facts.st_mtime_ns]


class Kept:
    """What was made of photos, from a cache and back into it.

    Attributes:
        samples: by the photo's name.
        refused: photos without one, by name: the code of the reason.
    """

    def __init__(self, path: Path | None, *, key: str, folder: Path) -> None:
        """Begin with what a cache holds.

        Args:
            path: of the cache; None keeps nothing.
            key: see `cache_key`.
            folder: the photos' names are paths below it.

        Raises:
            InvalidInput: the cache cannot be read, or could not be written later.
        """
        self._path, self._key, self._folder = path, key, folder
        known = Acquired({}, {}) if path is None else load_cache(path, key=key, folder=folder)
        self.samples = dict(known.samples)
        self.refused = dict(known.refused)
        self._unsaved = 0

    def add(self, name: str, seen: Sample | str) -> None:
        """Take in what came of a photo; every few hundred of them all are saved.

        Raises:
            InvalidInput: the cache cannot be written.
        """
        if isinstance(seen, Sample):
            self.samples[name] = seen
        else:
            self.refused[name] = seen
        self._unsaved += 1
        if self._unsaved >= _EVERY:
            self.save()

    def save(self) -> None:
        """Write the cache, if there is one and anything new.

        Raises:
            InvalidInput: it cannot be written.
        """
        if self._path is None or not self._unsaved:
            return
        all_of_them = Acquired(self.samples, self.refused)
        save_cache(self._path, all_of_them, key=self._key, folder=self._folder)
        self._unsaved = 0
