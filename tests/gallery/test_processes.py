"""Several real processes over one database, and one that is killed."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import text

import gallery_process
from building import acting
from building import make_services
from drawing import draw_photo
from looking import files_of
from looking import folder_of
from mien.gallery.analysis import Upload
from mien.gallery.people.people import show_person
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.maintenance.cleanup import clean_up
from mien.storage.models import FaceRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow

pytestmark = pytest.mark.processes


class Process:
    """Another process; asks and answers are lines of JSON."""

    def __init__(self, home: Path, *words: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, gallery_process.__file__, str(home), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, do: str, **facts: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps({"do": do, **facts}) + "\n")
        self._child.stdin.flush()

    def hear(self) -> Any:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        assert line.endswith("\n"), "the process has ended"
        return json.loads(line)

    def do(self, do: str, **facts: str) -> Any:
        self.ask(do, **facts)
        return self.hear()

    def kill(self) -> list[Any]:
        """End it like a power cut; gives the whole lines that it had said by then."""
        self._child.kill()
        rest, _ = self._child.communicate()
        return [json.loads(line) for line in rest.splitlines(keepends=True) if line[-1] == "\n"]


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    home = tmp_path_factory.mktemp("home")
    started = [Process(home) for _ in range(3)]
    assert [process.hear() for process in started] == ["ready"] * 3
    yield started
    for process in started:
        process.kill()


def test_what_one_has_acknowledged_any_other_finds_on_its_next_request(
    processes: list[Process],
) -> None:
    for number in range(36):
        one, two, three = (processes[(number + offset) % 3] for offset in range(3))
        who = f"person {number}"
        first = one.do("enrol", who=who)
        found = {"decision": "match", "names": [who]}
        assert two.do("identify", who=who) == found
        second = two.do("enrol", who=who, size="80")
        three.do("delete", **first)
        assert one.do("identify", who=who) == found
        if number % 2:
            assert three.do("forget", person_id=second["person_id"])["rows_left"] == 0
            assert one.do("identify", who=who)["decision"] == "unknown"
            assert two.do("identify", who=who)["decision"] == "unknown"


def test_processes_that_write_at_the_same_time_lose_nothing(processes: list[Process]) -> None:
    for number in range(12):
        for which, process in enumerate(processes):
            process.ask("enrol", who=f"{which} {number}")
    made = [[process.hear() for _ in range(12)] for process in processes]
    assert len({each["face_id"] for some in made for each in some}) == 36
    for process in processes:
        for which in range(3):
            process.ask("identify", who=f"{which} 11")
    for process in processes:
        found = [process.hear() for _ in range(3)]
        assert found == [{"decision": "match", "names": [f"{which} 11"]} for which in range(3)]


def test_whoever_is_killed_has_lost_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    chance = random.Random(20261122)  # noqa: S311 - nothing is kept secret by it
    acknowledged: list[dict[str, str]] = []
    for round_ in range(5):
        process = Process(tmp_path, f"round{round_}")
        assert process.hear() == "ready"
        said = [process.hear() for _ in range(chance.randrange(1, 6))]
        # Somewhere in the middle of the next.
        time.sleep(chance.random() * 0.04)
        acknowledged += said + process.kill()
        everything_is_whole(services)
    assert len({each["face_id"] for each in acknowledged}) == len(acknowledged) >= 5
    with services.database.read() as session:
        faces = {row.id: row for row in session.scalars(select(FaceRow))}
    for each in acknowledged:
        assert faces[each["face_id"]].person_id == each["person_id"]
        person = show_person(acting(services), gallery="default", person_id=each["person_id"])
        assert person.name == each["who"]
    for each in acknowledged[:: max(1, len(acknowledged) // 5)]:
        [found] = identify(
            acting(services), gallery="default", photo=Upload(draw_photo([each["who"]]))
        ).answers
        assert found.decision == "match"
        assert found.candidates[0].person.id == each["person_id"]
    strays_are_swept(services)


def everything_is_whole(services: Services) -> None:
    with services.database.read() as session:
        assert session.scalars(text("pragma integrity_check")).all() == ["ok"]
        assert session.scalars(text("pragma foreign_key_check")).all() == []
        faces = session.scalars(select(FaceRow)).all()
        photos = session.scalars(select(PhotoRow)).all()
        people = set(session.scalars(select(PersonRow.id)))
    for face in faces:
        assert services.reader.decode(services.files.read(face.crop_file)).width > 0
        assert face.embedding.shape == (services.engine.summary.dimension,)
        assert abs(float(face.embedding @ face.embedding) - 1) < 1e-5
    for photo in photos:
        assert len(services.files.read(photo.file)) == photo.size_bytes
    # Nobody is there without the face of the same enrolment.
    assert people == {face.person_id for face in faces}
    assert len(photos) == len(faces)


def strays_are_swept(services: Services) -> None:
    with services.database.read() as session:
        known = {
            *session.scalars(select(FaceRow.crop_file)),
            *session.scalars(select(PhotoRow.file)),
        }
    stray = files_of(services) - known
    for name in files_of(services):
        os.utime(folder_of(services).root / name[:2] / name, (1, 1))
    # Whether a kill has left one is chance; a half file always can be.
    half = folder_of(services).path("f" * 32 + ".jpg")
    half.parent.mkdir(exist_ok=True)
    half = half.with_name(half.name + ".part")
    half.write_bytes(b"half")
    os.utime(half, (1, 1))
    done = clean_up(acting(services))
    assert done.files + done.emptied == len(stray) + 1
    assert files_of(services) == known
