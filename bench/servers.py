"""Mien behind each of the servers it is made for, started for a measurement and ended after it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from building import acting
from mien.access.api_keys import create_key
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.pack_in_use import ensure_pack
from mien.runtime import open_runtime
from mien.settings import Settings
from mien.sizing import Machine
from mien.sizing import Need
from mien.sizing import Plan
from mien.sizing import plan
from mien.sizing import this_machine
from mien.storage.migrate import upgrade

_START_SECONDS = 60
_NO_LIMIT = "60000"
_NGINX_CONF = """\
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections 512; }}
http {{
    include {mime};
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    uwsgi_temp_path {folder}/uwsgi;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/mien.conf;
}}
"""


class Missing(Exception):
    """A server is not installed here."""


@dataclass(frozen=True, slots=True)
class Site:
    """A home with somebody in it, and how it is served.

    Attributes:
        folder: of everything that is written.
        settings: of the in-process paths.
        key: opens the API.
        plan: processes and threads, the same for every server.
    """

    folder: Path
    settings: Settings
    key: str
    plan: Plan

    @property
    def environment(self) -> dict[str, str]:
        """What the servers are told."""
        return {
            **os.environ,
            "MIEN_HOME": str(self.settings.home),
            "MIEN_TRUSTED_PROXIES": "1",
            "MIEN_INFERENCE_THREADS": str(self.plan.inference_threads),
            "MIEN_INFERENCE_CONCURRENCY": str(self.plan.inference_concurrency),
            "MIEN_WORKERS": str(self.plan.workers),
            "MIEN_WORKER_THREADS": str(self.plan.threads),
            "MIEN_LOG_LEVEL": "info",
        }


def make_site(folder: Path, photo: bytes, *, machine: Machine | None = None) -> Site:
    """A home in which the photo's largest face is enrolled."""
    home = folder / "home"
    home.mkdir()
    settings = Settings(home=home)
    runtime = open_runtime(settings)
    upgrade(runtime.database)
    ensure_pack(acting(runtime.services))
    enrol(
        acting(runtime.services),
        gallery="default",
        face_number=1,
        source=Upload(photo),
        subject=NewPerson("One"),
    )
    key, _ = create_key(acting(runtime.services), name="bench", scopes=["admin"])
    runtime.close()
    return Site(folder, settings, key, plan(machine or this_machine(), Need()))


@contextmanager
def serving_process(site: Site) -> Iterator[tuple["Started", str]]:
    """`mien serve`; gives its master and its address."""
    port = free_port()
    command = [sys.executable, "-m", "mien", "serve", "--bind", f"127.0.0.1:{port}"]
    with started(command, site) as process:
        yield process, process.answers_at(port)


@contextmanager
def serving(site: Site) -> Iterator[str]:
    """`mien serve`; gives its address."""
    with serving_process(site) as (_, address):
        yield address


@contextmanager
def uwsgi_router(site: Site) -> Iterator[str]:
    """The uWSGI that stands alone, as its own web router; gives its address."""
    port = free_port()
    config = _uwsgi(site, "uwsgi-router", f"127.0.0.1:{port}")
    with started([_program("uwsgi"), "--ini", str(config)], site) as process:
        yield process.answers_at(port)


@contextmanager
def behind_nginx(site: Site, *, uwsgi: bool) -> Iterator[str]:
    """Nginx in front of `mien serve` or of uWSGI; gives its address."""
    _program("nginx")
    with ExitStack() as nodes:
        if uwsgi:
            port = free_port()
            config = _uwsgi(site, "uwsgi", f"127.0.0.1:{port}")
            node = nodes.enter_context(started([_program("uwsgi"), "--ini", str(config)], site))
            node.waits_for(r"WSGI app 0 .* ready")
            upstream = f"uwsgi://127.0.0.1:{port}"
        else:
            upstream = nodes.enter_context(serving(site))
        port = free_port()
        config = _nginx(site, upstream, port)
        command = [_program("nginx"), "-e", "stderr", "-c", str(config)]
        yield nodes.enter_context(started(command, site)).answers_at(port)


class Started:
    """A process, and what it says.

    Args:
        process: the one that was started.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._said: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def waits_for(self, pattern: str) -> None:
        """Wait until it says something like this."""
        end = time.monotonic() + _START_SECONDS
        while not re.search(pattern, "".join(self._said)):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("".join(self._said)[-2000:])
            time.sleep(0.05)

    def answers_at(self, port: int) -> str:
        """The address at this port, once it answers."""
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - http, on this machine
                    return address
            except OSError as error:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise RuntimeError("".join(self._said)[-2000:]) from error
                time.sleep(0.1)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._said.append(line)
            # Only the beginning is ever looked at.
            del self._said[1000:]


@contextmanager
def started(command: list[str], site: Site) -> Iterator[Started]:
    """A process that is ended together with all below it."""
    process = subprocess.Popen(
        command,
        cwd=site.folder,
        env=site.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Started(process)
    finally:
        process.send_signal(signal.SIGTERM if "nginx" in command[0] else signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens at just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _uwsgi(site: Site, kind: str, listen: str) -> Path:
    run = site.folder / f"run-{kind}"
    _render(
        site, kind, "--listen", listen, "--run", str(run), "--processes", str(site.plan.workers),
        "--threads", str(site.plan.threads), "--out", str(run),
    )  # fmt: skip
    return run / f"{kind}.ini"


def _nginx(site: Site, upstream: str, port: int) -> Path:
    folder = site.folder / f"nginx-{port}"
    folder.mkdir()
    _render(
        site, "nginx", "--server-name", "127.0.0.1", "--listen", f"127.0.0.1:{port}",
        "--upstream", upstream, "--requests", _NO_LIMIT, "--photos", _NO_LIMIT,
        "--connections", _NO_LIMIT, "--uploads", _NO_LIMIT, "--access-log", "off",
        "--bridge-port", str(free_port()), "--out", str(folder),
    )  # fmt: skip
    config = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    mime = next(
        path for path in ("/etc/nginx/mime.types", "/usr/local/etc/nginx/mime.types")
        if Path(path).exists()
    )  # fmt: skip
    config.write_text(_NGINX_CONF.format(folder=folder, user=user, mime=mime))
    return config


def _render(site: Site, *arguments: str) -> None:
    command = [sys.executable, "-m", "mien", "deploy", "render", *arguments]
    subprocess.run(command, env=site.environment, check=True, capture_output=True)


def _program(name: str) -> str:
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name, path=f"{beside}:/usr/sbin:{os.environ.get('PATH', '')}")
    if found is None:
        raise Missing(f"no {name} is installed")
    return found
