"""Look for the people of a video that was sent, and keep who is seen when.

It is stored in the end, all at once: a job that was interrupted begins again.
"""

import math
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from sqlalchemy import delete
from sqlalchemy import select

from mien.errors import FileMissing
from mien.errors import FileSkipped
from mien.gallery.galleries import find_gallery
from mien.gallery.recognition.appearances import Appearance
from mien.gallery.recognition.timeline import EVERY_SECONDS
from mien.gallery.recognition.timeline import Timeline
from mien.gallery.recognition.timeline import watch_video
from mien.jobs.inputs import parts_of
from mien.jobs.tasks.sent_file import put_together
from mien.jobs.work import Work
from mien.storage.erasures import finish
from mien.storage.erasures import note_erasure
from mien.storage.models import JobInputRow
from mien.storage.models import JobRow
from mien.storage.models import PersonRow
from mien.storage.models import VideoAppearanceRow
from mien.storage.written_files import written_files

_TELL_SECONDS: Final = 1.0


def identify_video(work: Work) -> None:
    """Do such a job from its beginning; see `jobs.start_video`."""
    with ExitStack() as stack:
        try:
            file = put_together(work, _parts(work), stack)
        except FileMissing as error:
            raise FileSkipped("gone") from error
        file.seek(0)
        line = watch_video(
            work.call,
            gallery=work.gallery,
            file=file,
            every=float(work.options.get("every", EVERY_SECONDS)),
            tell=_Told(work),
        )
    _keep(work, line)


def _parts(work: Work) -> Iterator[bytes]:
    services = work.call.services
    with services.database.read() as session:
        sent = session.scalars(
            select(JobInputRow.id).where(JobInputRow.job_id == work.job_id)
        ).first()
        names = [] if sent is None else parts_of(session, sent)
    if not names:
        raise FileSkipped("gone")
    for name in names:
        yield services.files.read(name)


class _Told:
    """Asks whether to go on, and writes now and then how far the job is, in seconds of the video.

    Args:
        work: the job.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._at = -math.inf

    def __call__(self, at: float, duration: float | None) -> None:
        """Before a picture."""
        self._work.go_on()
        if time.monotonic() - self._at < _TELL_SECONDS:
            return
        self._at = time.monotonic()
        total = None if duration is None else max(math.ceil(duration), math.ceil(at))
        with self._work.call.services.database.write() as session:
            self._work.settle(session, stage="identifying", done=int(at), total=total)


def _keep(work: Work, line: Timeline) -> None:
    services = work.call.services
    contract = services.engine.summary.contract_id
    with written_files(services.database, services.files) as put:
        rows = [
            _row(work.job_id, number, each, put(each.portrait, "jpg"), contract)
            for number, each in enumerate(line.appearances, start=1)
        ]
        with services.database.write() as session:
            # Whoever is forgotten meanwhile is so before or after this, not in between.
            find_gallery(session, work.gallery, hold="names")
            there = set(
                session.scalars(
                    select(PersonRow.id).where(
                        PersonRow.id.in_({row.person_id for row in rows if row.person_id})
                    )
                )
            )
            kept = [row for row in rows if row.person_id is None or row.person_id in there]
            # Of a worker that was killed just after it had stored this.
            former = session.scalars(
                select(VideoAppearanceRow.crop_file).where(VideoAppearanceRow.job_id == work.job_id)
            ).all()
            session.execute(
                delete(VideoAppearanceRow).where(VideoAppearanceRow.job_id == work.job_id)
            )
            session.add_all(kept)
            job = session.get_one(JobRow, work.job_id)
            job.options = {
                **job.options,
                "seen": {
                    "duration": round(line.duration, 3),
                    "pictures": line.pictures,
                    "left_out": line.left_out,
                },
            }
            session.flush()
            seconds = math.ceil(line.duration)
            work.settle(session, stage="identifying", done=seconds, total=seconds)
            gone = {row.crop_file for row in rows} - {row.crop_file for row in kept}
            erasure = note_erasure(session, [*former, *gone])
    finish(services.database, services.files, services.erasures, erasure)


def _row(
    job_id: str, number: int, each: Appearance, crop_file: str, contract_id: str
) -> VideoAppearanceRow:
    return VideoAppearanceRow(
        job_id=job_id,
        number=number,
        person_id=None if each.person is None else each.person.id,
        unknown=each.unknown,
        from_ms=round(each.start * 1000),
        to_ms=round(each.end * 1000),
        decision=each.decision,
        similarity=each.similarity,
        pictures=each.pictures,
        agreeing=each.agreeing,
        crop_file=crop_file,
        contract_id=contract_id,
        embedding=each.embedding,
    )
