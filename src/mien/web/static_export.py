"""What a web server in front sends by itself: static files, and pages for errors of its own."""

import importlib
import importlib.util
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask

from mien.http.problems import Problem
from mien.web.assets import Assets
from mien.web.assets import is_smaller
from mien.web.assets import read_assets
from mien.web.assets import static_folder
from mien.web.errors import error_page

_ID_TO_COME: Final = "requestid0to0come"
_ECHO: Final = '<!--# echo var="request_id" -->'


@dataclass(frozen=True, slots=True)
class Collected:
    """What was written.

    Attributes:
        digest: of the static files; the folder's name below `static`.
        files: how many files of this version there are now, packed ones included.
        pages: of errors.
    """

    digest: str
    files: int
    pages: int


def collect(app: Flask, folder: Path, problems: Mapping[str, Problem]) -> Collected:
    """Write `static/<digest>/…`, packed beside plain, and `errors/<name>.html`.

    Folders of other versions stay: pages that are open, and nodes that are upgraded later, still
    ask for them.

    Args:
        app: the application, for its templates.
        folder: where to; made when it is not there.
        problems: errors that the web server answers itself, by the names of their pages; the id of
            the request is put in by server-side includes.
    """
    assets = read_assets(static_folder())
    files = _write_static(assets, folder / "static")
    errors = folder / "errors"
    errors.mkdir(exist_ok=True)
    count = 0
    for name, problem in problems.items():
        with app.test_request_context("/"):
            page = error_page(
                Problem(problem.status, problem.code, problem.detail, request_id=_ID_TO_COME)
            ).get_data(as_text=True)
        _write(errors / f"{name}.html", page.replace(_ID_TO_COME, _ECHO).encode())
        count += 1
    return Collected(digest=assets.digest, files=files, pages=count)


def _write_static(assets: Assets, static: Path) -> int:
    static.mkdir(parents=True, exist_ok=True)
    final = static / assets.digest
    if not final.exists():
        # Whole or not at all: a web server may be reading.
        growing = static / f".{assets.digest}.{secrets.token_hex(4)}"
        for name, content in assets.files.items():
            path = growing / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            for ending, packed in _packed(assets, name).items():
                path.with_name(path.name + ending).write_bytes(packed)
        growing.chmod(0o755)
        growing.rename(final)
    return sum(path.is_file() for path in final.rglob("*"))


def _packed(assets: Assets, name: str) -> dict[str, bytes]:
    if name not in assets.packed:
        return {}
    packed = {".gz": assets.packed[name]}
    if importlib.util.find_spec("brotli"):
        content = assets.files[name]
        smaller = importlib.import_module("brotli").compress(content)
        if is_smaller(smaller, content):
            packed[".br"] = smaller
    return packed


def _write(path: Path, data: bytes) -> None:
    growing = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    growing.write_bytes(data)
    growing.chmod(0o644)
    growing.replace(path)
