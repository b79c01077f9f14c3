"""Lets a process that a test starts import what tests share, and Mien as the test has it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def environment_with_own_modules() -> dict[str, str]:
    """The test's own environment, with the folder of these modules first on Python's path."""
    given = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(Path(__file__).parent), *([given] if given else [])])
    return {**os.environ, "PYTHONPATH": path}


@contextmanager
def running_program(code: str, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A Python program over these modules: its process, and the first line that it says.

    Killed when the block ends.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=environment_with_own_modules(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()
