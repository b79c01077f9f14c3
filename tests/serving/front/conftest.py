"""Web servers in front: Nginx and uWSGI, with the files that `mien deploy render` writes."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import pytest
from click.testing import CliRunner
from tools.environment import find_nginx

import drawn_wsgi
from building import acting
from building import make_services
from mien.access.api_keys import create_key
from mien.cli import cli
from serving.conftest import Home
from serving.conftest import Server
from serving.conftest import _started
from serving.conftest import free_port
from serving.conftest import wait_until_alive

Start = Callable[..., Server]
# Small ones: many servers share a machine that has other things to do.
_WORKER_CONNECTIONS = 256
_NGINX_CONF = """\
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections {connections}; }}
http {{
    include {mime};
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    uwsgi_temp_path {folder}/uwsgi;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    include {site};
}}
"""


def absent(why: str) -> None:
    """A server that is not there: a failure in CI, a skip with its name elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def nginx_program() -> Path:
    """The system's Nginx."""
    found = find_nginx()
    if found is None:
        absent("no Nginx is installed; `make test` installs it where it may")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def uwsgi_program() -> Path:
    """The uWSGI of the lock file."""
    found = shutil.which("uwsgi", path=str(Path(sys.executable).parent)) or shutil.which("uwsgi")
    if found is None:
        absent("no uWSGI is installed; it is the package pyuwsgi")
    assert found is not None
    return Path(found)


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `mien deploy static` writes."""
    folder = tmp_path_factory.mktemp("srv")
    folder.parent.chmod(0o755)
    run_mien("deploy", "static", "--out", str(folder))
    return folder


@dataclass
class Stack:
    """Starts nodes and an Nginx in front of them.

    Attributes:
        folder: of configurations and logs.
        uploads: one line for each upload that reached a node.
    """

    home: Home
    folder: Path
    static: Path
    start_process: Start
    nginx_program: Path
    uwsgi_program: Path
    nodes: dict[str, Server] = field(default_factory=dict)

    @property
    def uploads(self) -> list[str]:
        path = self.folder / "uploads"
        return path.read_text(encoding="ascii").splitlines() if path.exists() else []

    def environment(self, name: str, **more: str) -> dict[str, str]:
        return {
            "MIEN_HOME": str(self.home.folder),
            "MIEN_OFFLINE": "true",
            "MIEN_TRUSTED_PROXIES": "1",
            "MIEN_ACCEL_PREFIX": "/_files/",
            "MIEN_TEST_NODE": name,
            "MIEN_TEST_LOG": str(self.folder / "uploads"),
            "PYTHONPATH": str(Path(drawn_wsgi.__file__).parent),
            **more,
        }

    def gunicorn(self, name: str, **env: str) -> str:
        """A node of one process; gives its upstream."""
        port = free_port()
        config = render("gunicorn", "--listen", f"127.0.0.1:{port}", "--processes", "1",
                        "--application", "drawn_wsgi:app", out=self.folder / name)  # fmt: skip
        program = Path(sys.executable).with_name("gunicorn")
        self.nodes[name] = self.start_process(
            [str(program), "--config", str(config)],
            cwd=self.folder,
            env=self.environment(name, **env),
        )
        wait_until_alive(f"http://127.0.0.1:{port}")
        return f"http://127.0.0.1:{port}"

    def uwsgi(self, name: str, **env: str) -> str:
        """A node of one process over the uwsgi protocol; gives its upstream."""
        port = free_port()
        run = self.folder / name
        own = self.environment(name, **env)
        # What the file says of proxies has to do.
        del own["MIEN_TRUSTED_PROXIES"]
        config = render("uwsgi", "--listen", f"127.0.0.1:{port}", "--processes", "1", "--run",
                        str(run), "--application", "drawn_wsgi:app", out=run)  # fmt: skip
        self.nodes[name] = self.start_process(
            [str(self.uwsgi_program), "--ini", str(config)],
            cwd=self.folder,
            env=own,
        )
        self.nodes[name].waits_to_say(r"WSGI app 0 .* ready")
        return f"uwsgi://127.0.0.1:{port}"

    def nginx(self, *options: str, accel: bool = True) -> str:
        """Nginx in front; gives its address."""
        port = free_port()
        home = {"MIEN_HOME": str(self.home.folder), "MIEN_MAX_UPLOAD_BYTES": "1000000"}
        render(
            "nginx", "--server-name", "127.0.0.1", "--listen", f"127.0.0.1:{port}",
            "--static", str(self.static), "--access-log", str(self.folder / "access.log"),
            "--bridge-port", str(free_port()), *options,
            out=self.folder, env={**home, **({"MIEN_ACCEL_PREFIX": "/_files/"} if accel else {})},
        )  # fmt: skip
        config = nginx_conf(self.folder, self.folder / "mien.conf")
        arguments = [str(self.nginx_program), "-e", "stderr", "-c", str(config)]
        tested = subprocess.run([*arguments, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        assert "[warn]" not in tested.stderr, tested.stderr
        self.nodes["nginx"] = self.start_process(arguments, cwd=self.folder)
        wait_until_listening(port)
        return f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    collected: Path,
    nginx_program: Path,
    uwsgi_program: Path,
) -> Iterator[Stack]:
    """Nodes and an Nginx of one module's tests, none of them started yet."""
    folder = tmp_path_factory.mktemp("stack")
    with ExitStack() as started:

        def start(command: list[str], *, cwd: Path, env: dict[str, str] | None = None) -> Server:
            return started.enter_context(_started(command, cwd, {**os.environ, **(env or {})}))

        yield Stack(make_home(folder), folder, collected, start, nginx_program, uwsgi_program)


def make_home(folder: Path) -> Home:
    """A database with the default gallery and a key."""
    home = folder / "home"
    home.mkdir()
    services = make_services(home)
    key, _ = create_key(acting(services), name="front", scopes=["admin"])
    services.database.close()
    return Home(home, key)


def run_mien(*arguments: str, env: dict[str, str] | None = None) -> str:
    """Run a command of Mien in this process; gives what it printed."""
    result = CliRunner().invoke(cli, arguments, env=env or {})
    assert result.exit_code == 0, result.output
    return result.stdout


def render(kind: str, *options: str, out: Path, env: dict[str, str] | None = None) -> Path:
    """Render one file into a folder."""
    run_mien("deploy", "render", kind, *options, "--out", str(out), env=env)
    names = {"nginx": "mien.conf", "gunicorn": "gunicorn.conf.py"}
    return out / names.get(kind, f"{kind}.ini")


def nginx_conf(folder: Path, site: Path) -> Path:
    """Write what the system's nginx.conf says, with everything in one folder."""
    config = folder / "nginx.conf"
    config.write_text(
        _NGINX_CONF.format(
            folder=folder,
            site=site,
            user="user root;" if os.geteuid() == 0 else "",
            mime=mime_types(),
            connections=_WORKER_CONNECTIONS,
        )
    )
    return config


def mime_types() -> Path:
    """Nginx's own list of types."""
    for place in ("/etc/nginx/mime.types", "/usr/local/etc/nginx/mime.types"):
        if Path(place).exists():
            return Path(place)
    raise AssertionError("Nginx's mime.types is not where it is expected")


def wait_until_listening(port: int, *, seconds: float = 10) -> None:
    """Wait until somebody listens at a port of this machine."""
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return
