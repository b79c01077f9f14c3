"""The backup of a PostgreSQL installation by its how-to, while people are added and deleted."""

import re
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import make_url
from sqlalchemy import select

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.people.forget import forget_person
from mien.gallery.services import Services
from mien.maintenance.reapply_erasures import reapply_erasures
from mien.storage.erased import NAME as ERASURES
from mien.storage.erased import read_list
from mien.storage.file_references import referenced
from mien.storage.models import FaceRow
from mien.storage.models import PhotoRow
from postgresql_server import PostgreSQL

pytestmark = [pytest.mark.processes, pytest.mark.thorough]


def add(services: Services, name: str) -> str:
    photo = draw_photo([name], face_px=60)
    done = enrol(acting(services), gallery="default", source=Upload(photo), subject=NewPerson(name))
    return done.person.id


def files_by_person(services: Services) -> dict[str, set[str]]:
    """The files of everybody, by the person's id."""
    found: dict[str, set[str]] = {}
    query = select(FaceRow.person_id, FaceRow.crop_file, PhotoRow.file).outerjoin(
        PhotoRow, PhotoRow.id == FaceRow.photo_id
    )
    with services.database.read() as session:
        for person, crop, photo in session.execute(query):
            found.setdefault(person, set()).update({crop, photo} - {None})
    return found


class Traffic:
    """Adds and deletes people until it is stopped; the oldest goes first."""

    def __init__(self, services: Services, people: list[str]) -> None:
        self.people = people
        self.deleted: set[str] = set()
        self._services = services
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=each) for each in (self._add, self._delete)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _add(self) -> None:
        number = 0
        while not self._stopped.is_set():
            self.people.append(add(self._services, f"new {number}"))
            number += 1

    def _delete(self) -> None:
        while not self._stopped.wait(0.02):
            person = self.people.pop(0)
            forget_person(acting(self._services), gallery="default", person_id=person)
            self.deleted.add(person)


def commands(repository_root: Path) -> list[str]:
    """The how-to's own commands, in its order."""
    page = (repository_root / "docs" / "howto" / "postgresql.md").read_text(encoding="utf-8")
    section = page.partition("\n## Backup\n")[2].partition("\n## ")[0]
    block = re.findall(r"```console\n(.*?)```", section, re.DOTALL)[0]
    return [line.removeprefix("$ ") for line in block.splitlines()]


def test_every_row_of_a_backup_under_traffic_finds_its_files(
    postgresql: PostgreSQL, postgresql_url: str, tmp_path: Path, repository_root: Path
) -> None:
    home, name = tmp_path / "home", str(make_url(postgresql_url).database)
    home.mkdir()

    def run(command: str) -> int:
        own = command.replace("/var/lib/mien", str(home)).replace("sudo tar", "tar").replace(
            "sudo -u postgres pg_dump",
            f"{postgresql.programs}/pg_dump -h {postgresql.socket} -p {postgresql.port} -U postgres",
        ).replace(" mien > ", f" {name} > ")  # fmt: skip
        return subprocess.run(["bash", "-c", own], cwd=tmp_path, check=False).returncode

    with closing(make_runtime(home, database_url=postgresql_url)) as runtime:
        services = runtime.services
        with Traffic(services, [add(services, f"old {number}") for number in range(40)]) as traffic:
            wait(lambda: len(traffic.deleted) > 3)
            before = files_by_person(services)
            for command in commands(repository_root):
                # tar says 1 where something was changed or removed under its eyes.
                assert run(command) in {0, 1}
                deleted = len(traffic.deleted)
                wait(lambda: len(traffic.deleted) > deleted + 3)  # noqa: B023 - waited for at once
        kept = files_by_person(services)
    restored = tmp_path / "restored"
    restored.mkdir()
    assert run(f"tar --extract --file files.tar --directory {restored}") == 0
    url = postgresql.make_database(f"{name}_restored")
    loaded = [
        *[str(postgresql.programs / "pg_restore"), "--exit-on-error", "-U", "postgres"],
        *["-h", str(postgresql.socket), "-p", str(postgresql.port)],
        *["--dbname", f"{name}_restored", str(tmp_path / "mien.dump")],
    ]
    subprocess.run(loaded, check=True)
    with closing(make_runtime(restored, database_url=url)) as copy:
        with copy.database.read() as session:
            missing = {each for each in referenced(session) if not copy.services.files.exists(each)}
        back = files_by_person(copy.services)
        again = reapply_erasures(acting(copy.services), more=read_list(home / ERASURES))
        assert again.people == len(traffic.deleted & set(back))
        assert not traffic.deleted & set(files_by_person(copy.services))
        assert set(back) - traffic.deleted == set(files_by_person(copy.services))
    losers = {person for person, files in back.items() if files & missing}
    # Some who were deleted meanwhile are in the dump; they are whole as well.
    assert traffic.deleted & set(back)
    assert losers & set(before) == set()
    assert losers & set(kept) == set()
    assert set(before) - traffic.deleted <= set(back)


def wait(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends, "it did not come to pass"
        time.sleep(0.01)
