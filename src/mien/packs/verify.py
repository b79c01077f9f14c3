"""Reads every kept file of a pack again and compares it with its digest."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mien.packs import cache
from mien.packs import conversion
from mien.packs.manifest import Manifest


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One file on the disk.

    Attributes:
        file: its name in the manifest.
        path: where it is, or would be.
        state: `good`, `missing`, or `damaged` when its bytes are not those it was stored with.
        expected: SHA-256 it should have; empty for a conversion that is not there.
        got: SHA-256 it has; empty when it is missing.
    """

    file: str
    path: Path
    state: Literal["good", "missing", "damaged"]
    expected: str
    got: str


def verify(manifest: Manifest, *, models_dir: Path) -> tuple[CheckedFile, ...]:
    """Check the files of a pack, as fetched and as converted; changes nothing."""
    checked = []
    for file in manifest.files:
        checked.append(_check(file.name, cache.path_of(models_dir, file), file.sha256))
        if file.convert is not None:
            path = conversion.path_of(models_dir, file)
            record = conversion.recorded_digest_path(path)
            expected = record.read_text("utf-8").strip() if record.is_file() else ""
            checked.append(_check(file.name, path, expected))
    return tuple(checked)


def remove_damaged(checked: tuple[CheckedFile, ...]) -> None:
    """Take damaged files away, so that the next installation fetches or converts them again."""
    for each in checked:
        if each.state == "damaged":
            each.path.unlink(missing_ok=True)


def _check(name: str, path: Path, expected: str) -> CheckedFile:
    if not path.is_file():
        return CheckedFile(name, path, "missing", expected, "")
    got = cache.sha256_of(path)
    return CheckedFile(name, path, "good" if got == expected else "damaged", expected, got)
