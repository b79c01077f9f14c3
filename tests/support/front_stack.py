"""Web servers in front: Nginx and uWSGI, with the files that `mien deploy render` writes."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from click.testing import CliRunner

from mien.cli import cli
from mien.web.assets import read_assets
from mien.web.assets import static_folder
from own_modules import environment_with_own_modules
from servers import Home
from servers import Server
from servers import free_port
from servers import wait_until_alive
from servers import wait_until_listening

STYLE = f"/static/{read_assets(static_folder()).digest}/css/main.css"
"""Where a server gives the style sheet."""

Start = Callable[..., Server]
# Small ones: many servers share a machine that has other things to do.
_WORKER_CONNECTIONS = 256
# No folder is called as a Python module may be: nodes start in the same place.
_NGINX_CONF = """\
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections {connections}; }}
http {{
    include {mime};
    client_body_temp_path {folder}/body-temp;
    proxy_temp_path {folder}/proxy-temp;
    uwsgi_temp_path {folder}/uwsgi-temp;
    fastcgi_temp_path {folder}/fastcgi-temp;
    scgi_temp_path {folder}/scgi-temp;
    include {site};
}}
"""


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
            # Where drawn_wsgi is, and Mien where it is not installed.
            "PYTHONPATH": environment_with_own_modules()["PYTHONPATH"],
            **more,
        }

    def gunicorn(self, name: str, *options: str, **env: str) -> str:
        """A node of one process; gives its upstream."""
        port = free_port()
        config = render("gunicorn", "--listen", f"127.0.0.1:{port}", "--processes", "1", *options,
                        "--application", "drawn_wsgi:app", out=self.folder / name)  # fmt: skip
        program = Path(sys.executable).with_name("gunicorn")
        self.nodes[name] = self.start_process(
            [str(program), "--config", str(config)],
            cwd=self.folder,
            env=self.environment(name, **env),
        )
        wait_until_alive(f"http://127.0.0.1:{port}")
        return f"http://127.0.0.1:{port}"

    def uwsgi(self, name: str, *options: str, **env: str) -> str:
        """A node of one process over the uwsgi protocol; gives its upstream."""
        port = free_port()
        run = self.folder / name
        own = self.environment(name, **env)
        # What the file says of proxies has to do.
        del own["MIEN_TRUSTED_PROXIES"]
        config = render("uwsgi", "--listen", f"127.0.0.1:{port}", "--processes", "1", "--run",
                        str(run), "--application", "drawn_wsgi:app", *options,
                        out=run)  # fmt: skip
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
