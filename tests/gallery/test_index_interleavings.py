"""Two processes over one folder, in random orders, broken off and interleaved at every step.

Whatever they do, nobody whose removal was acknowledged is in a file afterwards.
"""

import random
from collections.abc import Callable
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from building import acting
from kept_indexes import add
from kept_indexes import follow
from kept_indexes import held
from kept_indexes import index_folder_of
from kept_indexes import process
from kept_indexes import vector_of
from mien.gallery.index_backends import build_backend
from mien.gallery.index_origin import RowsOf
from mien.gallery.people.faces import delete_face
from mien.gallery.people.forget import forget_person
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.index.auto import AutoBackend
from mien.index.exact import ExactBackend
from mien.index.int8 import place
from mien.index.int8 import snapshot
from mien.index.int8.index import Upkeep
from mien.index.int8.place import Place
from mien.index.origin import Removed
from mien.maintenance.finish_erasures import finish_erasures
from mien.storage.database import Database
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow

_STEPS: Final = 40
# The other process would wait for one that waits for it; so nobody waits.
OFTEN: Final = Upkeep(kept_from=2, tail_rows=1, tail_share=0, patience=0)
RARELY: Final = Upkeep(kept_from=0, tail_rows=1000, tail_share=0, patience=0)


class Killed(BaseException):
    """A process ends here, and nothing of it goes on."""


class World:
    """Two processes, and what happens to them.

    Args:
        services: the installation.
        chance: decides.
    """

    def __init__(self, services: Services, chance: random.Random) -> None:
        self.services = services
        self.chance = chance
        # Changes the rows, and keeps nothing.
        self.rows = process(services, backend=ExactBackend())
        self.processes = [self._begin(), self._begin()]
        self.present: list[tuple[Enrolment, bytes]] = []
        self.gone: list[bytes] = []
        self.count = 0
        self.depth = 0
        self.is_dead = False
        self.happened: list[str] = []

    def _begin(self) -> Services:
        kind = self.chance.choice(["int8", "int8", "seldom", "auto", "exact"])
        origin = RowsOf(self.services.database)
        if kind == "auto":
            backend = AutoBackend(
                index_folder_of(self.services), exact_up_to=2, upkeep=OFTEN, origin=origin
            )
            return process(self.services, backend=backend)
        if kind == "exact":
            elsewhere = index_folder_of(self.services).parent / "none"
            built = build_backend("exact", home=elsewhere, database=self.services.database)
            built._others[0]._folder = index_folder_of(self.services)  # type: ignore[attr-defined]
            return process(self.services, backend=built)
        return process(self.services, RARELY if kind == "seldom" else OFTEN)

    def step(self, who: int) -> None:
        """One thing that a process does, from beginning to end."""
        what: Sequence[Callable[[Services], None]] = (
            self.enrol,
            self.remove,
            self.remove,
            self.search,
            self.search,
            follow,
            self.rebuild,
            self.begin_anew,
        )
        one = self.chance.choice(what)
        self.happened.append(f"{'  ' * self.depth}{who}: {one.__name__}")
        one(self.processes[who])

    def enrol(self, _: Services) -> None:
        self.count += 1
        made = add(self.rows, f"n{self.count}")
        self.present.append((made, vector_of(self.services, made.face.id)))

    def remove(self, services: Services) -> None:
        if not self.present:
            return
        made, vector = self.present.pop(self.chance.randrange(len(self.present)))
        person_id = made.person.id
        if self.chance.random() < 0.5:
            proof = forget_person(acting(services), gallery="default", person_id=person_id)
            assert not proof.indexed_left
        else:
            call = acting(services)
            delete_face(call, gallery="default", person_id=person_id, face_id=made.face.id)
        self.gone.append(vector)
        self.look()

    def search(self, services: Services) -> None:
        with services.database.read() as session:
            gallery = session.scalars(select(GalleryRow)).one()
            index = services.indexes.refresh(session, gallery.id, dimension=64)
        with services.database.read() as session:
            if session.scalars(select(GalleryRow.revision)).one() == gallery.revision:
                rows = session.scalars(select(FaceRow.id)).all()
                assert len(index) == len(rows), self.told()

    def rebuild(self, services: Services) -> None:
        with services.database.read() as session:
            services.indexes.rebuild(session, session.scalars(select(GalleryRow.id)).one())

    def begin_anew(self, services: Services) -> None:
        self.processes[self.processes.index(services)] = self._begin()

    def look(self) -> None:
        """Nobody whose removal was acknowledged is in any file."""
        for vector in self.gone:
            assert not held(self.services, vector), self.told()

    def told(self) -> str:
        """What happened, for whoever reads why it is not so."""
        return "\n".join(self.happened)

    def meanwhile(self) -> None:
        """In the midst of what one process does: the other does something, or this one ends."""
        if self.is_dead or self.depth:
            return
        drawn = self.chance.random()
        if drawn < 0.25:
            self.depth += 1
            try:
                self.step(1)
            finally:
                self.depth -= 1
        elif drawn < 0.28:
            self.is_dead = True
            self.happened.append("killed")
            raise Killed


@pytest.fixture
def world(
    services: Services, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> World:
    made = World(services, random.Random(request.param))  # noqa: S311 - no secret
    unlink = Path.unlink
    write, write_all, make = snapshot.write, snapshot._write_all, Place.make
    file, removed, names = Place.file, RowsOf.removed, place.names

    def interrupted_write(*given: object, **more: object) -> None:
        made.meanwhile()
        write(*given, **more)  # type: ignore[arg-type]
        made.meanwhile()

    def interrupted_write_all(descriptor: int, data: bytes, at: int) -> None:
        write_all(descriptor, data, at)
        if made.chance.random() < 0.05 and not made.depth and not made.is_dead:
            made.is_dead = True
            made.happened.append("killed while writing")
            raise Killed

    def interrupted_removed(self: RowsOf, gallery_id: str, *, since: int) -> Removed | None:
        made.meanwhile()
        found = removed(self, gallery_id, since=since)
        made.meanwhile()
        return found

    def interrupted_names(path: Path) -> list[str]:
        made.meanwhile()
        return names(path)

    def interrupted_make(self: Place) -> None:
        make(self)
        made.meanwhile()

    def interrupted_file(self: Place, name: str, more: int = 0) -> int:
        descriptor = file(self, name, more)
        if name.endswith(".part"):
            made.meanwhile()
        return descriptor

    def dead_unlink(path: Path, *, missing_ok: bool = False) -> None:
        # What a process does on its way out, one that is killed does not.
        if not made.is_dead:
            unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr("mien.index.int8.folder.write", interrupted_write)
    monkeypatch.setattr("mien.index.int8.snapshot._write_all", interrupted_write_all)
    monkeypatch.setattr("mien.index.int8.folder.names", interrupted_names)
    monkeypatch.setattr(RowsOf, "removed", interrupted_removed)
    monkeypatch.setattr(Place, "make", interrupted_make)
    monkeypatch.setattr(Place, "file", interrupted_file)
    monkeypatch.setattr(Path, "unlink", dead_unlink)
    monkeypatch.setattr("mien.index.int8.place.LOCK_SECONDS", 0.0)
    monkeypatch.setattr(Database, "scrub", lambda *_, **_more: True)
    return made


@pytest.mark.parametrize("world", range(8), indirect=True)
def test_nobody_whose_removal_was_acknowledged_is_in_a_file(world: World) -> None:
    for _ in range(4):
        world.enrol(world.rows)
    for _ in range(_STEPS):
        with suppress(Killed):
            world.step(0)
        if world.is_dead:
            world.is_dead = False
            world.begin_anew(world.processes[0])
        world.look()
    # What was killed between its commit and its end is finished by whoever comes.
    with world.services.database.read() as session:
        there = set(session.scalars(select(FaceRow.id)))
    world.depth = 1
    left = [vector for made, vector in world.present if made.face.id not in there]
    finish_erasures(acting(process(world.services)))
    for vector in left:
        assert not held(world.services, vector)
    assert world.gone
