"""A real server and a real browser for tests that look at pages as people do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import ConsoleMessage
from playwright.sync_api import Page
from playwright.sync_api import Playwright
from playwright.sync_api import Response
from werkzeug.serving import WSGIRequestHandler
from werkzeug.serving import make_server

from building import acting
from building import make_runtime
from mien.access.sign_ins import open_sign_in
from mien.access.users import add_user
from mien.app import create_app
from mien.http.cookies import SIGN_IN_COOKIE
from mien.runtime import Runtime
from mien.vision.engine import Engine

PASSWORD = "a horse that is correct"
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A camera that shows a drawn dial, and may be used.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
# What is missing shows by its status; what is broken off because a page is left is no fault.
_JUDGED_BY_STATUS = ("Failed to load resource", "Failed to fetch dynamically imported module")


@dataclass(frozen=True, slots=True)
class Site:
    """A server of this process, with drawn faces.

    Attributes:
        url: where it serves, without a slash at the end.
    """

    url: str
    runtime: Runtime


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: what a test has to say is in its assertions."""


@contextmanager
def serve(home: Path, *, engine: Engine | None = None) -> Iterator[Site]:
    """Serve a fresh home on a free port for as long as it is needed."""
    runtime = make_runtime(home, engine=engine, signin_rate="1000 per minute")
    server = make_server("127.0.0.1", 0, create_app(runtime), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", runtime)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        runtime.close()


@contextmanager
def launch(
    playwright: Playwright, chromium: Path, *, film: Path | None = None
) -> Iterator[Browser]:
    """Start the system's browser.

    Args:
        playwright: which drives it.
        chromium: its program.
        film: what its camera shows, over and over; None for the dial. See `filming`.
    """
    shown = () if film is None else (f"--use-file-for-fake-video-capture={film}",)
    browser = playwright.chromium.launch(executable_path=chromium, args=[*_ARGUMENTS, *shown])
    try:
        yield browser
    finally:
        browser.close()


@dataclass
class Complaints:
    """What a browser complains of: errors in its console, of scripts, and of the server.

    Attributes:
        expected: statuses of answers that the test provokes.
        found: all others.
    """

    expected: set[int] = field(default_factory=set)
    found: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Write down what this page complains of from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(
            words in message.text for words in _JUDGED_BY_STATUS
        ):
            self.found.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.found.append(f"{response.status}: {response.request.method} {response.url}")


def sign_in_administrator(site: Site, context: BrowserContext) -> str:
    """Let a browser be signed in already, as an administrator made for it; gives their id."""
    user = add_user(acting(site.runtime.services), name="Root", password=PASSWORD, is_admin=True)
    secret, _ = open_sign_in(
        acting(site.runtime.services),
        user_id=user.id,
        browser="Chrome on Linux",
        lasts_seconds=3600,
    )
    context.add_cookies([{"name": SIGN_IN_COOKIE, "value": secret, "url": site.url}])
    return user.id
