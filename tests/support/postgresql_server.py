"""A PostgreSQL server for one test, in a folder of its own: started, waited for and ended."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mien.storage.database import Database
from mien.storage.migrate import upgrade
from mien.storage.models import InstallationRow

_ACCOUNT = "postgres"
_START_SECONDS = 30
_MIGRATED = "migrated"


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A running server.

    Attributes:
        programs: the folder of its programs.
        socket: the folder of its socket; whoever comes this way may be any role.
        port: on this machine, where a role has to give its password.
        started: the process of the server, and how it is started again.
    """

    programs: Path
    socket: Path
    port: int
    started: "Started"

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases, as Mien is told it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket}&port={self.port}"

    def make_database(self, name: str) -> str:
        """A new, empty database; gives its address."""
        own = ["-h", str(self.socket), "-p", str(self.port), "-U", _ACCOUNT]
        subprocess.run([str(self.programs / "createdb"), *own, name], check=True)
        return self.url(name)

    def copy_database(self, name: str) -> str:
        """A new database with what is in another one; gives its address."""
        own = ["-h", str(self.socket), "-p", str(self.port), "-U", _ACCOUNT]
        copy = f"copy_{secrets.token_hex(4)}"
        command = [str(self.programs / "createdb"), *own, f"--template={name}", copy]
        subprocess.run(command, check=True)
        return self.url(copy)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have it end as an administrator ends it, and start it again after the block."""
        self.started.stop()
        try:
            yield
        finally:
            self.started.start()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let no process of it do anything during the block; its system answers all the same."""
        pid = (self.socket / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        processes = [int(each) for each in (pid, *below)]
        for each in processes:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in processes:
                os.kill(each, signal.SIGCONT)


class Started:
    """The process of a server, now or again.

    Args:
        begin: starts it and waits until it answers.
    """

    def __init__(self, begin: Callable[[], "subprocess.Popen[str]"]) -> None:
        self._begin = begin
        self._process = begin()

    def start(self) -> None:
        """Start it where it has ended."""
        if self._process.poll() is not None:
            self._process = self._begin()

    def stop(self) -> None:
        """End every connection, and then the server; its shared memory would stay otherwise."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(_START_SECONDS)


@contextmanager
def readable_by_its_account(programs: Path) -> Iterator[Path]:
    """The folder of a server's programs, or a copy where its account cannot come to them."""
    if os.geteuid() or all(each.stat().st_mode & 0o001 for each in (programs, *programs.parents)):
        yield programs
        return
    with tempfile.TemporaryDirectory(prefix="mien-pg-programs-") as folder:
        Path(folder).chmod(0o755)
        installed, libraries = programs.parent, programs.parent.parent
        beside = libraries.with_name(f"{libraries.name}.libs")
        for each in (installed, beside):
            if each.exists():
                copied = Path(folder, *each.relative_to(libraries.parent).parts)
                shutil.copytree(each, copied, symlinks=True)
        yield Path(folder, *programs.relative_to(libraries.parent).parts)


@contextmanager
def running_postgresql(programs: Path, *, port: int) -> Iterator[PostgreSQL]:
    """A new server with Debian's own rules, except that nobody's account is asked for."""
    # Sockets have short names, and the server's account cannot look into a test's own folder.
    folder = Path(tempfile.mkdtemp(prefix="mien-pg-"))
    own: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL, "text": True}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        account = pwd.getpwnam(_ACCOUNT)
        shutil.chown(folder, account.pw_uid, account.pw_gid)
        own |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    try:
        made = subprocess.run(
            [
                *[str(programs / "initdb"), "--pgdata=data", f"--username={_ACCOUNT}", "--no-sync"],
                *["--auth-local=trust", "--auth-host=scram-sha-256"],
                *["--encoding=UTF8", "--no-locale"],
            ],
            **own, capture_output=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr

        def begin() -> "subprocess.Popen[str]":
            with (folder / "log").open("a") as log:
                server = subprocess.Popen(
                    [
                        *[str(programs / "postgres"), "-D", "data", "-k", str(folder)],
                        *["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
                    ],
                    **own, stdout=log, stderr=log,
                )  # fmt: skip
            _wait_until_ready(server, folder, port, programs)
            return server

        started = Started(begin)
        try:
            yield PostgreSQL(programs=programs, socket=folder, port=port, started=started)
        finally:
            started.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh_installation(server: PostgreSQL) -> str:
    """A new database of an installation of its own, at the newest revision; gives its address."""
    url = server.copy_database(_migrated(server))
    with closing(Database(url)) as database, database.write() as session:
        # Two installations never have the same id, however they were made.
        session.merge(InstallationRow(key="id", value=str(uuid.uuid4())))
    return url


@cache
def _migrated(server: PostgreSQL) -> str:
    url = server.make_database(_MIGRATED)
    with closing(Database(url)) as database:
        upgrade(database)
    return _MIGRATED


def _wait_until_ready(
    server: subprocess.Popen[str], folder: Path, port: int, programs: Path
) -> None:
    asked = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-p", str(port)]
    end = time.monotonic() + _START_SECONDS
    while subprocess.run(asked, check=False).returncode != 0:
        said = (folder / "log").read_text(encoding="utf-8")
        assert server.poll() is None, said
        assert time.monotonic() < end, said
        time.sleep(0.05)
