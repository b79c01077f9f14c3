"""Forms with files, taken apart the way people's programs write them, and refused with a reason."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO
from typing import Any
from typing import Final

from flask import Flask
from flask import Request
from werkzeug.datastructures import FileStorage
from werkzeug.datastructures import Headers
from werkzeug.exceptions import ClientDisconnected
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data
from werkzeug.sansio.multipart import Epilogue
from werkzeug.sansio.multipart import Event
from werkzeug.sansio.multipart import Field
from werkzeug.sansio.multipart import File
from werkzeug.sansio.multipart import MultipartDecoder
from werkzeug.sansio.multipart import NeedData
from werkzeug.sansio.multipart import Preamble

from mien.errors import FormBrokenOff
from mien.errors import FormDamaged
from mien.errors import FormWithoutBoundary
from mien.storage.disk import told_of_files
from mien.storage.temporary_files import close_quietly

_PHOTO_FIELDS: Final = {"photo", "photo_a", "photo_b", "photos"}
_CHUNK_BYTES: Final = 64 * 1024
_DISPOSITION: Final = "content-disposition"


class FormDecoder(MultipartDecoder):
    """Gives the parts of a form, piece by piece.

    A part with a photo's name is a file, whether it names one or not. Names that are not UTF-8 are
    taken for Latin-1, which old programs write, so that one of them stops nothing.

    Args:
        boundary: as the header names it; empty where it names none.
        most_bytes: of headers of a part, and of a piece.
        most_parts: how many there may be.
        unnamed: what a file is called whose part names none.

    Raises:
        FormWithoutBoundary: the boundary is empty.
    """

    def __init__(
        self,
        boundary: str,
        *,
        most_bytes: int | None,
        most_parts: int | None = None,
        unnamed: str = "",
    ) -> None:
        if not boundary:
            raise FormWithoutBoundary
        super().__init__(
            boundary.encode("utf-8", "surrogateescape"),
            max_form_memory_size=most_bytes,
            max_parts=most_parts,
        )
        self._unnamed = unnamed
        self._has_begun = False

    def events(self, read: Callable[[], bytes]) -> Iterator[Event]:
        """Read a form to its end.

        Args:
            read: gives the next bytes, none at the end.

        Raises:
            FormDamaged: it is no form, or not between these boundaries.
            FormBrokenOff: it ends before its last boundary.
            RequestEntityTooLarge: it has more bytes or parts than are accepted.
        """
        while True:
            event = self._next(read)
            yield event
            if isinstance(event, Epilogue):
                return

    def _next(self, read: Callable[[], bytes]) -> Event:
        while True:
            try:
                event = self.next_event()
            except RequestEntityTooLarge:
                raise
            except (ValueError, AttributeError) as error:
                # The library stumbles over the end of the form as over everything else.
                raise self._reason() from error
            if isinstance(event, Preamble):
                self._has_begun = True
            if isinstance(event, Field) and event.name in _PHOTO_FIELDS:
                return File(name=event.name, filename=self._unnamed, headers=event.headers)
            if not isinstance(event, NeedData):
                return event
            try:
                chunk = read()
            except ClientDisconnected as error:
                raise FormBrokenOff from error
            self.receive_data(chunk or None)

    def _reason(self) -> FormBrokenOff | FormDamaged:
        if self.complete:
            return FormBrokenOff() if self._has_begun else FormDamaged("boundary")
        return FormDamaged()

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        """What the library does, for text of either encoding and parts that say nothing."""
        try:
            bytes(data).decode()
        except UnicodeDecodeError:
            data = bytes(data).decode("latin-1").encode()
        headers = super()._parse_headers(data)
        headers.setdefault(_DISPOSITION, "form-data")
        return headers


class FormParser(FormDataParser):
    """Reads whole forms; unlike the library it says what is wrong with one."""

    def _parse_multipart(
        self,
        stream: IO[bytes],
        mimetype: str,  # noqa: ARG002 - the library's signature
        content_length: int | None,
        options: dict[str, str],
    ) -> tuple[IO[bytes], Any, Any]:
        decoder = FormDecoder(
            options.get("boundary", ""),
            most_bytes=self.max_form_memory_size,
            most_parts=self.max_form_parts,
            # Fields of pages pass over files without one, as empty fields send them.
            unnamed="photo",
        )
        with ExitStack() as on_failure:
            fields, files = self._collect(
                decoder.events(lambda: stream.read(_CHUNK_BYTES)), content_length, on_failure
            )
            on_failure.pop_all()
        return stream, self.cls(fields), self.cls(files)

    def _collect(
        self, events: Iterator[Event], content_length: int | None, on_failure: ExitStack
    ) -> tuple[list[tuple[str, str]], list[tuple[str, FileStorage]]]:
        fields: list[tuple[str, str]] = []
        files: list[tuple[str, FileStorage]] = []
        text = bytearray()
        file: FileStorage | None = None
        name = ""
        for event in events:
            if isinstance(event, File | Field):
                name, text, file = event.name, bytearray(), None
            if isinstance(event, File):
                stream = self.stream_factory(
                    total_content_length=content_length,
                    filename=event.filename,
                    content_type=event.headers.get("content-type"),
                    content_length=0,
                )
                on_failure.callback(close_quietly, stream)
                file = FileStorage(stream, event.filename, name, headers=event.headers)
            elif isinstance(event, Data) and file is not None:
                with told_of_files("temporary"):
                    file.stream.write(event.data)
                    if not event.more_data:
                        file.stream.seek(0)
                if not event.more_data:
                    files.append((name, file))
            elif isinstance(event, Data):
                text += event.data
                if self.max_form_memory_size and len(text) > self.max_form_memory_size:
                    raise RequestEntityTooLarge
                if not event.more_data:
                    fields.append((name, text.decode("utf-8", "replace")))
        return fields, files


class FormRequest(Request):
    """A request whose forms are read so."""

    form_data_parser_class = FormParser


def install_forms(app: Flask) -> None:
    """Read the forms of an app with the parser of this module."""
    app.request_class = FormRequest
