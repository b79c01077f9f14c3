"""Lists of whom pictures show: CSV or JSON, with a name and metadata for each file."""

import csv
import io
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Final

from mien.errors import InvalidInput

MOST_LINES: Final = 200_000
MOST_BYTES: Final = 64 * 1024 * 1024
_DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of a file.

    Attributes:
        file: its path, as the list gives it.
        name: of the person.
        notes: of somebody new; may be empty.
        metadata: of somebody new.
    """

    file: str
    name: str
    notes: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


def read_list(data: bytes, *, is_json: bool) -> tuple[Listed, ...]:
    """Read a list: a JSON array of objects, or CSV with a line of headings.

    Each has `file` and `name`; `notes` and, in JSON, `metadata` may be there. Every other column of
    a CSV becomes metadata, where it says something.

    Raises:
        InvalidInput: it cannot be read, or lacks a file or a name; says in which line.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput("list_size", words={"most": MOST_BYTES}, field="list")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("list_encoding", field="list") from error
    rows = _json(text) if is_json else _csv(text)
    if not rows:
        raise InvalidInput("list_empty", field="list")
    if len(rows) > MOST_LINES:
        raise InvalidInput("list_lines", words={"most": MOST_LINES}, field="list")
    return tuple(rows)


def _csv(text: str) -> list[Listed]:
    first = text.split("\n", 1)[0]
    # Spreadsheets write what is usual in their language.
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        headings = [(each or "").strip() for each in reader.fieldnames or ()]
        low = [each.lower() for each in headings]
        if not {"file", "name"} <= set(low):
            raise InvalidInput("list_headings", field="list")
        reader.fieldnames = headings
        return [
            _csv_row(row, dict(zip(headings, low, strict=True)), reader.line_num) for row in reader
        ]
    except csv.Error as error:
        raise InvalidInput("list_csv", words={"why": str(error)}, field="list") from error


def _csv_row(row: Mapping[str | None, Any], meaning: Mapping[str, str], line: int) -> Listed:
    if None in row:
        raise InvalidInput("list_columns", words={"line": line}, field="list")
    known = {"file": "", "name": "", "notes": ""}
    metadata: dict[str, Any] = {}
    for heading, value in row.items():
        said = (value or "").strip()
        if heading is None or not heading:
            continue
        if meaning[heading] in known:
            known[meaning[heading]] = said
        elif said:
            metadata[heading] = said
    return _listed(known["file"], known["name"], known["notes"], metadata, line)


def _json(text: str) -> list[Listed]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("list_json", field="list") from error
    if not isinstance(told, list):
        raise InvalidInput("list_json", field="list")
    rows = []
    for line, each in enumerate(told, start=1):
        if not isinstance(each, dict):
            raise InvalidInput("list_entry", words={"line": line}, field="list")
        metadata = each.get("metadata", {})
        notes = each.get("notes", "")
        if not isinstance(metadata, dict) or not isinstance(notes, str):
            raise InvalidInput("list_entry", words={"line": line}, field="list")
        rows.append(_listed(each.get("file"), each.get("name"), notes, metadata, line))
    return rows


def _listed(file: Any, name: Any, notes: str, metadata: Mapping[str, Any], line: int) -> Listed:
    if not (isinstance(file, str) and isinstance(name, str) and file.strip() and name.strip()):
        raise InvalidInput("list_entry", words={"line": line}, field="list")
    path = unicodedata.normalize("NFC", file.strip().replace("\\", "/").removeprefix("./"))
    return Listed(path, name.strip(), notes, metadata)
