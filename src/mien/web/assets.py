"""Static files, under a folder named by a digest of their content.

Because the digest is in the folder's name, modules and style sheets that name each other by
relative paths are versioned with it, and browsers and proxies may keep them for a year. The style
sheets are sent as one, and texts are packed for browsers that take it.
"""

import gzip
import hashlib
import io
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask
from flask import Response
from flask import abort
from flask import request
from flask import send_file
from flask import url_for

from mien.web.style_sheets import joined

YEAR_SECONDS = 365 * 24 * 3600
_DIGEST_LENGTH = 12
_SHEET = "css/main.css"
_TEXTS = frozenset({".css", ".js", ".svg", ".html", ".json"})
_WORTH_IT = 0.9


@dataclass(frozen=True, slots=True)
class Assets:
    """Static files, and the digest that stands for their content.

    Attributes:
        digest: hexadecimal; changes when any file or any name changes.
        files: content by name. Kept, so that what is sent under this digest is what it was made
            of, also when the files have been replaced by those of another version since.
        packed: by name, with gzip, of those that are clearly smaller so.
    """

    digest: str
    files: Mapping[str, bytes]
    packed: Mapping[str, bytes]


def read_assets(folder: Path) -> Assets:
    """Reads all static files once, makes one style sheet of all and works out the digest."""
    state = hashlib.sha256()
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    if _SHEET in files:
        files[_SHEET], parts = joined(files, _SHEET)
        files = {name: content for name, content in files.items() if name not in parts}
    for name, content in files.items():
        state.update(name.encode())
        state.update(b"\0")
        state.update(hashlib.sha256(content).digest())
    return Assets(
        digest=state.hexdigest()[:_DIGEST_LENGTH],
        files=files,
        packed={
            name: packed
            for name, content in files.items()
            if Path(name).suffix in _TEXTS and is_smaller(packed := _gzip(content), content)
        },
    )


def is_smaller(packed: bytes, plain: bytes) -> bool:
    """Whether packing pays."""
    return len(packed) < _WORTH_IT * len(plain)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@cache
def own_assets() -> Assets:
    """Those that Mien comes with, read once."""
    return read_assets(static_folder())


def static_folder() -> Path:
    """Where the static files of the pages are."""
    return Path(__file__).parent / "static"


def install_assets(app: Flask, assets: Assets) -> None:
    """Serves the static files as `/static/<digest>/…`, and gives templates `asset_url`."""

    def static_file(digest: str, name: str) -> Response:
        content = assets.files.get(name)
        if content is None:
            abort(404)
        packed = assets.packed.get(name) if request.accept_encodings["gzip"] else None
        sent = packed or content
        response = send_file(
            io.BytesIO(sent),
            mimetype=_kind(name),
            etag=hashlib.sha256(sent).hexdigest()[:_DIGEST_LENGTH],
        )
        if name in assets.packed:
            response.vary.add("Accept-Encoding")
        if packed:
            response.content_encoding = "gzip"
        # Flask's own word, which would have browsers ask again for every file of every page.
        response.cache_control.no_cache = None
        if digest == assets.digest:
            response.cache_control.public = True
            response.cache_control.max_age = YEAR_SECONDS
            response.cache_control.immutable = True
        else:
            # A page of another version is still open, or another node has been upgraded first:
            # what we have serves it better than nothing, but must not be kept under that name.
            response.cache_control.no_store = True
        return response

    def asset_url(name: str) -> str:
        return url_for("static_file", digest=assets.digest, name=name)

    app.add_url_rule("/static/<digest>/<path:name>", "static_file", static_file)
    app.jinja_env.globals["asset_url"] = asset_url


def _kind(name: str) -> str:
    # Not every system's table knows it.
    if name.endswith(".woff2"):
        return "font/woff2"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
