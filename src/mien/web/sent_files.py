"""Files of a job that a page sends: in parts by script, or whole with a form."""

from collections.abc import Iterator
from typing import Final

from flask import Response
from flask import jsonify
from flask import url_for
from werkzeug.datastructures import FileStorage

from mien.jobs.results import Job
from mien.jobs.starting import TITLE_LENGTH

_PART_BYTES: Final = 8 * 1024 * 1024


def where_to_send(job: Job, *, part: str, start: str) -> Response:
    """Where script sends the parts of a job's files, and what comes after them.

    Args:
        job: that takes files.
        part: endpoint that takes a part.
        start: endpoint that lets the job begin.
    """
    return jsonify(
        {
            "part_url": url_for(part, job_id=job.id),
            "start_url": url_for(start, job_id=job.id),
            "cancel_url": url_for("jobs.cancel", job_id=job.id),
            "part_bytes": _PART_BYTES,
        }
    )


def read_part(file: FileStorage) -> bytes:
    """The bytes of a part, one more at most than script sends."""
    return file.stream.read(_PART_BYTES + 1)


def in_parts(file: FileStorage) -> Iterator[tuple[int, bytes]]:
    """The parts of a file that a form has sent, each with where in the file it begins."""
    offset = 0
    while part := file.stream.read(_PART_BYTES):
        yield offset, part
        offset += len(part)


def title_of(name: str) -> str:
    """A file's name as the title of a job."""
    return "".join(sign for sign in name if sign.isprintable())[:TITLE_LENGTH]
