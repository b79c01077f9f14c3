from collections.abc import Callable

import pytest
from flask import Flask

from mien.runtime import Runtime
from visiting import Visitor


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
