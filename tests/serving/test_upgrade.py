"""New files under a server that runs: every answer is of one version, and a reload takes the new one."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import drawn_mien
import mien
from load import Request
from load import ask
from load import running
from mien.storage.migrate import head_revision
from mien.web.assets import read_assets
from servers import Home
from servers import Server
from servers import free_port
from servers import wait_for
from servers import wait_until_alive

pytestmark = pytest.mark.processes

OLD, NEW = "0.0.1", "0.0.2"
MARKED = {
    "__init__.py": f'__version__ = "{mien.__version__}"',
    "http/health.py": '"version": __version__',
    "web/templates/access/sign_in.html": "<h1 ",
    "web/static/css/main.css": "",
}
"""Where a version shows: code, and files that were once read with the request that needed them."""


class Package:
    """A copy of Mien in a folder of its own, as an installation has one.

    Args:
        folder: that Python looks into.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = folder / "mien"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(mien.__file__).parent, self._place, ignore=ignored)
        self._texts = {name: (self._place / name).read_text() for name in MARKED}
        self.digests: dict[str, str] = {}
        self.install(OLD)

    def install(self, version: str) -> None:
        """Put the files of a version in the place of those that are there."""
        shown = {
            "__init__.py": f'__version__ = "{version}"',
            "http/health.py": f'"mark": "{version}", "version": __version__',
            "web/templates/access/sign_in.html": f"<!-- template {version} --><h1 ",
        }
        for name, text in self._texts.items():
            changed = text.replace(MARKED[name], shown[name]) if name in shown else text
            self.write(name, changed if name in shown else f"/* style {version} */\n{text}")
        self.digests[version] = read_assets(self._place / "web" / "static").digest

    def write(self, name: str, text: str) -> None:
        """Replace a file as an installer does."""
        path = self._place / name
        path.with_suffix(".new").write_text(text)
        path.with_suffix(".new").rename(path)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return Package(tmp_path / "site")


@pytest.fixture
def server(home: Home, package: Package, start_process: Callable[..., Server]) -> Server:
    """`mien serve` of that package, with two processes."""
    port = free_port()
    path = os.pathsep.join([str(package.folder), str(Path(drawn_mien.__file__).parent)])
    started = start_process(
        [sys.executable, drawn_mien.__file__, "serve", "--workers", "2"],
        cwd=home.folder.parent,
        env={"MIEN_HOME": str(home.folder), "MIEN_PORT": str(port), "PYTHONPATH": path},
    )
    started.address = f"http://127.0.0.1:{port}"
    wait_until_alive(started.address)
    started.all_workers(2)
    return started


def versions_of(body: bytes, package: Package) -> set[str]:
    """Every version that an answer shows; one, unless it is mixed."""
    text = body.decode()
    if text.startswith("{"):
        told = json.loads(text)
        return {told["version"], told["mark"]}
    [template] = re.findall(r"<!-- template (\S+) -->", text)
    [digest] = set(re.findall(r"/static/([0-9a-f]{12})/", text))
    [style] = [version for version, one in package.digests.items() if one == digest]
    return {template, style}


class Seen:
    """Which versions answers were of."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.versions: list[set[str]] = []

    def good(self, status: int, body: bytes) -> bool:
        """Whether an answer came; what it showed is remembered."""
        if status == 200:
            self.versions.append(versions_of(body, self._package))
        return status == 200


def test_a_reload_takes_the_version_that_is_installed_and_no_answer_is_lost_or_mixed(
    server: Server, home: Home, package: Package
) -> None:
    master, before = server.process.pid, server.workers()
    ready = Request("GET", "/readyz", headers={"X-API-Key": home.key})
    page = Request("GET", "/sign-in")
    seen = Seen(package)
    with (
        running(server.address, ready, threads=2, good=seen.good, most_seconds=90) as kept,
        running(
            server.address, page, threads=2, keep_alive=False, good=seen.good, most_seconds=90
        ) as fresh,
    ):
        both = (kept, fresh)
        for outcome in both:
            outcome.wait_for_more(2)
        package.install(NEW)
        # One that takes another's place between the upgrade and the reload is of the old version.
        victim = min(before)
        os.kill(victim, signal.SIGTERM)
        wait_for(lambda: victim not in server.workers() and len(server.workers()) == 2)
        between = server.workers()
        for outcome in both:
            outcome.wait_for_more(20)
        assert seen.versions == [{OLD}] * len(seen.versions)
        server.process.send_signal(signal.SIGHUP)
        wait_for(
            lambda: len(server.workers()) == 2 and not (before | between) & server.workers(),
            seconds=60,
        )
        for outcome in both:
            outcome.wait_for_more(20)
    assert kept.failures + fresh.failures == []
    assert kept.refused + fresh.refused == 0
    assert all(each in ({OLD}, {NEW}) for each in seen.versions)
    # Once nothing of before is left, all are new.
    assert versions_of(ask(server.address, ready)[1], package) == {NEW}
    style = f"/static/{package.digests[NEW]}/css/main.css"
    assert f"style {NEW}".encode() in ask(server.address, Request("GET", style))[1]
    assert server.process.pid == master
    assert server.process.poll() is None
    assert server.stop() == 0


MIGRATION = """
revision = "{revision}"
down_revision = "{before}"
branch_labels = depends_on = None
{lives_with}

def upgrade():
    pass
"""


def migrate(home: Home, package: Package, *, old_may_stay: bool) -> None:
    """Bring the database to a schema that is newer than what the running server knows."""
    before = head_revision()
    lives_with = f'lives_with = "{before}"' if old_may_stay else ""
    package.write(
        "storage/migrations/versions/9999_later.py",
        MIGRATION.format(revision="9999", before=before, lives_with=lives_with),
    )
    subprocess.run(
        [sys.executable, "-m", "mien", "db", "upgrade"],
        cwd=home.folder.parent,
        env={**os.environ, "MIEN_HOME": str(home.folder), "PYTHONPATH": str(package.folder)},
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize("old_may_stay", [True, False])
def test_old_code_on_a_new_schema_goes_on_or_says_no_as_the_migration_has_it(
    server: Server, home: Home, package: Package, old_may_stay: bool
) -> None:
    headers = {"X-API-Key": home.key, "Content-Type": "application/json"}
    ready = Request("GET", "/readyz", headers=headers)

    def make(name: str) -> tuple[int, bytes]:
        body = json.dumps({"name": name}).encode()
        return ask(
            server.address, Request("POST", "/api/v1/galleries/default/people", body, headers)
        )

    assert make("one")[0] == 201
    package.install(NEW)
    migrate(home, package, old_may_stay=old_may_stay)
    status, told = make("two")
    if old_may_stay:
        assert status == 201
        assert ask(server.address, ready)[0] == 200
    else:
        assert (status, json.loads(told)["code"]) == (503, "database_outdated")
        assert ask(server.address, ready)[0] == 503
    before = server.workers()
    server.process.send_signal(signal.SIGHUP)
    wait_for(
        lambda: len(server.workers()) == 2 and not before & server.workers(),
        seconds=60,
    )
    assert make("three")[0] == 201
    status, told = ask(server.address, ready)
    assert status == 200
    assert versions_of(told, package) == {NEW}


def test_a_version_that_cannot_start_is_not_taken_and_the_old_one_goes_on(
    server: Server, home: Home, package: Package
) -> None:
    before = server.workers()
    package.install(NEW)
    package.write("gallery/galleries.py", "this is no Python")
    ready = Request("GET", "/readyz", headers={"X-API-Key": home.key})
    with running(server.address, ready, threads=2, most_seconds=60) as outcome:
        server.process.send_signal(signal.SIGHUP)
        server.waits_to_say("Not reloaded")
        outcome.wait_for_more(5)
    assert outcome.failures == []
    assert outcome.refused == 0
    assert server.workers() == before
    assert versions_of(ask(server.address, ready)[1], package) == {OLD}
    assert server.stop() == 0


def test_a_stop_during_a_reload_ends_all_and_answers_what_was_let_in(
    server: Server, home: Home
) -> None:
    request = Request("GET", "/healthz")
    with running(server.address, request, threads=2) as outcome:
        outcome.wait_for_more(2)
        server.process.send_signal(signal.SIGHUP)
        # The new master has begun, and has not sent the workers of before away yet.
        wait_for(lambda: len(server.workers()) > 3, seconds=30)
        everybody = server.workers()
        assert server.stop(seconds=60) == 0
    assert outcome.failures == []
    assert all(not Path(f"/proc/{pid}/stat").exists() for pid in everybody)
