"""The how-tos, command by command, with real servers; what needs root or containers is stood in for."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tools.environment import find_nginx
from tools.environment import find_postgresql

import drawn_mien
from consoles import shown_commands
from front_stack import nginx_conf
from labelled import draw_people
from needs import absent
from postgresql_server import PostgreSQL
from postgresql_server import running_postgresql
from servers import Server
from servers import free_port
from servers import started
from servers import wait_until_listening

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "howto"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
SERVERS = ("mien serve", "gunicorn ", "uwsgi --ini")
PLACES = ("/etc/nginx", "/etc/systemd", "/etc/mien", "/srv/mien", "/var/lib", "/run/mien")
# Stood in for: they change the machine, or are not there.
STAND_INS = ("apt-get", "systemctl", "useradd", "usermod", "docker")


class Machine:
    """A folder that stands for a machine.

    Args:
        folder: holds what the pages put into /etc, /srv, /var and /run.
        running: ends what is started here.
    """

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self.folder = folder
        self._running = running
        self._programs = [folder / "bin"]
        self._ports = {
            name: free_port()
            for name in (
                *("8000", "8001", "3031", "5432"),
                *("http", "https", "bridge", "second", "third"),
            )
        }
        self._variables: dict[str, str] = {}
        self.called = folder / "called"
        for place in PLACES:
            (folder / place.lstrip("/")).mkdir(parents=True, exist_ok=True)
        (folder / "etc/nginx/conf.d").mkdir()
        self._write_programs()

    def use_postgresql(self, programs: Path) -> PostgreSQL:
        """Start a PostgreSQL server where the pages expect one."""
        port = self._ports["5432"]
        server = self._running.enter_context(running_postgresql(programs, port=port))
        # Whoever names no address comes by the socket, as on a Debian machine.
        self._variables |= {"PGHOST": str(server.socket), "PGPORT": str(port)}
        self._programs.append(server.programs)
        return server

    def do(self, command: str) -> None:
        """Run a command of a page, here."""
        here = self._translated(command)
        if here.startswith("export "):
            self._variables |= dict(word.split("=", 1) for word in here.split()[1:])
            return
        serving = re.match(r"(\w+=\S+ )*(" + "|".join(SERVERS) + ")", here)
        if serving:
            port = int(re.findall(r"127\.0\.0\.1:(\d+)", here + self._configured(here))[0])
            self._start(["bash", "-c", f"exec {here}"], cwd=self.folder, env=self._environment())
            wait_until_listening(port, seconds=30)
            return
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", here],
            cwd=self.folder, env=self._environment(), capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{here}\n{done.stdout}\n{done.stderr}"
        if "systemctl reload nginx" in command:
            self._start_nginx()

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
        if "deploy render nginx" in command and "--listen" not in command:
            command += (
                f" --listen 127.0.0.1:{ports['http']} --access-log {self.folder}/access.log"
                f" --bridge-port {ports['bridge']} --static {self.folder}/srv/mien"
            )
            if "--tls-cert" in command:
                command += f" --listen-tls 127.0.0.1:{ports['https']}"
        return command

    def _configured(self, command: str) -> str:
        """What the file says that a server is started with."""
        return "".join(
            Path(word).read_text(encoding="utf-8")
            for word in command.split()
            if word.endswith((".ini", ".conf.py"))
        )

    def _environment(self) -> dict[str, str]:
        folders = [*self._programs, Path(sys.executable).parent, os.environ["PATH"], "/usr/sbin"]
        path = os.pathsep.join(str(folder) for folder in folders)
        return {**os.environ, "PATH": path, "MIEN_OFFLINE": "true", **self._variables}

    def _write_programs(self) -> None:
        programs = {
            "sudo": '[ "$1" = -u ] && { export PGUSER="$2"; shift 2; }\n'
            '[ "$1" = -E ] && shift; exec "$@"',
            "mien": f'[ "$1 ${{2:-}}" = "models pull" ] && exit; exec {sys.executable} '
            f'{drawn_mien.__file__} "$@"',
            "nginx": f'exec {find_nginx()} -e stderr -c {self.folder}/nginx.conf "$@"',
            **{name: f'echo "{name} $*" >> {self.called}' for name in STAND_INS},
        }
        (self.folder / "bin").mkdir()
        for name, text in programs.items():
            program = self.folder / "bin" / name
            program.write_text(f"#!/bin/bash\n{text}\n")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
        nginx_conf(self.folder, self.folder / "etc/nginx/conf.d/mien.conf")

    def _start(self, command: list[str], *, cwd: Path, env: dict[str, str]) -> Server:
        program = shutil.which(command[0], path=env["PATH"]) or command[0]
        return self._running.enter_context(started([program, *command[1:]], cwd, env))

    def _start_nginx(self) -> None:
        self._start(["nginx"], cwd=self.folder, env=self._environment())
        wait_until_listening(self._ports["http"])


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with ExitStack() as running:
        yield Machine(tmp_path, running)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_howto_does_what_it_says(page: Path, machine: Machine) -> None:
    commands = [each.command for each in shown_commands(page)]
    assert commands
    if any("nginx -t" in each for each in commands) and find_nginx() is None:
        absent("no Nginx is installed; `make test` installs it where it may")
    if any("sudo -u postgres" in each for each in commands):
        programs = find_postgresql()
        if programs is None:
            absent("no PostgreSQL is installed; `make test` installs it where it may")
        assert programs is not None
        machine.use_postgresql(programs)
    if any("mien people import" in each for each in commands):
        draw_people(machine.folder / "album", {"Ada Lovelace": 2, "Charles Babbage": 1})
    if any("mien evaluate" in each for each in commands):
        people = [f"p{number}" for number in range(105)]
        draw_people(machine.folder / "labelled", dict.fromkeys(people, 2))
        pairs = ["1", "p1\t1\t2", "p1\t1\tp2\t1"]
        (machine.folder / "pairs.txt").write_text("\n".join(pairs), encoding="utf-8")
    for command in commands:
        machine.do(command)


def test_every_page_is_in_the_list() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\S+?\.md)\)", text) != []
    assert {page.name for page in PAGES} <= set(re.findall(r"\]\((\S+?\.md)\)", text))
