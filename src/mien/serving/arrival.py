"""A request on its way: what has come of it, and whether that is enough to give it a thread."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from urllib.parse import urlsplit

from mien.http.small_bodies import SMALL_BODY_BYTES

HEAD_BYTES: Final = 64 * 1024
"""More than that of a head is not waited for."""

_DIGITS: Final = re.compile(r"[0-9]{1,18}")
_LINE: Final = b"\r\n"
_END: Final = b"\r\n\r\n"
_CREDENTIALS: Final = ("x-api-key", "authorization", "cookie")
# Over TLS its name says so; see `mien.http.cookies`.
_SIGN_IN_COOKIES: Final = frozenset({"mien_session", "__Host-mien_session"})


@dataclass(frozen=True, slots=True)
class Head:
    """What the first look at a request's head tells; Gunicorn's parser has the last word on it.

    Attributes:
        size: of the head, in bytes, with the empty line that ends it.
        method: such as `POST`.
        target: as it was sent.
        length: of the body, in bytes; None when it is not said in one number.
        chunked: the body comes in chunks, of a length that nobody knows yet.
        expects_continue: the client waits to be told that its body is wanted.
        sender: the same for all requests with the same key or sign-in; None for those without
            either, whom only their address tells apart. It is not yet known whether they are good.
    """

    size: int
    method: str
    target: str
    length: int | None
    chunked: bool
    expects_continue: bool
    sender: int | None

    @property
    def path(self) -> str:
        """What is asked for, without the query."""
        try:
            return unquote(urlsplit(self.target).path)
        except ValueError:
            return ""

    @property
    def awaited_bytes(self) -> int:
        """How much of the body is waited for: all of a small one, else nothing."""
        return (self.length or 0) if self.body_is_small else 0

    @property
    def body_is_small(self) -> bool:
        """Whether the body is there when the request is complete."""
        return not self.chunked and (self.length or 0) <= SMALL_BODY_BYTES


class Arrival:
    """Collects the bytes of one request, and of whatever is sent behind it.

    Attributes:
        data: all that has come.
        head: once it is complete.
        malformed: no head will come of it; whoever parses it says why.
    """

    def __init__(self) -> None:
        self.data = bytearray()
        self.head: Head | None = None
        self.malformed = False
        self._searched = 0

    @property
    def complete(self) -> bool:
        """Whether nobody has to wait for a client any more, but for a body that is large."""
        if self.head is None:
            return self.malformed
        return len(self.data) >= self.head.size + self.head.awaited_bytes

    @property
    def too_large(self) -> bool:
        """Whether this is more than any head has."""
        return self.head is None and len(self.data) > HEAD_BYTES

    def add(self, piece: bytes) -> None:
        """Take in what has come."""
        self.data += piece
        if self.head is None and not self.malformed:
            self._look_for_end()

    def _look_for_end(self) -> None:
        data, since = self.data, self._searched
        # An empty line before the head is passed over.
        start = len(_LINE) if data.startswith(_LINE) else 0
        end = data.find(_END, max(start, since - len(_END) + 1))
        stop = len(data) if end < 0 else end
        # Only what is new, or a head that comes byte by byte would be read a thousand times.
        begun = since - 1 if since and data[since - 1] == _LINE[0] else since
        new = data[begun:stop]
        if new.count(b"\n") != new.count(_LINE):
            self.malformed = True
        elif end >= 0:
            self.head = _read(bytes(data[start:end]), end + len(_END))
        self._searched = len(data)


def _read(text: bytes, size: int) -> Head:
    line, *fields = text.decode("latin-1").split("\r\n")
    method, _, rest = line.partition(" ")
    lengths: list[str] = []
    chunked = expects = False
    shown: dict[str, str] = {}
    for each in fields:
        name, _, value = each.partition(":")
        match name.lower():
            case "content-length":
                lengths.append(value.strip())
            case "transfer-encoding":
                chunked = True
            case "expect":
                expects = value.strip().lower() == "100-continue"
            case "x-api-key" | "authorization" as credential:
                shown[credential] = value.strip()
            case "cookie":
                # Of the others a client may make up as many as it likes.
                shown["cookie"] = _signed_in_by(value)
    length = int(lengths[0]) if len(lengths) == 1 and _DIGITS.fullmatch(lengths[0]) else None
    # A number that says nothing of the key, and is another one in every process.
    sender = next((hash(shown[name]) for name in _CREDENTIALS if shown.get(name)), None)
    return Head(size, method, rest.partition(" ")[0], length, chunked, expects, sender)


def _signed_in_by(cookies: str) -> str:
    """The value of the cookie with the secret of a sign-in; empty where there is none."""
    pairs = (each.strip().partition("=") for each in cookies.split(";"))
    return next((value for name, _, value in pairs if name in _SIGN_IN_COOKIES), "")
