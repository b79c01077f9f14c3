"""The verbs over indexes that round, that several processes share, and that are away."""

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy import select

from building import acting
from building import make_services
from building import make_user
from drawing import draw_photo
from fake_remote_index import FakeRemoteBackend
from mien.errors import IndexUnavailable
from mien.gallery.analysis import Upload
from mien.gallery.bind_galleries import bind_galleries
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.face_columns import to_columns
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.index_sync import Indexes
from mien.gallery.people.faces import delete_face
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.recognition.identify_held import show_held
from mien.gallery.recognition.look_alikes import look_alikes
from mien.gallery.recognition.what_if import weigh
from mien.gallery.services import Services
from mien.index.base import Hit
from mien.index.base import IndexBackend
from mien.maintenance.cleanup import clean_up
from mien.options import Detail
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import new_id
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB
from rounded_index import RoundedBackend
from rounded_index import RoundedIndex

pytestmark = pytest.mark.thorough

ADA, BOB = draw_photo(["ada"]), draw_photo(["bob"])
# Of whom `identify` names five, thirteen are ranked and fifty asked for.
RANKED, CANDIDATES = 13, 50


def over(services: Services, backend: IndexBackend) -> Services:
    """The same installation as another process sees it, with an index of its own."""
    return dataclasses.replace(services, indexes=Indexes(backend, services.observer))


@pytest.fixture
def remote(tmp_path: Path) -> FakeRemoteBackend:
    return FakeRemoteBackend(tmp_path)


@pytest.fixture(params=["rounded", "remote"])
def near(request: pytest.FixtureRequest, services: Services, tmp_path: Path) -> Services:
    """Services whose index only comes near."""
    made: dict[str, IndexBackend] = {
        "rounded": RoundedBackend(steps=16),
        "remote": FakeRemoteBackend(tmp_path),
    }
    return over(services, made[request.param])


class Scripted(FakeEngine):
    """Sees the face that it is told to, whatever the photo."""

    embedding: NDArray[np.float32]

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        """See `Engine.analyze`."""
        [face] = super().analyze(image_rgb, detail=detail, budget=budget)
        return Faces((dataclasses.replace(face, embedding=self.embedding),))


@dataclasses.dataclass(frozen=True, slots=True)
class Crowd:
    """A gallery of random people.

    Some have a twin, their examples differ by `spread`, and some examples are stored several times.
    """

    seed: int
    people: int
    twins: int
    spread: float

    def people_and_embeddings(self, dimension: int) -> list[tuple[int, NDArray[np.float32]]]:
        random = np.random.default_rng(self.seed)
        centres = random.standard_normal((self.people, dimension))
        twins = centres[: self.twins] + 0.15 * random.standard_normal(
            (min(self.twins, self.people), dimension)
        )
        return [
            (number, example)
            for number, centre in enumerate([*centres, *twins])
            for _ in range(random.integers(1, 4))
            for example in [unit(centre + self.spread * random.standard_normal(dimension))]
            for _ in range(random.integers(1, 4))
        ]


def unit(vector: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


crowds = st.builds(
    Crowd,
    seed=st.integers(0, 10**6),
    people=st.integers(1, 90),
    twins=st.integers(0, 10),
    spread=st.sampled_from([0.05, 0.4, 1.0]),
)


def fill(services: Services, gallery_id: str, crowd: Crowd) -> list[NDArray[np.float32]]:
    """Put a crowd into a new gallery, past the verbs; gives the embeddings."""
    [face] = FakeEngine().analyze(services.reader.decode(ADA).image_rgb)
    rows = crowd.people_and_embeddings(services.engine.summary.dimension)
    ids = {number: new_id() for number, _ in rows}
    with services.database.write() as session:
        session.execute(
            insert(PersonRow),
            [
                {"id": ids[n], "gallery_id": gallery_id, "name": f"{n}", "name_key": f"{n}"}
                for n in ids
            ],
        )
        session.execute(
            insert(FaceRow),
            [
                {
                    "gallery_id": gallery_id,
                    "person_id": ids[number],
                    "crop_file": new_id(),
                    "revision": 1,
                    "embedding": embedding,
                    **to_columns(face),
                }
                for number, embedding in rows
            ],
        )
        session.get_one(GalleryRow, gallery_id).revision = 1
    return [embedding for _, embedding in rows]


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = make_services(tmp_path_factory.mktemp("home"), engine=Scripted(calibrated=True))
    yield made
    made.database.close()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    crowd=crowds,
    asked=st.integers(0, 10**6),
    noise=st.floats(0, 2),
    steps=st.sampled_from([16, 127]),
)
def test_answers_are_those_of_the_exact_index_as_long_as_the_candidates_are(
    scripted: Services, crowd: Crowd, asked: int, noise: float, steps: int
) -> None:
    gallery = create_gallery(acting(scripted), name=new_id())
    known = fill(scripted, gallery.id, crowd)
    rounded = over(scripted, RoundedBackend(steps=steps))
    random = np.random.default_rng(asked)
    wanted = known[asked % len(known)]
    engine = scripted.engine
    assert isinstance(engine, Scripted)
    engine.embedding = unit(wanted + noise * unit(random.standard_normal(len(wanted))))

    exact = identify(acting(scripted), gallery=gallery.name, photo=Upload(ADA))
    near = identify(acting(rounded), gallery=gallery.name, photo=Upload(ADA))

    query = engine.embedding[None]
    of_exact = scripted.indexes._opened[gallery.id].index.search(query, groups=RANKED)
    of_near = rounded.indexes._opened[gallery.id].index.search(query, groups=CANDIDATES)
    assume({hit.group for hit in of_exact[0]} <= {hit.group for hit in of_near[0]})
    assert near.point == exact.point
    [answer], [expected] = near.answers, exact.answers
    for name in ("decision", "doubts", "expected_false_match_rate", "margin", "candidates"):
        assert getattr(answer, name) == getattr(expected, name)


def test_what_one_has_acknowledged_any_other_finds(near: Services) -> None:
    ada = enrol(
        acting(near), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada")
    ).person
    [answer] = identify(acting(near), gallery="default", photo=Upload(ADA)).answers
    assert (answer.decision, answer.candidates[0].person) == ("match", ada)
    again = enrol(
        acting(near),
        gallery="default",
        source=Upload(draw_photo(["ada"], face_px=90)),
        subject=KnownPerson(ada.id),
    )
    delete_face(acting(near), gallery="default", person_id=ada.id, face_id=again.face.id)
    [answer] = identify(acting(near), gallery="default", photo=Upload(ADA)).answers
    assert (answer.decision, answer.candidates[0].examples) == ("match", 1)
    assert forget_person(acting(near), gallery="default", person_id=ada.id).complete
    assert identify(acting(near), gallery="default", photo=Upload(ADA)).answers[0].candidates == ()


def test_every_verb_that_searches_answers_as_over_the_exact_index(
    services: Services, near: Services
) -> None:
    for number in range(12):
        photo = draw_photo([f"p{number}"])
        enrol(
            acting(services),
            gallery="default",
            source=Upload(photo),
            subject=NamedPerson(f"{number}"),
        )
    twin = enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["p3"])),
        subject=NamedPerson("twin"),
    )
    user = make_user(services).id
    probe = hold_photo(acting(services, user), gallery="default", photo=Upload(ADA)).id
    for each in (services, near):
        identify(acting(each), gallery="default", photo=Upload(draw_photo(["p3"], face_px=90)))

    def told(which: Services) -> tuple[object, ...]:
        held = show_held(acting(which, user), probe_id=probe).identification
        return (
            held.answers[0].candidates,
            look_alikes(acting(which), gallery="default", person_id=twin.person.id),
            weigh(acting(which), gallery="default", threshold=0.6),
        )

    assert told(near) == told(services)
    assert told(near)[1]


def test_an_index_that_names_people_of_another_gallery_is_not_believed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_gallery(acting(services), name="club")
    here = enrol(
        acting(services), gallery="default", source=Upload(BOB), subject=NamedPerson("Bob")
    )
    there = enrol(acting(services), gallery="club", source=Upload(ADA), subject=NamedPerson("Ada"))
    hits = [Hit(each.face.id, each.person.id, 0.9) for each in (there, here)]
    monkeypatch.setattr(RoundedIndex, "search", lambda *_, **__: [hits])
    process = over(services, RoundedBackend())
    [answer] = identify(acting(process), gallery="default", photo=Upload(ADA)).answers
    assert [each.person for each in answer.candidates] == [here.person]
    assert answer.decision == "unknown"


def test_only_one_of_several_processes_fills_an_index_that_they_share(
    services: Services, tmp_path: Path
) -> None:
    for name in ("Ada", "Bob", "Cy"):
        enrol(
            acting(services),
            gallery="default",
            source=Upload(draw_photo([name])),
            subject=NamedPerson(name),
        )
    backends = [FakeRemoteBackend(tmp_path) for _ in range(2)]
    processes = [over(services, backend) for backend in backends]
    for process in processes:
        [answer] = identify(
            acting(process), gallery="default", photo=Upload(draw_photo(["Bob"]))
        ).answers
        assert answer.decision == "match"
    assert [backend.written for backend in backends] == [3, 0]
    # The next start finds it as it was left, and adds what is new.
    enrol(acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Dee"))
    later = FakeRemoteBackend(tmp_path)
    [answer] = identify(acting(over(services, later)), gallery="default", photo=Upload(ADA)).answers
    assert answer.candidates[0].person.name == "Dee"
    assert later.written == 1


def test_who_has_waited_for_another_process_leaves_what_it_has_done(
    services: Services, tmp_path: Path
) -> None:
    backend = FakeRemoteBackend(tmp_path)
    process = over(services, backend)
    identify(acting(process), gallery="default", photo=Upload(ADA))
    ada = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    with services.database.read() as session:
        gallery = session.scalars(select(GalleryRow)).one()
        [row] = session.scalars(select(FaceRow))
    thread = threading.Thread(
        target=lambda: identify(acting(process), gallery="default", photo=Upload(ADA))
    )
    index = FakeRemoteBackend(tmp_path).open(
        gallery.id, contract_id=gallery.contract_id, dimension=row.embedding.size
    )
    with index.writing() as writer:
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        writer.upsert([row.id], [ada.person.id], row.embedding[None])
        # The other one has seen later rows, too.
        writer.commit(gallery.revision + 1)
    thread.join(10)
    assert process.indexes.applied_revision(gallery.id) == gallery.revision + 1
    assert backend.written == 0


def test_a_shared_index_of_a_former_contract_is_filled_anew(
    services: Services, tmp_path: Path
) -> None:
    enrol(acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    backends = [FakeRemoteBackend(tmp_path) for _ in range(2)]
    one, other = (over(services, backend) for backend in backends)
    identify(acting(one), gallery="default", photo=Upload(ADA))
    summary = services.engine.summary
    bind_galleries(acting(other), pack="fake", contract_id="newer", replaces=[summary.contract_id])
    assert backends[0].kept() == []
    with services.database.read() as session:
        gallery_id = session.scalars(select(GalleryRow.id)).one()
        for process in (one, other):
            index = process.indexes.refresh(session, gallery_id, dimension=summary.dimension)
            assert len(index) == 1
    assert [backend.written for backend in backends] == [2, 0]


def test_somebody_is_forgotten_in_an_index_that_this_process_never_searched(
    services: Services, tmp_path: Path
) -> None:
    ada = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    identify(
        acting(over(services, FakeRemoteBackend(tmp_path))), gallery="default", photo=Upload(ADA)
    )
    backend = FakeRemoteBackend(tmp_path)
    proof = forget_person(
        acting(over(services, backend)), gallery="default", person_id=ada.person.id
    )
    assert (proof.indexed_left, proof.complete) == (0, True)
    with backend.connected() as connection:
        assert connection.execute("select count(*) from vector").fetchone() == (0,)


def test_no_index_is_filled_only_to_look_for_somebody(
    services: Services, remote: FakeRemoteBackend
) -> None:
    ada = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    enrol(acting(services), gallery="default", source=Upload(BOB), subject=NamedPerson("Bob"))
    process = over(services, remote)
    assert forget_person(acting(process), gallery="default", person_id=ada.person.id).complete
    assert remote.written == 0


def test_forgetting_somebody_does_not_wait_for_an_index_that_is_away(
    services: Services, remote: FakeRemoteBackend
) -> None:
    process = over(services, remote)
    ada = enrol(acting(process), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    identify(acting(process), gallery="default", photo=Upload(ADA))
    remote.away = True
    proof = forget_person(acting(process), gallery="default", person_id=ada.person.id)
    assert (proof.rows_left, proof.indexed_left, proof.complete) == (0, 1, False)
    remote.away = False
    assert (
        identify(acting(process), gallery="default", photo=Upload(ADA)).answers[0].candidates == ()
    )
    with remote.connected() as connection:
        assert connection.execute("select count(*) from vector").fetchone() == (0,)


def test_what_searches_says_that_the_index_is_away_and_the_rest_goes_on(
    services: Services, remote: FakeRemoteBackend
) -> None:
    process = over(services, remote)
    ada = enrol(acting(process), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    remote.away = True
    with pytest.raises(IndexUnavailable):
        identify(acting(process), gallery="default", photo=Upload(ADA))
    with pytest.raises(IndexUnavailable):
        enrol(acting(process), gallery="default", source=Upload(BOB), subject=NamedPerson("Bob"))
    with pytest.raises(IndexUnavailable):
        weigh(acting(process), gallery="default")
    assert look_alikes(acting(process), gallery="default", person_id=ada.person.id) == ()
    delete_face(acting(process), gallery="default", person_id=ada.person.id, face_id=ada.face.id)
    remote.away = False
    assert (
        identify(acting(process), gallery="default", photo=Upload(ADA)).answers[0].candidates == ()
    )


def test_a_gallery_goes_from_the_index_too_now_or_with_the_next_tidying(
    services: Services, remote: FakeRemoteBackend
) -> None:
    process = over(services, remote)
    for name in ("club", "team"):
        create_gallery(acting(process), name=name)
        enrol(acting(process), gallery=name, source=Upload(ADA), subject=NamedPerson("Ada"))
    identify(acting(process), gallery="default", photo=Upload(ADA))
    assert len(remote.kept()) == 3
    delete_gallery(acting(process), name="club")
    assert len(remote.kept()) == 2
    remote.away = True
    delete_gallery(acting(process), name="team")
    with pytest.raises(IndexUnavailable):
        clean_up(acting(process))
    remote.away = False
    assert len(remote.kept()) == 2
    clean_up(acting(process))
    with services.database.read() as session:
        assert list(remote.kept()) == session.scalars(select(GalleryRow.id)).all()
