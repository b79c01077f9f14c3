"""`mien dev`: the development server."""

import atexit
import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import click

from mien.cli.runtime import load_settings

_WATCHER = "_MIEN_DEV_WATCHER"
_WATCHED = (".html", ".css", ".js", ".svg", ".woff2", ".toml")


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on. Default: MIEN_HOST.")
@click.option("--port", type=int, metavar="PORT", help="Port to listen on. Default: MIEN_PORT.")
@click.option("--reload/--no-reload", default=True, help="Restart when a file changes.")
def dev(*, host: str | None, port: int | None, reload: bool) -> None:
    """Run the development server, which reloads on changes.

    Restarts whenever code, a template or a static file changes. The debugger runs code typed into
    the browser, so it is available only while the server is reachable from this machine alone.
    """
    settings = load_settings(serving=True, host=host, port=port)

    from werkzeug.serving import is_running_from_reloader
    from werkzeug.serving import run_simple

    from mien.cli.terminal.announce import tell_link
    from mien.cli.terminal.announce import tell_pack
    from mien.cli.terminal.announce import tell_where
    from mien.cli.terminal.progress import shown_progress
    from mien.serving.startup import prepare

    address = f"http://{settings.host}:{settings.port}"
    application: Any = _unserved
    if not reload or is_running_from_reloader():
        from jinja2 import FileSystemLoader

        from mien.serving.end_with_parent import end_with_parent
        from mien.serving.process import Process
        from mien.web.kept_templates import FOLDER

        if reload:
            # Without an alarm: a terminal may stop it for as long as somebody likes.
            end_with_parent(int(os.environ[_WATCHER]), stuck_seconds=None)
        # A new link would undo the one that the watching process has told.
        ready = prepare(settings, progress=shown_progress(), with_link=not reload)
        process = Process(settings, does_jobs=True)
        application = process.open()
        # Kept ones would be as they were at the start.
        application.jinja_loader = FileSystemLoader(FOLDER)
        application.config["TEMPLATES_AUTO_RELOAD"] = True
        application.debug = is_loopback(settings.host)
        atexit.register(process.close)
        tell_where(address, ready.token)
    else:
        # Taken and given back, so that a port in use is one sentence and not a trace of calls.
        from mien.serving.listener import listen

        listen(settings.host, settings.port).close()
        ready = prepare(settings, progress=shown_progress())
        tell_pack(ready.pack, wanted=settings.pack)
        tell_link(address, ready.token)
        os.environ[_WATCHER] = str(os.getpid())
    run_simple(
        settings.host,
        settings.port,
        application,
        use_reloader=reload,
        use_debugger=is_loopback(settings.host),
        threaded=True,
        extra_files=watched_files(),
        request_handler=_request_handler(),
    )


def is_loopback(host: str) -> bool:
    """Whether every address of this name is reachable from this machine alone."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(address).is_loopback for address in found)


def watched_files() -> list[str]:
    """Templates, static files and manifests of the package; code is watched by itself."""
    package = Path(__file__).parent.parent
    return [str(path) for path in package.rglob("*") if path.suffix in _WATCHED]


def _unserved(_environ: Any, _start_response: Any) -> list[bytes]:
    # The process that only watches files never answers; its child does.
    return []


def _request_handler() -> Any:
    from werkzeug.serving import WSGIRequestHandler

    from mien.serving.access_log import write_access_line

    class Handler(WSGIRequestHandler):
        """Writes requests as all other log lines are written."""

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            del size
            write_access_line(
                method=self.command,
                path=self.path.partition("?")[0],
                status=str(int(code)) if isinstance(code, int) else code,
                seconds=0.0,
            )

    return Handler
