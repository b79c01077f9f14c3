"""A real server whose database is replaced or removed under it acknowledges nothing any more."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import drawn_mien
from asking import call
from servers import Home
from servers import Server
from servers import create_person_over_api

pytestmark = pytest.mark.processes
PEOPLE = "/api/v1/galleries/default/people"


def mien(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, drawn_mien.__file__, *arguments],
        env={**os.environ, "MIEN_HOME": str(home.folder), "MIEN_OFFLINE": "true"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_restored_beside_a_server(
    serve: Callable[..., Server], home: Home, tmp_path: Path, number: signal.Signals
) -> None:
    archive = str(tmp_path / "backup.tar.gz")
    server = serve("--workers", "1")
    assert mien(home, "db", "backup", archive).returncode == 0
    done = mien(home, "db", "restore", archive, "--force")
    assert done.returncode == 1
    assert "(database_busy)" in done.stderr
    assert create_person_over_api(server, home, "Ada").status == 201
    os.killpg(server.process.pid, number)
    server.process.wait(20)
    assert mien(home, "db", "restore", archive, "--force").returncode == 0
    assert "Ada" not in mien(home, "people", "list").stdout


def test_nothing_is_restored_while_another_program_has_the_database_open(
    home: Home, tmp_path: Path
) -> None:
    archive = str(tmp_path / "backup.tar.gz")
    assert mien(home, "db", "backup", archive).returncode == 0
    with closing(sqlite3.connect(home.folder / "mien.db")) as other:
        other.execute("select count(*) from gallery").fetchone()
        done = mien(home, "db", "restore", archive, "--force")
        assert "(database_busy)" in done.stderr
    assert mien(home, "db", "restore", archive, "--force").returncode == 0


@pytest.mark.parametrize("replaced", [True, False])
def test_what_is_no_database_any_more_takes_nothing(
    serve: Callable[..., Server], home: Home, tmp_path: Path, replaced: bool
) -> None:
    server = serve("--workers", "1", "--threads", "4")
    assert create_person_over_api(server, home, "Ada").status == 201
    assert call(server.address, "/readyz").status == 200
    path = home.folder / "mien.db"
    if replaced:
        copy = sqlite3.connect(tmp_path / "copy.db")
        with closing(sqlite3.connect(path)) as source, closing(copy):
            source.backup(copy)
        (tmp_path / "copy.db").replace(path)
    else:
        path.unlink()
    for name in ("Bob", "Carol"):
        refused = create_person_over_api(server, home, name)
        assert (refused.status, refused.json["code"]) == (503, "database_replaced")
    ready = call(server.address, "/readyz")
    assert (ready.status, ready.json["code"]) == (503, "database_replaced")
    assert call(server.address, "/healthz").status == 200
