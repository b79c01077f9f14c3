"""What was made of photos, kept while more of it is made."""

from pathlib import Path

from mien.evaluation.acquire import Acquired
from mien.evaluation.acquire import Sample
from mien.evaluation.cache import load_cache
from mien.evaluation.cache import save_cache

# The whole file is written anew: a second or so for tens of thousands of photos, while looking at
# this many takes a minute.
_EVERY = 500


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
