"""A file that was sent in parts, put together to be read from any place."""

import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from typing import IO

from mien.jobs.work import Work
from mien.storage.disk import told_of_files


def put_together(work: Work, parts: Iterable[bytes], stack: ExitStack) -> IO[bytes]:
    """A file without a name: nothing is left of it when the process is killed.

    Args:
        work: the job that needs it; asked between two parts whether to go on.
        parts: its bytes, in their order.
        stack: closes it.
    """
    folder = work.call.services.work_folder
    with told_of_files("temporary"):
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 - the stack does
    for part in parts:
        work.go_on()
        with told_of_files("temporary"):
            file.write(part)
    with told_of_files("temporary"):
        file.flush()
    return file
