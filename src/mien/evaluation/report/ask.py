"""Checks that a report can be made before the long work begins."""

import importlib.util
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mien.errors import InvalidInput
from mien.evaluation.report.content import Report
from mien.vision.reader import ImageReader

_FIELD = "report"
_ENDINGS = (".html", ".htm", ".png")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report that can be made.

    Attributes:
        path: where it is to be written.
        pictures: whether it shows the photos of the worst errors.
    """

    path: Path
    pictures: bool

    def write(self, report: Report, *, photos: Path, reader: ImageReader) -> None:
        """Draw and write it, for this account alone: it may hold faces.

        Args:
            report: what it shows.
            photos: the folder that its photos' names are paths below.
            reader: decodes them.

        Raises:
            InvalidInput: the file cannot be written.
        """
        if self.path.suffix.lower() == ".png":
            from mien.evaluation.report.png import draw_png

            data = draw_png(report, photos=photos if self.pictures else None, reader=reader)
        else:
            from mien.evaluation.report.html import draw_html

            text = draw_html(report, photos=photos if self.pictures else None, reader=reader)
            data = text.encode()
        try:
            _write(self.path, data)
        except OSError as error:
            raise InvalidInput(
                "not_writable", words={"path": self.path, "why": error.strerror}, field=_FIELD
            ) from error


def ask_report(path: Path, *, pictures: bool) -> Wanted:
    """Check a request for a report.

    Args:
        path: where it is to be written; its ending says as what.
        pictures: whether it is to show the photos of the worst errors.

    Raises:
        InvalidInput: it cannot be made there, or not with what is installed.
    """
    if path.suffix.lower() not in _ENDINGS:
        raise InvalidInput("report_kind", words={"path": path}, field=_FIELD)
    if not path.absolute().parent.is_dir():
        raise InvalidInput("no_folder", words={"folder": path.absolute().parent}, field=_FIELD)
    if not _is_installed("matplotlib"):
        raise InvalidInput("report_needs_matplotlib", field=_FIELD)
    return Wanted(path=path, pictures=pictures)


def _is_installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


def _write(path: Path, data: bytes) -> None:
    # Made with mode 0600, and only a whole file takes the place.
    handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
