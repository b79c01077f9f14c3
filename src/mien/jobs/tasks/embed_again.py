"""Embed all stored photos for another model pack, then change to it."""

import time
from contextlib import closing
from typing import Final

from mien.errors import FacesNotEmbedded
from mien.gallery.embedding_again import embed_again as verb
from mien.jobs.work import Work
from mien.progress import Progress

_TOLD_SECONDS: Final = 0.5


def embed_again(work: Work) -> None:
    """Do it, or go on with it: what was embedded is kept, and no photo is looked at twice.

    Raises:
        FacesNotEmbedded: faces are in the way; nothing was changed.
        ModelFileMissing: the pack's files are not on this machine.
        PhotosNotKept: galleries would have to be left that nobody has agreed to.
    """
    services = work.call.services
    name = str(work.options["pack"])
    manifest = services.packs.install(name, offline=True).manifest
    with closing(services.engine_of(name)) as engine:
        done = verb.embed_again(
            work.call,
            manifest=manifest,
            engine=engine,
            leave=work.options["leave"],
            delete_missing=bool(work.options["delete_missing"]),
            progress=_Told(work),
        )
    if not done.changed:
        count = len(done.not_embedded)
        raise FacesNotEmbedded(
            "one" if count == 1 else "several", words={"count": f"{count:,}", "pack": name}
        )


class _Told:
    """Writes down how far it is, and ends it where it is to stop.

    Args:
        work: the job.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._next = 0.0

    def __call__(self, progress: Progress, /) -> None:
        self._work.go_on()
        if time.monotonic() < self._next and progress.done != progress.total:
            return
        self._next = time.monotonic() + _TOLD_SECONDS
        with self._work.call.services.database.write() as session:
            self._work.settle(session, stage="embedding", done=progress.done, total=progress.total)
