"""Lets a process that a test starts import what tests share, and Mien as the test has it."""

import os
from pathlib import Path


def environment_with_own_modules() -> dict[str, str]:
    """The test's own environment, with the folder of these modules first on Python's path."""
    given = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(Path(__file__).parent), *([given] if given else [])])
    return {**os.environ, "PYTHONPATH": path}
