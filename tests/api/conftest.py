from collections.abc import Callable

import pytest
from flask import Flask

from building import acting
from mien.access.api_keys import create_key
from mien.runtime import Runtime
from serving_app import Api


@pytest.fixture
def key_with(runtime: Runtime) -> Callable[..., str]:
    def make(*scopes: str) -> str:
        return create_key(acting(runtime.services), name="a key", scopes=scopes)[0]

    return make


@pytest.fixture
def api(app: Flask, key_with: Callable[..., str]) -> Api:
    return Api(app, key_with("admin"))
