"""A model file at an address: redirects are followed, a partial file is continued."""

import queue
import threading
import urllib.error
import urllib.request
from contextlib import closing
from email.message import Message
from http.client import HTTPException
from http.client import HTTPResponse
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit
from urllib.parse import urlunsplit

from mien.errors import SourceUnavailable
from mien.loopback import is_loopback
from mien.packs.manifest import HttpsSource
from mien.packs.progress import ByteProgress
from mien.packs.sources.writing import CHUNK_BYTES
from mien.packs.sources.writing import too_long

_PARTIAL_CONTENT = 206
_RANGE_NOT_SATISFIABLE = 416


def fetch(
    source: HttpsSource,
    *,
    to: Path,
    size_bytes: int,
    timeout_seconds: float,
    stall_seconds: float,
    progress: ByteProgress,
) -> None:
    """Fetch the file, from where `to` ends; see `mien.packs.sources.fetch`."""
    name = without_secrets(source.url)
    _refuse_plain(source.url)
    have = to.stat().st_size if to.exists() else 0
    if not 0 < have < size_bytes:
        have = 0
    request = urllib.request.Request(source.url, headers={"User-Agent": "mien"})  # noqa: S310 (checked above)
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response = _open_in_time(
            request, timeout_seconds=timeout_seconds, stall_seconds=stall_seconds
        )
    except urllib.error.HTTPError as error:
        error.close()
        if have and error.code == _RANGE_NOT_SATISFIABLE:
            to.unlink()
            fetch(
                source,
                to=to,
                size_bytes=size_bytes,
                timeout_seconds=timeout_seconds,
                stall_seconds=stall_seconds,
                progress=progress,
            )
            return
        raise SourceUnavailable(
            "status", words={"name": name, "status": error.code, "why": error.reason}
        ) from error
    except TimeoutError as error:
        raise SourceUnavailable(
            "no_answer", words={"name": name, "seconds": timeout_seconds}
        ) from error
    except (OSError, HTTPException) as error:
        raise SourceUnavailable(
            "not_reached", words={"name": name, "why": _reason(error)}
        ) from error
    with closing(response):
        done = have if _continues(response, have) else 0
        with to.open("ab" if done else "wb") as out:
            _receive(
                response,
                out,
                name=name,
                done=done,
                size_bytes=size_bytes,
                stall_seconds=stall_seconds,
                progress=progress,
            )


def without_secrets(url: str) -> str:
    """The address without user, password, query and fragment, any of which may be a secret."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _receive(
    response: HTTPResponse,
    out: IO[bytes],
    *,
    name: str,
    done: int,
    size_bytes: int,
    stall_seconds: float,
    progress: ByteProgress,
) -> None:
    progress(done, size_bytes)
    try:
        # read1 gives what has arrived, so that a cut-off transfer leaves all of it on the disk.
        while chunk := response.read1(CHUNK_BYTES):
            done += len(chunk)
            if done > size_bytes:
                raise too_long(name, size_bytes)
            out.write(chunk)
            progress(done, size_bytes)
    except TimeoutError as error:
        raise SourceUnavailable(
            "silent",
            words={"name": name, "seconds": stall_seconds, "done": done, "size_bytes": size_bytes},
        ) from error
    except (OSError, HTTPException) as error:
        raise SourceUnavailable(
            "broke_off",
            words={"name": name, "done": done, "size_bytes": size_bytes, "why": _reason(error)},
        ) from error
    if done < size_bytes:
        raise SourceUnavailable(
            "ended_early", words={"name": name, "done": done, "size_bytes": size_bytes}
        )


def _continues(response: HTTPResponse, have: int) -> bool:
    """Whether the answer begins where the partial file ends; many servers send the whole."""
    return response.status == _PARTIAL_CONTENT and response.headers.get(
        "Content-Range", ""
    ).startswith(f"bytes {have}-")


def _open_in_time(
    request: urllib.request.Request, *, timeout_seconds: float, stall_seconds: float
) -> HTTPResponse:
    """Open an address in a thread that is left behind when it takes too long.

    The time-out of a socket bounds each of its waits alone; names that take long to resolve,
    several addresses of one host, redirects and headers that drip add up beyond it.
    """
    answers: queue.SimpleQueue[HTTPResponse | Exception] = queue.SimpleQueue()
    given_up = threading.Event()

    def open_address() -> None:
        opener = urllib.request.build_opener(_CheckedRedirects())
        try:
            answers.put(opener.open(request, timeout=stall_seconds))
        except Exception as error:  # noqa: BLE001 (it is raised again by the one who waits)
            answers.put(error)
        if given_up.is_set():
            _drop_answer(answers)

    threading.Thread(target=open_address, daemon=True, name="mien-fetch").start()
    try:
        answer = answers.get(timeout=timeout_seconds)
    except queue.Empty:
        given_up.set()
        _drop_answer(answers)
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _drop_answer(answers: "queue.SimpleQueue[HTTPResponse | Exception]") -> None:
    """Close an answer that came too late, whichever of the two threads sees it."""
    try:
        answer = answers.get_nowait()
    except queue.Empty:
        return
    if isinstance(answer, (HTTPResponse, urllib.error.HTTPError)):
        answer.close()


class _CheckedRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from a safe address to one that can be listened to."""

    def redirect_request(  # noqa: PLR0917 (the library's own signature)
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            _refuse_plain(newurl)
        except SourceUnavailable:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]  # typeshed asks for HTTPMessage, which Message's caller passes


def _refuse_plain(url: str) -> None:
    """Let https pass, and http to this machine itself."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return
    raise SourceUnavailable("not_https", words={"address": without_secrets(url)})


def _reason(error: BaseException) -> str:
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        return _reason(error.reason)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
