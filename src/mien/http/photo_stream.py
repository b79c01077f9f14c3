"""Photos out of a form one after the other, while the rest of it is still on its way."""

from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO
from typing import Final

from flask import request
from werkzeug.sansio.multipart import Data
from werkzeug.sansio.multipart import Field
from werkzeug.sansio.multipart import File

from mien.errors import InvalidInput
from mien.http.context import runtime
from mien.http.form_parser import FormDecoder
from mien.http.request_bodies import require_form
from mien.storage.disk import told_of_files
from mien.storage.temporary_files import close_quietly

# Servers wait until they have so much, and so long a photo that is complete waits as well.
_CHUNK_BYTES: Final = 8 * 1024
# Of headers of a part, and of what is not yet known to be no boundary.
_BUFFER_BYTES: Final = 256 * 1024
# Of every part.
_FIELD = "photo"
_SPOOL_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """One part of a form.

    Attributes:
        number: 1 for the first, and so on.
        name: the file's name as the client gave it; None without one.
        data: its bytes; None when it has more than are accepted for one photo.
    """

    number: int
    name: str | None
    data: bytes | None


class PhotoStream:
    """The photos of the present request, each as soon as its last byte is there.

    Args:
        most: how many there may be.

    Raises:
        UnsupportedMediaType: the request is no form.
        FormWithoutBoundary: it does not say what separates its parts.
    """

    def __init__(self, *, most: int) -> None:
        require_form()
        self._most = most
        self._most_bytes = runtime().settings.max_upload_bytes
        self._source: IO[bytes] = request.stream
        self._spool: IO[bytes] | None = None
        decoder = FormDecoder(request.mimetype_params.get("boundary", ""), most_bytes=_BUFFER_BYTES)
        # The source changes when the rest is read ahead.
        self._events = decoder.events(lambda: self._source.read(_CHUNK_BYTES))

    def __iter__(self) -> Iterator[SentPhoto]:
        """Give the photos in their order.

        Raises:
            InvalidInput: a part is no photo, or there are too many.
            FormBrokenOff, FormDamaged: the form is broken off or no form at all.
            RequestEntityTooLarge: the whole has more bytes than are accepted.
        """
        number = 0
        while part := self._next_part():
            number += 1
            if number > self._most:
                raise InvalidInput(
                    "too_many_photos_so_far", words={"most": self._most}, field=_FIELD
                )
            if part.name != _FIELD or not isinstance(part, File):
                raise InvalidInput(
                    "only_files",
                    words={"name": _FIELD},
                    # A part without a name is not valid, but it is parsed.
                    field=(part.name or "")[:100],
                )
            yield SentPhoto(number, part.filename or None, self._read_data())

    def read_ahead(self) -> None:
        """Take in the rest of the form at once, on the disk when it is large; once is enough.

        Raises:
            RequestEntityTooLarge: the whole has more bytes than are accepted.
            StorageFull, StorageReadOnly, StorageFailed: there is no room for it on the disk.
        """
        if self._spool is None:
            self._spool = SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - closed by close()
            while chunk := self._source.read(_CHUNK_BYTES):
                with told_of_files("temporary"):
                    self._spool.write(chunk)
            with told_of_files("temporary"):
                self._spool.seek(0)
            self._source = self._spool

    def close(self) -> None:
        """Let go of what was read ahead."""
        if self._spool is not None:
            close_quietly(self._spool)

    def _next_part(self) -> File | Field | None:
        for event in self._events:
            if isinstance(event, File | Field):
                return event
        return None

    def _read_data(self) -> bytes | None:
        kept: bytearray | None = bytearray()
        for event in self._events:
            if not isinstance(event, Data):
                continue
            if kept is not None:
                kept += event.data
                if len(kept) > self._most_bytes:
                    kept = None
            if not event.more_data:
                break
        return None if kept is None else bytes(kept)
