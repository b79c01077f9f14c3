"""Clients that enrol, rename, find and delete people while a server suffers, and an account of it.

Each client keeps to people of its own, one step after the other, and notes what was acknowledged.
A step without an answer may have happened or not; what was acknowledged has.
"""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from drawing import draw_photo
from load import Request
from load import ask
from load import upload

_PAUSE_SECONDS = 0.02
_LATEST = 6
_CALLED = "Person"


@dataclass(slots=True)
class Known:
    """What is known of one person.

    Attributes:
        person_id: given by the server.
        who: the word that the face is drawn from.
        names: any of these may be the name by now.
        face: whether a face was acknowledged.
        deleted: acknowledged; None when it was asked for and no answer came.
    """

    person_id: str
    who: str
    names: set[str]
    face: bool = False
    deleted: bool | None = False


@dataclass(slots=True)
class Account:
    """What became of all steps.

    Attributes:
        people: of whom an id was acknowledged.
        unsure: names of people whose making was not answered.
        acknowledged: steps.
        unanswered: steps that broke off, or found nobody.
        problems: what must not be.
    """

    people: list[Known] = field(default_factory=list)
    unsure: set[str] = field(default_factory=set)
    acknowledged: int = 0
    unanswered: int = 0
    problems: list[str] = field(default_factory=list)


class Witness:
    """A gallery in a server, its clients, and their account.

    Args:
        address: of the server; the same after each of its starts.
        key: for the API, with the scope `admin`.
        gallery: name of a gallery that is not there yet.
        clients: that work at the same time.
        among_others: the gallery is there, and has people of whom none is called "Person".

    Attributes:
        address: may be changed while nobody works, to that of another server of the same rows.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        gallery: str,
        clients: int = 3,
        among_others: bool = False,
    ) -> None:
        self.address = address
        self._key = key
        self._path = f"/api/v1/galleries/{gallery}"
        self._clients = clients
        self._lock = threading.Lock()
        self._number = 0
        self.account = Account()
        self._wanted = f"&q={_CALLED}" if among_others else ""
        if not among_others:
            self._call("POST", "/api/v1/galleries", name=gallery)

    def work(self) -> "_Working":
        """Let the clients work for the length of a block; the account is complete after it."""
        return _Working(self._client, self._clients)

    def check(self, *, everybody: bool = False) -> None:
        """Compare the server with the account, while nobody works; what differs is a problem.

        Args:
            everybody: search for every face, and not for the latest alone.
        """
        listed = {each["id"]: each["name"] for each in self._listed()}
        account = self.account
        for known in account.people:
            name = listed.pop(known.person_id, None)
            if name is None:
                if known.deleted is False:
                    account.problems.append(f"lost: {known}")
                known.deleted = True
            elif known.deleted:
                account.problems.append(f"came back: {known}")
            elif name not in known.names:
                account.problems.append(f"is called {name!r}: {known}")
            else:
                # What was unsure has shown itself.
                known.names, known.deleted = {name}, False
        account.problems += [
            f"nobody made {name!r}" for name in listed.values() if name not in account.unsure
        ]
        for known in account.people if everybody else account.people[-_LATEST:]:
            found = known.person_id in self._found(known.who)
            if found and known.deleted:
                account.problems.append(f"is found: {known}")
            if not found and known.face and not known.deleted:
                account.problems.append(f"is not found: {known}")

    def _client(self, stop: threading.Event) -> None:
        while not stop.wait(_PAUSE_SECONDS):
            with self._lock:
                self._number += 1
                number = self._number
            try:
                self._live(f"{_CALLED} {number}", delete=number % 3 == 0)
            except (OSError, http.client.HTTPException, _Refused):
                self.account.unanswered += 1

    def _live(self, who: str, *, delete: bool) -> None:
        account = self.account
        account.unsure.add(who)
        known = Known(self._call("POST", f"{self._path}/people", name=who)["id"], who, {who})
        account.people.append(known)
        account.unsure.discard(who)
        path = f"{self._path}/people/{known.person_id}"
        self._photo(f"{path}/faces", who)
        known.face = True
        self._expect(known)
        other = f"{who} renamed"
        known.names.add(other)
        self._call("PATCH", path, name=other)
        known.names = {other}
        if delete:
            known.deleted = None
            self._call("DELETE", path)
            known.deleted = True
        self._expect(known)

    def _expect(self, known: Known) -> None:
        found = known.person_id in self._found(known.who)
        if found is bool(known.deleted):
            self.account.problems.append(f"{'found' if found else 'not found'}: {known}")

    def _found(self, who: str) -> set[str]:
        answer = self._photo(f"{self._path}/identify", who)
        return {
            candidate["person"]["id"]
            for face in answer["faces"]
            if face["decision"] != "unknown"
            for candidate in face["candidates"]
        }

    def _photo(self, path: str, who: str) -> Any:
        return self._ask(upload(path, draw_photo([who], face_px=90), key=self._key))

    def _listed(self) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            page = self._call("GET", f"{self._path}/people?limit=200{self._wanted}{cursor}")
            yield from page["people"]
            if page["next_cursor"] is None:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def _call(self, method: str, path: str, **fields: Any) -> Any:
        headers = {"X-API-Key": self._key, "Content-Type": "application/json"}
        return self._ask(
            Request(method, path, json.dumps(fields).encode() if fields else b"", headers)
        )

    def _ask(self, request: Request) -> Any:
        status, body = ask(self.address, request)
        if status >= 500:
            raise _Refused(status)
        if status >= 300:
            self.account.problems.append(f"{request.method} {request.path}: {status} {body!r}")
            raise _Refused(status)
        self.account.acknowledged += 1
        return json.loads(body) if body else None


class _Refused(Exception):
    """The server has said no; nothing was done."""


class _Working:
    """Threads for the length of a block."""

    def __init__(self, client: Any, count: int) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=client, args=(self._stop,)) for _ in range(count)]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def wait_until_found(address: str, key: str, *, seconds: float = 120) -> float:
    """Wait until a server looks at a photo again; gives the seconds that it took."""
    start = time.monotonic()
    request = upload("/api/v1/detect", draw_photo(["anybody"], face_px=90), key=key)
    while True:
        try:
            if ask(address, request, timeout=5)[0] == 200:
                return time.monotonic() - start
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() - start > seconds:
            raise AssertionError(f"no service for {seconds} seconds")
        time.sleep(0.02)
