"""A folder that stands for a machine, on which the commands of the how-tos are typed."""

import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import ExitStack
from contextlib import suppress
from pathlib import Path

from tools.environment import find_nginx

import drawn_mien
import drawn_packs
from consoles import Shown
from front_stack import nginx_conf
from milvus_server import running_milvus
from postgresql_server import PostgreSQL
from postgresql_server import running_postgresql
from s3_server import make_bucket
from s3_server import running_s3
from servers import Server
from servers import free_port
from servers import started
from servers import wait_until_listening
from sudo_for_tests import SYSTEM_PATH
from sudo_for_tests import Kind
from sudo_for_tests import write_sudo

SERVERS = ("mien serve", "gunicorn ", "uwsgi --ini")
# Folders of the system that a command may name, and those of Mien's that a page has to make.
PLACES = (
    *("/etc/nginx", "/etc/systemd", "/etc/tmpfiles.d", "/var/lib"),
    *("/etc/mien", "/opt/mien", "/srv/mien", "/run/mien"),
)
THERE = (
    *("etc/nginx/conf.d", "etc/nginx/sites-enabled", "etc/systemd/system", "etc/tmpfiles.d"),
    *("opt", "run", "srv", "var/lib", "home/you"),
)
# Stood in for: they change the machine, or are not there.
STAND_INS = ("apt-get", "docker", "mount", "systemctl", "useradd", "usermod")
PASSWORD = "correct horse battery staple"


class Machine:
    """Whatever a page's commands start, make and ask.

    Args:
        folder: holds what the pages put into /etc, /opt, /run, /srv and /var.
        running: ends what is started here.
        sudo: which one.
    """

    def __init__(self, folder: Path, running: ExitStack, *, sudo: Kind) -> None:
        self.folder = folder
        self._running = running
        self._ports = {
            name: free_port()
            for name in (
                *("8000", "8001", "3031", "5432", "9000", "19530"),
                *("http", "https", "bridge", "second", "third"),
            )
        }
        self.you = folder / "home/you"
        self.home = folder / "var/lib/mien"
        self._called = folder / "called"
        # What each account has said in its terminal that later commands there go by.
        self._said: dict[str, list[str]] = {}
        self._postgresql: dict[str, str] = {}
        for place in THERE:
            (folder / place).mkdir(parents=True)
        self._write_programs()
        (folder / "front").mkdir()
        write_sudo(folder / "front", sudo, programs=self._programs, home=self.home)
        nginx_conf(folder, folder / "etc/nginx/conf.d/mien.conf")

    @property
    def called(self) -> list[str]:
        """What was asked of those that are stood in for, in order."""
        return self._called.read_text(encoding="utf-8").splitlines()

    def use_postgresql(self, programs: Path) -> PostgreSQL:
        """Start a PostgreSQL server where the pages expect one."""
        port = self._ports["5432"]
        server = self._running.enter_context(running_postgresql(programs, port=port))
        # Whoever names no address comes by the socket, as on a Debian machine.
        self._postgresql = {"PGHOST": str(server.socket), "PGPORT": str(port)}
        for name in ("createdb", "pg_dump", "pg_restore", "psql"):
            self._write(self._programs / name, f'exec {server.programs / name} "$@"')
        return server

    def use_milvus(self) -> None:
        """Start a Milvus Lite where the pages expect a Milvus."""
        (self.folder / "milvus").mkdir()
        self._running.enter_context(
            running_milvus(self.folder / "milvus", port=self._ports["19530"])
        )

    def use_s3(self) -> None:
        """Start a store where the pages expect one, with a bucket."""
        (self.folder / "s3").mkdir()
        address = self._running.enter_context(
            running_s3(self.folder / "s3", port=self._ports["9000"])
        )
        make_bucket(address, name="mien")

    def open_terminal(self) -> None:
        """Open new ones, in which nothing has been said yet."""
        self._said = {}

    def do(self, shown: Shown) -> str:
        """Type a command of a page; gives what it printed."""
        here = self._translated(shown.command)
        lines = [*self._said.get(shown.account, []), here]
        port = self._served_at(here)
        if port:
            lines[-1] = f"exec {here}"
            command = self._shell(shown.account, lines)
            self._start(command, cwd=self._cwd(shown.account))
            wait_until_listening(port, seconds=60)
            return ""
        if "users add" in here:
            return self._answered(self._shell(shown.account, lines), shown)
        done = subprocess.run(
            self._shell(shown.account, lines),
            cwd=self._cwd(shown.account), env=self._environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{shown.command}\n{here}\n{done.stdout}\n{done.stderr}"
        if here.startswith(("export ", ". ")):
            self._said.setdefault(shown.account, []).append(here)
        if "systemctl reload nginx" in here:
            self._start(["nginx"], cwd=self.folder)
            wait_until_listening(self._ports["http"])
        return done.stdout

    def _shell(self, account: str, lines: list[str]) -> list[str]:
        script = "\n".join(["set -eo pipefail", *lines])
        if not account:
            return ["bash", "-c", script]
        # As `sudo -iu` opens it.
        own = [f"HOME={self.home}", f"USER={account}", f"PATH={SYSTEM_PATH}"]
        return ["env", "-i", *own, "bash", "--login", "-c", script]

    def _cwd(self, account: str) -> Path:
        return self.home if account else self.you

    def _answered(self, command: list[str], shown: Shown) -> str:
        """Run a command that asks for a new password, and type it."""
        ours, its = pty.openpty()
        terminal = os.ttyname(its)
        # The first terminal that the first process of a session opens becomes its own.
        opening = f"exec 0<>{terminal} 1>&0 2>&1 {its}>&-; exec {shlex.join(command)}"
        process = subprocess.Popen(
            ["bash", "-c", opening],
            cwd=self._cwd(shown.account), env=self._environment(), start_new_session=True, pass_fds=[its],
        )  # fmt: skip
        os.close(its)
        said = ""
        # When nobody holds the other end any more, reading fails.
        with suppress(OSError):
            while True:
                said += os.read(ours, 1024).decode()
                if said.endswith(": "):
                    os.write(ours, f"{PASSWORD}\n".encode())
        os.close(ours)
        assert process.wait(30) == 0, f"{shown.command}\n{said}"
        return said

    def _translated(self, command: str) -> str:
        ports = self._ports
        changes = [(place, f"{self.folder}{place}") for place in PLACES]
        changes += [
            ("https://mien.example.org", f"https://localhost:{ports['https']}"),
            ("http://mien.example.org", f"http://localhost:{ports['http']}"),
            ("mien.example.org", "localhost"),
            ("10.0.0.11:8000", f"127.0.0.1:{ports['second']}"),
            ("10.0.0.12:3031", f"127.0.0.1:{ports['third']}"),
            *(
                (f"127.0.0.1:{name}", f"127.0.0.1:{ports[name]}")
                for name in ports
                if name[0].isdigit()
            ),
        ]
        for written, here in changes:
            command = command.replace(written, here)
        # Nobody else than who runs the test is there.
        if "sudo install" in command:
            command = re.sub(r" --(owner|group) [\w-]+", "", command)
        if "deploy render nginx" in command and "--listen" not in command:
            command += (
                f" --listen 127.0.0.1:{ports['http']} --access-log {self.folder}/access.log"
                f" --bridge-port {ports['bridge']} --static {self.folder}/srv/mien"
            )
            if "--tls-cert" in command:
                command += f" --listen-tls 127.0.0.1:{ports['https']}"
        return command

    def _served_at(self, command: str) -> int:
        """The port at which a command serves; 0 if it does not."""
        if not command.startswith(SERVERS):
            return 0
        configured = "".join(
            Path(word).read_text(encoding="utf-8")
            for word in command.split()
            if word.endswith((".ini", ".conf.py"))
        )
        return int(re.findall(r"127\.0\.0\.1:(\d+)", command + configured)[0])

    def _environment(self) -> dict[str, str]:
        # No Mien is on the path of an ordinary account.
        own = [
            each for each in os.environ["PATH"].split(os.pathsep) if not Path(each, "mien").exists()
        ]
        path = [str(self.folder / "front"), str(self._programs), *own, SYSTEM_PATH]
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return {**kept, "PATH": os.pathsep.join(path), **self._postgresql}

    def _write_programs(self) -> None:
        """Write the stand-ins, and lay ready what an installation brings."""
        self._programs = self.folder / "programs"
        later = self.folder / "later"
        here = Path(sys.executable).parent
        # Nothing of the environment reaches what is started behind sudo.
        ours = f"export MIEN_OFFLINE=true PYTHONPATH={os.environ.get('PYTHONPATH', '')}\n"
        note = f'echo "$(basename "$0") $*" >> {self._called}'
        for name in STAND_INS:
            self._write(self._programs / name, note)
        self._write(self._programs / "nginx",
                    f'exec {find_nginx()} -e stderr -c {self.folder}/nginx.conf "$@"')  # fmt: skip
        self._write(self._programs / "systemd-tmpfiles",
                    'read -r kind path mode owner < "$2"; mkdir -p -m "$mode" "$path"')  # fmt: skip
        self._write(self._programs / "git",
                    '[ "$1" = clone ] || exit 0; mkdir -p "$3/tools"\n'
                    f'cp {later}/setup.sh "$3/tools"')  # fmt: skip
        self._write(later / "setup.sh",
                    f'[ "$1" = run ]; cd "$(dirname "$0")/.."; mkdir -p .venv/bin\n'
                    f'cp {later}/mien {later}/gunicorn {later}/pip .venv/bin')  # fmt: skip
        self._write(later / "pip",
                    # What speaks to Milvus and to buckets is there already.
                    '[ "$*" != "install pymilvus>=3.0,<4" ] || exit 0\n'
                    '[ "$*" != "install botocore>=1.43,<2" ] || exit 0\n'
                    f'[ "$*" = "install pyuwsgi" ]; cp {later}/uwsgi "$(dirname "$0")"')  # fmt: skip
        self._write(later / "mien",
                    f'{ours}[ "$1 ${{2:-}}" = "models pull" ] && {{ {note}; exit; }}\n'
                    f'[ "$1 ${{2:-}}" = "models use" ] && exec {sys.executable} {drawn_packs.__file__} "$@"\n'
                    f'exec {sys.executable} {drawn_mien.__file__} "$@"')  # fmt: skip
        for name in ("gunicorn", "uwsgi"):
            self._write(later / name, f'{ours}exec {shutil.which(name, path=here) or name} "$@"')
        # A folder that holds Mien's source.
        (self.you / "tools").mkdir()
        shutil.copy(later / "setup.sh", self.you / "tools")

    def _write(self, program: Path, text: str) -> None:
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/bash\nset -e\n{text}\n", encoding="utf-8")
        program.chmod(0o755)

    def _start(self, command: list[str], *, cwd: Path) -> Server:
        env = self._environment()
        program = shutil.which(command[0], path=env["PATH"]) or command[0]
        return self._running.enter_context(started([program, *command[1:]], cwd, env))
