"""Runs a package tool, watches what it says, and ends it when it falls silent."""

import os
import queue
import re
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_KEPT_LINES = 40
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_QUERY = re.compile(r"(://[^\s?]+)\?\S+")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended.

    Attributes:
        code: its exit code; None when it was ended for being silent too long.
        lines: the last lines it wrote to either stream, without passwords in addresses.
    """

    code: int | None
    lines: tuple[str, ...]


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    silence_seconds: float,
    on_line: Callable[[str], None],
) -> CommandResult:
    """Run a command to its end.

    Args:
        command: the program and its arguments; no shell sees them.
        folder: where it runs, and puts its temporary files.
        environment: variables set beside those of this process.
        silence_seconds: how long it may write nothing before it and its children are ended.
        on_line: told each line as it comes.

    Raises:
        OSError: the program cannot be started.
    """
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    kept: deque[str] = deque(maxlen=_KEPT_LINES)
    with subprocess.Popen(
        list(command),
        cwd=folder,
        # What it unpacks lies where there is known to be room, and goes with the folder.
        env={**os.environ, "TMPDIR": str(folder.absolute()), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:

        def read() -> None:
            for line in process.stdout or ():
                lines.put(line)
            lines.put(None)

        reader = threading.Thread(target=read, daemon=True, name="mien-command")
        reader.start()
        ended = False
        try:
            while (line := lines.get(timeout=silence_seconds)) is not None:
                kept.append(_without_secrets(line.rstrip()))
                on_line(line)
            ended = True
        except queue.Empty:
            pass
        finally:
            if not ended:
                # Its children too; an interrupt from the keyboard comes this way as well.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            reader.join()
        code = process.wait()
    return CommandResult(code=code if ended else None, lines=tuple(kept))


def _without_secrets(line: str) -> str:
    return _QUERY.sub(r"\1", _USERINFO.sub("", line))
