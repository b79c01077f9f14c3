from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from building import make_runtime
from mien.app import create_app
from mien.gallery.keys import create_key
from mien.runtime import Runtime
from serving_app import Api


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(tmp_path, max_upload_bytes=200_000, max_pixels=1_000_000)
    yield made
    made.close()


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    return create_app(runtime)


@pytest.fixture
def key_with(runtime: Runtime) -> Callable[..., str]:
    def make(*scopes: str) -> str:
        return create_key(runtime.tools, name="a key", scopes=scopes)[0]

    return make


@pytest.fixture
def api(app: Flask, key_with: Callable[..., str]) -> Api:
    return Api(app, key_with("admin"))
