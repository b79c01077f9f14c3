from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from building import make_runtime
from mien.app import create_app
from mien.runtime import Runtime
from visiting import Visitor


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(tmp_path, max_upload_bytes=200_000, max_pixels=1_000_000)
    yield made
    made.close()


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    return create_app(runtime)


@pytest.fixture
def visitor(app: Flask, runtime: Runtime) -> Callable[[], Visitor]:
    """Makes browsers; nobody is signed in."""
    return lambda: Visitor(app, runtime)


@pytest.fixture
def admin(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().signed_in()


@pytest.fixture
def user(visitor: Callable[[], Visitor]) -> Visitor:
    """Signed in, and no administrator."""
    return visitor().signed_in("Sam", is_admin=False)
