"""What a test needs of the machine it runs on, and what becomes of the test where that is missing."""

import os
from pathlib import Path
from typing import NoReturn

import pytest
from tools.environment import find_postgresql

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
"""Evaluation photos and foreign model files, kept beside the repository; never part of it."""


def absent(why: str) -> NoReturn:
    """What `make test` provides is not there: a failure in CI, a skip with its name elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


def postgresql_programs() -> Path:
    """The folder of PostgreSQL's programs; in CI their absence is a failure."""
    return find_postgresql() or absent(
        "no PostgreSQL is installed; `make test` installs it where it may"
    )


def shared_data(*needed: str) -> Path:
    """The folder of the evaluation data.

    A bare clone has none, which is a skip even in CI; where the folder is, it has to be whole.

    Args:
        needed: the files and folders in it without which the test can say nothing.
    """
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the evaluation data is not at {SHARED_DATA}")
    for name in needed:
        if not (SHARED_DATA / name).exists():
            absent(f"{name} is missing from the evaluation data at {SHARED_DATA}")
    return SHARED_DATA
