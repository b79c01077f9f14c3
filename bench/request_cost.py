"""What one request costs inside the application, as counts: the same on every machine, busy or not.

Six requests go through Flask's test client to a fresh installation with drawn faces and three
people to begin with. The API is asked for one of them and adds a face to somebody new; the pages
are sent a photo of a stranger, show the answer, and make the stranger a person. Each request is
sent twice with different photos, and the second one is counted, so that what happens once a
process (late imports, templates, the index) is not:

- files: source files of Mien in which a function was entered; the drawn faces' engine is one.
- moves: calls of a function in one of these files by a function in another. Frames between the
  two that are not Mien's (Flask, SQLAlchemy, a template) are looked through.
- statements: SQL, without the `begin` of a transaction.
- transactions: how many began. Wrote: how many of these changed a row.
- gallery reads: SELECTs from the table of galleries, alone or joined with others.

    python bench/request_cost.py [--json]
"""

import argparse
import html
import importlib
import inspect
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any
from typing import Protocol

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import event
from werkzeug.test import TestResponse

_ROOT = Path(__file__).resolve().parents[1]
_SOURCE = _ROOT / "src"
if sys.path[0] == str(Path(__file__).resolve().parent):
    # Run as a program: in this folder `requests` would be this measurement, not the library.
    # Mien comes from beside this file, whichever installation the interpreter belongs to.
    sys.path[:1] = [str(_SOURCE), str(_ROOT / "tests" / "support")]

from mien.app import create_app  # noqa: E402
from mien.runtime import open_runtime  # noqa: E402
from mien.settings import Settings  # noqa: E402
from mien.vision.fake import FakeEngine  # noqa: E402

GALLERY = "/api/v1/galleries/default"
PEOPLE = ("ada", "bob", "cleo")
_PASSWORD = "a horse that is correct"  # noqa: S105 - of an installation that is thrown away
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_BEGIN = re.compile(r"\s*begin\b", re.IGNORECASE)
_CHANGE = re.compile(r"\s*(insert|update|delete)\b", re.IGNORECASE)
_SELECT = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
# Columns are written `gallery.name` and labelled `gallery_name`; the table stands alone.
_FROM_GALLERY = re.compile(r"(\bfrom|\bjoin|,)\s+gallery\b(?!\.)", re.IGNORECASE)
_TRANSACTION = "bench_transaction"


class DrawPhoto(Protocol):
    """The tests' `draw_photo`: the file of a photo of people whom `FakeEngine` knows apart."""

    def __call__(self, people: tuple[str, ...], *, variant: int = 0) -> bytes:
        """Another variant is another photo."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What one request cost; what each figure means is told above."""

    files: int
    moves: int
    statements: int
    transactions: int
    writing_transactions: int
    gallery_reads: int


@dataclass(slots=True)
class _Transaction:
    wrote: bool = False


@dataclass(slots=True)
class Counter:
    """Counts what this thread does while a request is answered.

    Others may work at the same time: the log of searches is written aside, a while after them.
    """

    thread: int = field(default_factory=threading.get_ident)
    files: set[str] = field(default_factory=set)
    moves: int = 0
    statements: list[str] = field(default_factory=list)
    transactions: list[_Transaction] = field(default_factory=list)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count in this block."""
        listeners: dict[str, Callable[..., None]] = {
            "begin": self._begun,
            "before_cursor_execute": self._stated,
        }
        for name, listener in listeners.items():
            event.listen(Engine, name, listener)
        sys.setprofile(self._entered)
        try:
            yield
        finally:
            sys.setprofile(None)
            for name, listener in listeners.items():
                event.remove(Engine, name, listener)

    def counts(self) -> Counts:
        """What was counted."""
        return Counts(
            files=len(self.files),
            moves=self.moves,
            statements=len(self.statements),
            transactions=len(self.transactions),
            writing_transactions=sum(each.wrote for each in self.transactions),
            gallery_reads=sum(map(reads_gallery, self.statements)),
        )

    def _entered(self, frame: FrameType, what: str, _argument: object) -> None:
        file = frame.f_code.co_filename
        if what != "call" or not _is_ours(file) or _goes_on(frame):
            return
        self.files.add(file)
        caller = frame.f_back
        while caller is not None and not _is_ours(caller.f_code.co_filename):
            caller = caller.f_back
        if caller is not None and caller.f_code.co_filename != file:
            self.moves += 1

    def _begun(self, connection: Connection) -> None:
        if threading.get_ident() == self.thread:
            self.transactions.append(_Transaction())
            connection.info[_TRANSACTION] = self.transactions[-1]

    def _stated(
        self, connection: Connection, _cursor: object, statement: str, *_others: object
    ) -> None:
        if threading.get_ident() != self.thread or _BEGIN.match(statement):
            return
        self.statements.append(statement)
        if _CHANGE.match(statement):
            connection.info[_TRANSACTION].wrote = True


def reads_gallery(statement: str) -> bool:
    """Whether this SQL selects from the table of galleries."""
    return bool(_SELECT.match(statement) and _FROM_GALLERY.search(statement))


@cache
def _is_ours(file: str) -> bool:
    # Templates lie there too, and run as functions; they are no source files.
    return file.startswith(f"{_SOURCE / 'mien'}{os.sep}") and file.endswith(".py")


def _goes_on(frame: FrameType) -> bool:
    """Whether this is a generator that is entered again after a `yield`, which is no call."""
    if not frame.f_code.co_flags & inspect.CO_GENERATOR:
        return False
    # A function enters at an instruction RESUME, whose argument is 0 at the beginning alone.
    return frame.f_code.co_code[frame.f_lasti + 1] != 0


class Program:
    """Calls the API with a key.

    Args:
        app: that answers.
        key: allows everything.
    """

    def __init__(self, app: Flask, key: str) -> None:
        self._client = app.test_client(use_cookies=False)
        self._headers = {"Authorization": f"Bearer {key}"}

    def make(self, path: str, name: str) -> Any:
        """Make something that has a name; gives what the API says of it."""
        answer = self._client.post(path, json={"name": name}, headers=self._headers)
        return _told(answer, 201)

    def send(self, path: str, photo: bytes) -> TestResponse:
        """Send a photo."""
        return self._client.post(path, data={"photo": _part(photo)}, headers=self._headers)


class Browser:
    """Visits the pages, signed in.

    Args:
        app: that answers.
        name: to sign in with.
    """

    def __init__(self, app: Flask, name: str) -> None:
        self._client = app.test_client()
        self._token = self._find_token("/sign-in")
        _expect(self.send("/sign-in", name=name, password=_PASSWORD), 303)
        # Signing in makes earlier tokens worthless; this one lasts as long as the sign-in.
        self._token = self._find_token("/identify")

    def get(self, path: str) -> TestResponse:
        """Ask for a page."""
        return self._client.get(path)

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Send a form with its token."""
        return self._client.post(path, data={"csrf_token": self._token, **fields})

    def _find_token(self, path: str) -> str:
        found = _TOKEN.search(self.get(path).text)
        assert found is not None, f"{path} has no form"
        return html.unescape(found.group(1))


class Requests:
    """The six requests, to an installation that is made for them.

    Args:
        program: calls the API.
        browser: visits the pages.
        draw: makes photos.
    """

    def __init__(self, program: Program, browser: Browser, draw: DrawPhoto) -> None:
        self._program = program
        self._browser = browser
        self._draw = draw
        self._photos = 0
        for name in PEOPLE:
            self._expect_stored(program.send(self._new_person(name), self._photo(name)))

    def measure(self) -> dict[str, Counts]:
        """What each of them costs."""
        requests: dict[str, Callable[[str], Counts]] = {
            "API identify": self._identify,
            "API enrol": self._enrol,
            "page upload": self._upload,
            "page result": self._show_result,
            "page add": self._add,
            "bad photo": self._send_bad_photo,
        }
        found = {}
        for number, (name, request) in enumerate(requests.items()):
            request(f"dora {number}")
            found[name] = request(f"emil {number}")
        return found

    def _identify(self, _stranger: str) -> Counts:
        photo = self._photo(PEOPLE[0])
        answer, counts = _counted(lambda: self._program.send(f"{GALLERY}/identify", photo))
        faces = _told(answer, 200)["faces"]
        assert [face["decision"] for face in faces] == ["match"], faces
        return counts

    def _enrol(self, stranger: str) -> Counts:
        path, photo = self._new_person(stranger), self._photo(stranger)
        self._bring_index_up_to_date()
        answer, counts = _counted(lambda: self._program.send(path, photo))
        self._expect_stored(answer)
        return counts

    def _upload(self, stranger: str) -> Counts:
        return self._hold(stranger)[1]

    def _show_result(self, stranger: str) -> Counts:
        result, _ = self._hold(stranger)
        answer, counts = _counted(lambda: self._browser.get(result))
        _expect(answer, 200)
        assert "face-card--unknown" in answer.text
        return counts

    def _add(self, stranger: str) -> Counts:
        result, _ = self._hold(stranger)
        _expect(self._browser.get(result), 200)
        form = f"{result}/faces/1/add"
        answer, counts = _counted(lambda: self._browser.send(form, name=stranger))
        _expect(answer, 303)
        assert "face-card--match" in self._browser.get(result).text
        return counts

    def _send_bad_photo(self, stranger: str) -> Counts:
        words = f"{stranger} as text".encode()
        answer, counts = _counted(lambda: self._program.send(f"{GALLERY}/identify", words))
        _expect(answer, 415)
        return counts

    def _hold(self, stranger: str) -> tuple[str, Counts]:
        photo = self._photo(stranger)
        self._bring_index_up_to_date()
        answer, counts = _counted(lambda: self._browser.send("/identify", photo=_part(photo)))
        _expect(answer, 303)
        return answer.headers["Location"], counts

    def _bring_index_up_to_date(self) -> None:
        # A search takes in the faces that were stored since the last one, which would be counted.
        _expect(self._program.send(f"{GALLERY}/identify", self._photo(PEOPLE[0])), 200)

    def _new_person(self, name: str) -> str:
        made = self._program.make(f"{GALLERY}/people", name)
        return f"{GALLERY}/people/{made['id']}/faces"

    def _expect_stored(self, answer: TestResponse) -> None:
        assert _told(answer, 201)["stored"] is True, answer.text

    def _photo(self, person: str) -> bytes:
        self._photos += 1
        return self._draw((person,), variant=self._photos)


def measure() -> dict[str, Counts]:
    """What each request costs, on an installation that is made for it and thrown away."""
    # Settings of this machine would change what is measured.
    for name in [name for name in os.environ if name.startswith("MIEN_")]:
        del os.environ[name]
    # By name: where the tests keep it is known when this runs, from the folder above.
    draw: DrawPhoto = importlib.import_module("drawing").draw_photo
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _mien(home, "users", "add", "root", "--admin", "--password-stdin", said=_PASSWORD)
        key = json.loads(_mien(home, "keys", "add", "bench", "--scope", "admin", "--json"))
        given = {"home": home, "models_dir": home / "models", "offline": True}
        runtime = open_runtime(Settings.model_validate(given), engine=FakeEngine())
        try:
            app = create_app(runtime)
            program = Program(app, key["key"])
            # `mien run` makes it when it chooses a model pack, and here there is none.
            program.make("/api/v1/galleries", "default")
            return Requests(program, Browser(app, "root"), draw).measure()
        finally:
            runtime.close()


def _mien(home: Path, *arguments: str, said: str = "") -> str:
    """Run the command `mien`; gives what it wrote."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mien", *arguments],
        env={**os.environ, "MIEN_HOME": str(home), "PYTHONPATH": str(_SOURCE)},
        input=said,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def _counted(ask: Callable[[], TestResponse]) -> tuple[TestResponse, Counts]:
    counter = Counter()
    with counter.counting():
        answer = ask()
        # What makes the body as it is sent belongs to the request.
        answer.get_data()
        answer.close()
    return answer, counter.counts()


def _part(photo: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(photo), "photo.png"


def _told(answer: TestResponse, status: int) -> Any:
    _expect(answer, status)
    return answer.get_json()


def _expect(answer: TestResponse, status: int) -> None:
    # A request that went another way than it should would count something else.
    assert answer.status_code == status, (answer.request.path, answer.status, answer.text[-400:])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure()
    if options.json:
        print(json.dumps({name: asdict(counts) for name, counts in found.items()}, indent=2))
        return
    print("| request | files | moves | statements | transactions | wrote | gallery reads |")
    print("|---|---|---|---|---|---|---|")
    for name, counts in found.items():
        print(f"| {name} | {' | '.join(str(each) for each in asdict(counts).values())} |")


if __name__ == "__main__":
    main()
