"""Killed at any moment, everything is of one pack or of the other, and nothing is done twice."""

import dataclasses
import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

import again_program
from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.pack_in_use import current_pack
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from other_pack import NAME
from other_pack import OtherEngine

pytestmark = [pytest.mark.processes, pytest.mark.thorough]

PEOPLE = [f"p{number}" for number in range(8)]
_SECONDS = 0.03


def packs_seen(services: Services, former: dict[str, np.ndarray]) -> set[str]:
    """Of which packs rows are: of the choice, the galleries, and every embedding."""
    with services.database.read() as session:
        seen = set(session.scalars(select(GalleryRow.pack)))
        for face_id, embedding in session.execute(select(FaceRow.id, FaceRow.embedding)):
            old = np.array_equal(embedding, former[face_id])
            assert old or np.array_equal(embedding, former[face_id][::-1])
            seen.add("fake" if old else NAME)
    return seen | {current_pack(services.database) or "fake"}


def test_a_killed_run_leaves_one_pack_and_is_gone_on_with(tmp_path: Path) -> None:
    choose = random.Random(5)  # noqa: S311 - no secret
    with closing(make_runtime(tmp_path / "home")) as runtime:
        services = runtime.services
        for name in PEOPLE:
            enrol(
                acting(services),
                gallery="default",
                source=Upload(draw_photo([name])),
                subject=NamedPerson(name),
            )
        with services.database.read() as session:
            former = dict(session.execute(select(FaceRow.id, FaceRow.embedding)).all())
        looked_at = kills = 0
        changed = False
        while not changed:
            command = [sys.executable, again_program.__file__, str(tmp_path / "home")]
            process = subprocess.Popen([*command, str(_SECONDS)], stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            photos = choose.randint(1, 4) if kills < 6 else len(PEOPLE)
            for line in process.stdout:
                looked_at += line == "photo\n"
                changed = line == "changed\n"
                photos -= 1
                if photos < 1 and kills < 6:
                    # In the midst of the next one, or of the change.
                    time.sleep(choose.uniform(0, 2 * _SECONDS))
                    process.kill()
                    kills += 1
                    break
            process.stdout.close()
            process.wait()
            seen = packs_seen(services, former)
            assert len(seen) == 1
            changed = changed or seen == {NAME}
        # The one that each was killed in is all that is done twice.
        assert len(PEOPLE) - kills <= looked_at <= len(PEOPLE) + kills
        new = dataclasses.replace(services, engine=OtherEngine())
        for name in PEOPLE:
            photo = Upload(draw_photo([name], variant=4))
            [answer] = identify(acting(new), gallery="default", photo=photo).answers
            assert answer.candidates[0].person.name == name
