"""What every test may count on: a clean environment, and a few places on this machine."""

import gc
import logging
import os
import secrets
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from tools.environment import find_chromium
from tools.environment import find_pgvector
from werkzeug.routing.rules import Rule
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from building import make_runtime
from mien.app import create_app
from mien.gallery.services import Services
from mien.runtime import Runtime
from milvus_server import has_milvus
from milvus_server import running_milvus
from needs import absent
from needs import postgresql_programs
from postgresql_server import PostgreSQL
from postgresql_server import fresh_installation
from postgresql_server import readable_by_its_account
from postgresql_server import running_postgresql
from s3_server import has_s3
from s3_server import running_s3
from servers import free_port

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "--database"
SLOWEST = "tests/docs/test_howtos.py"
"""Its tests take long and share nothing."""


_SERVERS = {"milvus", "pgvector", "postgresql", "s3"}


class _AFileAtATime(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """A process of tests gets a whole file, but for the slowest: of it, a test."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(SLOWEST) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _AFileAtATime:
    return _AFileAtATime(config, log)


def _suits_any_database(item: pytest.Item) -> bool:
    asked = "database_url" in getattr(item, "fixturenames", ())
    return asked and item.get_closest_marker("sqlite") is None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(DATABASE, choices=["sqlite", "postgresql"], default="sqlite")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On another database, only tests that ask for a fresh installation are run.

    A test on PostgreSQL starts its server, and so is one that starts a process."""
    if config.getoption(DATABASE) != "sqlite":
        left = [item for item in items if _suits_any_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in left])
        items[:] = left
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {}).values()
        asked = [*getattr(item, "fixturenames", ()), *parameters]
        if any(isinstance(each, str) and each in _SERVERS for each in asked):
            item.add_marker("processes")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine reaches a test."""
    for name in [name for name in os.environ if name.startswith(("MIEN_", "AWS_"))]:
        monkeypatch.delenv(name)


class _KeptTemplates(BytecodeCache):
    """What Jinja has compiled in this process; every test's application is another one."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compile_builder = Rule._compile_builder


def _compile_builder_late(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    built: list[Callable[..., Any]] = []

    def build(bound: Rule, **values: object) -> Any:
        if not built:
            built.append(_compile_builder(rule, append_unknown))
        return built[0](bound, **values)

    return build


def _keep_statements(patch: pytest.MonkeyPatch) -> None:
    """What SQLAlchemy has compiled is kept for the process; every test's database is another one."""
    kept: LRUCache[Any, Any] = LRUCache(5_000)
    patch.setattr(
        Engine, "_compiled_cache", property(lambda _: kept, lambda _, its_own: None), False
    )
    # One library with one set of options: to SQLAlchemy, every SQLite is the same dialect.
    patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda one: hash(type(one)))
    patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda one, two: type(one) is type(two))


@pytest.fixture(autouse=True, scope="session")
def _no_needless_work() -> Iterator[None]:
    """Hundreds of applications are made: nothing is compiled twice, or for an address not asked for.

    Hashing a password takes no longer than it must, and garbage is looked for less often.
    """
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    thresholds = gc.get_threshold()
    gc.set_threshold(50_000, *thresholds[1:])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": _KeptTemplates()})
        patch.setattr(Rule, "_compile_builder", _compile_builder_late)
        _keep_statements(patch)
        patch.setattr("mien.access.passwords.PasswordHasher", quick)
        yield
    gc.set_threshold(*thresholds)


@pytest.fixture(scope="session")
def repository_root() -> Path:
    """The folder of pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The system's Chromium; in CI its absence is a failure."""
    found = find_chromium()
    if found is None:
        absent("no Chromium is installed; `make test` installs it where it may")
    return found


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server; in CI its absence is a failure."""
    with running_postgresql(postgresql_programs(), port=free_port()) as server:
        yield server


@pytest.fixture(scope="session")
def pgvector() -> Iterator[PostgreSQL]:
    """A PostgreSQL server that has pgvector; in CI its absence is a failure."""
    programs = find_pgvector()
    if programs is None:
        absent("no PostgreSQL with pgvector is installed; `make test` installs it")
    assert programs is not None
    with (
        readable_by_its_account(programs) as readable,
        running_postgresql(readable, port=free_port()) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Milvus Lite; in CI its absence is a failure."""
    if not has_milvus():
        absent("Milvus Lite is not installed; `make test` installs it")
    with running_milvus(tmp_path_factory.mktemp("milvus")) as address:
        yield address


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3-compatible store; in CI its absence is a failure."""
    if not has_s3():
        absent("moto and botocore are not installed; `make test` installs them")
    with running_s3(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> str:
    """The address of an empty database of its own."""
    return postgresql.make_database(f"mien_{secrets.token_hex(4)}")


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    """The collaborators of verbs over a fresh gallery, on either database."""
    url = ""
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql_url"))
    with closing(make_runtime(tmp_path / "home", database_url=url)) as runtime:
        yield runtime.services


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where an installation of a test lies."""
    return tmp_path / "home"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """Where a fresh installation has its rows: a SQLite file, or what `--database` says."""
    if request.config.getoption(DATABASE) == "sqlite":
        return ""
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return fresh_installation(server)


@pytest.fixture
def services(home: Path, database_url: str) -> Iterator[Services]:
    """The collaborators of verbs over a fresh gallery whose engine knows drawn faces."""
    home.mkdir()
    made = make_runtime(home, database_url=database_url)
    yield made.services
    made.close()


@pytest.fixture
def runtime(tmp_path: Path, database_url: str) -> Iterator[Runtime]:
    """A fresh installation with drawn faces and small limits."""
    made = make_runtime(
        tmp_path, database_url=database_url, max_upload_bytes=200_000, max_pixels=1_000_000
    )
    yield made
    made.close()


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The application over it."""
    return create_app(runtime)


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """What a test sets up for log lines ends with it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
