"""Unknown people: kept when a gallery says so, put together, named, ignored, parted, deleted."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_photo
from looking import bytes_of
from looking import files_of
from looking import rows_of
from mien.errors import ClusterNotFound
from mien.errors import FaceNotFound
from mien.errors import InvalidInput
from mien.errors import PersonNotFound
from mien.errors import StorageFull
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.people.clusters import settle as settling
from mien.gallery.people.clusters.delete_unknown import delete_unknown
from mien.gallery.people.clusters.ignore import ignore_unknown
from mien.gallery.people.clusters.ignore import unignore_unknown
from mien.gallery.people.clusters.list_unknown import count_unknown
from mien.gallery.people.clusters.list_unknown import list_unknown
from mien.gallery.people.clusters.list_unknown import read_unknown_crop
from mien.gallery.people.clusters.list_unknown import show_unknown
from mien.gallery.people.clusters.name import name_unknown
from mien.gallery.people.clusters.rows import UnknownPerson
from mien.gallery.people.clusters.split import split_unknown
from mien.gallery.people.faces import list_faces
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.recognition.identify_held import identify_and_hold
from mien.gallery.recognition.identify_held import show_held
from mien.gallery.recognition.reach import Reach
from mien.gallery.recognition.verify import verify_person
from mien.gallery.services import Services
from mien.maintenance.cleanup import clean_up
from mien.maintenance.cleanup import remove_expired_probes
from mien.maintenance.integrity import check
from mien.maintenance.reapply_erasures import reapply_erasures
from mien.storage.erased import Erased
from mien.storage.models import EventRow
from mien.storage.models import GalleryRow
from mien.storage.models import UnknownApartRow
from mien.storage.models import UnknownClusterRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import now
from mien.vision.fake import FakeEngine

HERE: dict[str, Any] = {"gallery": "default"}


@pytest.fixture
def services(tmp_path: Path, database_url: str) -> Iterator[Services]:
    engine = FakeEngine(calibrated=True)
    runtime = make_runtime(tmp_path, engine=engine, database_url=database_url)
    keep(runtime.services, 30)
    yield runtime.services
    runtime.close()


def keep(services: Services, days: int, gallery: str = "default") -> None:
    change_gallery(acting(services), name=gallery, settings={"keep_unknown_days": days})


def see(services: Services, *who: str, variant: int = 0, **given: Any) -> None:
    photo = Upload(draw_photo(who, variant=variant, face_px=120 - 4 * variant))
    identify(acting(services), **{**HERE, "photo": photo, **given})


def add(services: Services, name: str, who: str) -> Any:
    source = Upload(draw_photo([who]))
    return enrol(acting(services), **HERE, source=source, subject=NamedPerson(name))


def unknown(services: Services, state: Any = "open") -> tuple[UnknownPerson, ...]:
    return list_unknown(acting(services), **HERE, state=state).people


def only(services: Services, state: Any = "open") -> UnknownPerson:
    [person] = unknown(services, state)
    return person


def later(services: Services, days: float) -> None:
    """Let the time of every kept face pass by so much."""
    with services.database.write() as session:
        for row in session.scalars(select(UnknownFaceRow)).all():
            row.seen_at -= dt.timedelta(days=days)
            row.expires_at -= dt.timedelta(days=days)


def events_of(services: Services, kind: str) -> list[EventRow]:
    with services.database.read() as session:
        return list(session.scalars(select(EventRow).where(EventRow.kind == kind)))


def test_nothing_is_kept_until_the_gallery_says_so(services: Services) -> None:
    keep(services, 0)
    before = files_of(services)
    see(services, "ada")
    assert "unknown_face" not in rows_of(services)
    assert files_of(services) == before
    assert not events_of(services, "unknown_faces_kept")
    assert list_unknown(acting(services), **HERE).keep_days == 0


def test_someone_seen_again_and_again_is_one_unknown_person(services: Services) -> None:
    see(services, "ada")
    see(services, "bob", "ada", variant=1)
    see(services, "ada", variant=2)
    ada, bob = unknown(services)
    assert (ada.sightings, bob.sightings) == (3, 1)
    assert ada.first_seen_at < ada.last_seen_at <= now()
    told = show_unknown(acting(services), **HERE, cluster_id=ada.id)
    assert len(told.faces) == 3
    assert told.person.best_face_id in {face.id for face in told.faces}
    assert all(face.expires_at - face.seen_at == dt.timedelta(days=30) for face in told.faces)
    crop = read_unknown_crop(acting(services), **HERE, face_id=told.person.best_face_id)
    assert crop.data.startswith(b"\xff\xd8")
    assert count_unknown(acting(services), **HERE) == 2
    assert [event.facts for event in events_of(services, "unknown_faces_kept")] == [
        {"faces": 1},
        {"faces": 2},
        {"faces": 1},
    ]


def test_of_the_photo_nothing_is_kept_but_the_portrait(services: Services) -> None:
    see(services, "ada")
    assert len(files_of(services)) == 1
    assert "photo" not in rows_of(services)


def test_a_page_keeps_them_once_however_often_it_is_looked_at(services: Services) -> None:
    call = acting(services, make_user(services))
    held = identify_and_hold(call, **HERE, photo=Upload(draw_photo(["ada"])))
    show_held(call, probe_id=held.id)
    show_held(call, probe_id=held.id)
    assert only(services).sightings == 1


def test_whoever_is_known_or_an_example_already_is_not_kept(services: Services) -> None:
    add(services, "Ada", "ada")
    see(services, "ada", variant=1)
    # Its very photo: on a page it is not compared with itself, and nobody else is like it.
    see(services, "ada", itself="left_out")
    assert unknown(services) == ()


def test_a_face_that_the_gate_refuses_is_not_kept(services: Services) -> None:
    identify(acting(services), **HERE, photo=Upload(draw_photo(["ada"], doubtful=True)))
    change_gallery(acting(services), name="default", settings={"gate": "strict"})
    see(services, "bob", "cleo")
    assert unknown(services) == ()


def test_a_search_that_says_little_of_the_gallery_keeps_nothing(services: Services) -> None:
    create_gallery(acting(services), name="club")
    see(services, "ada", threshold=0.99)
    see(services, "ada", reach=Reach(also=("club",)))
    assert unknown(services) == ()


def test_nothing_of_a_comparison_is_kept(services: Services) -> None:
    add(services, "Ada", "ada")
    verify_person(
        acting(services),
        **HERE,
        person_id=list_faces_of(services, "Ada"),
        photo=Upload(draw_photo(["bob"])),
    )
    assert unknown(services) == ()


def list_faces_of(services: Services, name: str) -> str:
    from mien.gallery.people.look_up import look_up_person

    return look_up_person(acting(services), **HERE, who=name).id


def test_an_answer_does_not_depend_on_whether_its_faces_can_be_kept(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageFull

    monkeypatch.setattr(type(services.files), "write", full)
    found = identify(acting(services), **HERE, photo=Upload(draw_photo(["ada"])))
    assert [each.decision for each in found.answers] == ["unknown"]
    assert "unknown_face" not in rows_of(services)


def test_named_they_are_recognised_and_nothing_else_of_them_is_left(services: Services) -> None:
    for variant in range(3):
        see(services, "ada", variant=variant)
    person = only(services)
    named = name_unknown(acting(services), **HERE, cluster_id=person.id, subject=TypedPerson("Ada"))
    assert (named.person.name, named.new_person) == ("Ada", True)
    assert len(named.face_ids) + named.deleted == 3
    faces = list_faces(acting(services), **HERE, person_id=named.person.id)
    assert {face.id for face in faces} == set(named.face_ids)
    assert len(files_of(services)) == len(faces)
    assert not {"unknown_face", "unknown_cluster"} & set(rows_of(services))
    found = identify(acting(services), **HERE, photo=Upload(draw_photo(["ada"], variant=7)))
    assert [each.decision for each in found.answers] == ["match"]
    assert unknown(services) == ()
    assert check(acting(services)).missing_files == ()
    with pytest.raises(ClusterNotFound):
        name_unknown(acting(services), **HERE, cluster_id=person.id, subject=TypedPerson("Ada"))


def test_a_known_person_gets_the_faces_and_what_may_be_a_mistake_is_told(
    services: Services,
) -> None:
    bob = add(services, "Bob", "bob").person
    see(services, "ada")
    named = name_unknown(
        acting(services), **HERE, cluster_id=only(services).id, subject=KnownPerson(bob.id)
    )
    assert (named.person.id, named.new_person) == (bob.id, False)
    assert [each.code for each in named.warnings] == ["unlike_this_person"]
    see(services, "cleo")
    with pytest.raises(PersonNotFound):
        name_unknown(
            acting(services), **HERE, cluster_id=only(services).id, subject=KnownPerson("nobody")
        )
    assert only(services).sightings == 1


def test_at_most_five_faces_become_examples(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.decision.clustering.SAME_PICTURE", 2.0)
    for variant in range(8):
        see(services, "ada", variant=variant)
    named = name_unknown(
        acting(services), **HERE, cluster_id=only(services).id, subject=TypedPerson("Ada")
    )
    assert (len(named.face_ids), named.deleted) == (5, 3)


def test_ignored_they_are_not_shown_when_they_are_seen_again_until_they_are_not_ignored(
    services: Services,
) -> None:
    see(services, "ada")
    person = only(services)
    for _ in range(2):
        ignore_unknown(acting(services), **HERE, cluster_id=person.id)
    assert len(events_of(services, "cluster_ignored")) == 1
    see(services, "ada", variant=1)
    assert unknown(services) == ()
    assert count_unknown(acting(services), **HERE) == 0
    assert only(services, "ignored").sightings == 2
    unignore_unknown(acting(services), **HERE, cluster_id=person.id)
    assert only(services).sightings == 2
    assert len(events_of(services, "cluster_unignored")) == 1


def test_parted_they_stay_two_whoever_comes(services: Services) -> None:
    for variant in range(4):
        see(services, "ada", variant=variant)
    person = only(services)
    faces = show_unknown(acting(services), **HERE, cluster_id=person.id).faces
    chosen = [face.id for face in faces[:2]]
    other = split_unknown(acting(services), **HERE, cluster_id=person.id, face_ids=chosen)
    assert {each.id: each.sightings for each in unknown(services)} == {person.id: 2, other: 2}
    told = show_unknown(acting(services), **HERE, cluster_id=other).faces
    assert {face.id for face in told} == set(chosen)
    for variant in range(4, 8):
        see(services, "ada", variant=variant)
    assert sum(each.sightings for each in unknown(services)) == 8
    assert {each.id for each in unknown(services)} == {person.id, other}


def test_some_of_the_sightings_have_to_be_chosen_and_not_all(services: Services) -> None:
    see(services, "ada")
    see(services, "ada", variant=1)
    person = only(services)
    faces = [face.id for face in show_unknown(acting(services), **HERE, cluster_id=person.id).faces]
    given = {**HERE, "cluster_id": person.id}
    with pytest.raises(InvalidInput) as none:
        split_unknown(acting(services), **given, face_ids=[])
    with pytest.raises(InvalidInput) as every:
        split_unknown(acting(services), **given, face_ids=faces)
    assert (none.value.key, every.value.key) == (
        "invalid_input.split_none",
        "invalid_input.split_all",
    )
    with pytest.raises(FaceNotFound):
        split_unknown(acting(services), **given, face_ids=[faces[0], "another"])


def test_clusters_that_merge_take_over_from_whom_they_were_parted(services: Services) -> None:
    """Two that were apart for want of a face between them, one of which was parted from a third."""
    for variant in range(3):
        see(services, "ada", variant=variant)
    person = only(services)
    first, second, third = show_unknown(acting(services), **HERE, cluster_id=person.id).faces
    apart = split_unknown(acting(services), **HERE, cluster_id=person.id, face_ids=[first.id])
    piece = split_unknown(acting(services), **HERE, cluster_id=person.id, face_ids=[second.id])
    with services.database.write() as session:
        for row in session.scalars(select(UnknownApartRow)).all():
            if piece in (row.cluster_id, row.other_cluster_id):
                session.delete(row)
    see(services, "ada", variant=4)
    left = {each.id for each in unknown(services)}
    assert apart in left
    assert len(left) == 2
    with services.database.read() as session:
        [pair] = session.scalars(select(UnknownApartRow)).all()
    assert {pair.cluster_id, pair.other_cluster_id} == left
    assert third is not None


@pytest.mark.sqlite
def test_deleted_nothing_of_them_is_left(services: Services, tmp_path: Path) -> None:
    see(services, "ada")
    see(services, "ada", variant=1)
    person = only(services)
    with services.database.read() as session:
        rows = session.scalars(select(UnknownFaceRow)).all()
        mean = session.scalars(select(UnknownClusterRow.mean)).one()
    vectors = [vector.astype("<f4").tobytes() for vector in (*(r.embedding for r in rows), mean)]
    assert all(vector in bytes_of(tmp_path) for vector in vectors)
    assert delete_unknown(acting(services), **HERE, cluster_id=person.id) == 2
    assert files_of(services) == set()
    assert not {"unknown_face", "unknown_cluster", "file_deletion"} & set(rows_of(services))
    assert not any(vector in bytes_of(tmp_path) for vector in vectors)
    with pytest.raises(ClusterNotFound):
        show_unknown(acting(services), **HERE, cluster_id=person.id)


@pytest.mark.sqlite
def test_whose_time_is_over_nothing_is_left(services: Services, tmp_path: Path) -> None:
    see(services, "ada")
    see(services, "bob")
    later(services, 20)
    see(services, "ada", variant=1)
    assert len(unknown(services)) == 2
    with services.database.read() as session:
        old = [
            row.embedding.astype("<f4").tobytes()
            for row in session.scalars(select(UnknownFaceRow)).all()
            if row.seen_at < now() - dt.timedelta(days=1)
        ]
    later(services, 15)
    done = clean_up(acting(services))
    assert done.unknown_faces == 2
    person = only(services)
    assert person.sightings == 1
    assert len(files_of(services)) == 1
    assert not any(vector in bytes_of(tmp_path) for vector in old)
    with services.database.read() as session:
        [face] = session.scalars(select(UnknownFaceRow)).all()
        mean = session.scalars(select(UnknownClusterRow.mean)).one()
    # What others are compared with is of those that are left.
    assert np.array_equal(mean, face.embedding)


def test_looking_does_not_show_whose_time_is_over(services: Services) -> None:
    see(services, "ada")
    assert len(unknown(services)) == 1
    later(services, 31)
    assert unknown(services) == ()
    assert files_of(services) == set()


def test_a_server_puts_them_together_though_nobody_looks(services: Services) -> None:
    see(services, "ada")
    see(services, "ada", variant=1)
    remove_expired_probes(acting(services))
    with services.database.read() as session:
        assert session.scalars(select(UnknownClusterRow.faces)).all() == [2]


def test_it_is_put_together_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    see(services, "ada")
    only(services)

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(settling, "_sort", never)
    only(services)


def test_several_who_look_at_once_put_each_face_to_others_once(services: Services) -> None:
    for variant in range(6):
        see(services, "ada", variant=variant)
        see(services, "bob", variant=variant)
    with ThreadPoolExecutor(4) as pool:
        counts = list(
            pool.map(lambda _: count_unknown(acting(services), **HERE), range(8), timeout=60)
        )
    assert counts == [2] * 8
    assert [each.sightings for each in unknown(services)] == [6, 6]


def test_fewer_days_hold_for_those_kept_already_and_more_days_do_not(services: Services) -> None:
    see(services, "ada")
    later(services, 10)
    keep(services, 20)
    [face] = show_unknown(acting(services), **HERE, cluster_id=only(services).id).faces
    assert face.expires_at - face.seen_at == dt.timedelta(days=20)
    keep(services, 60)
    [face] = show_unknown(acting(services), **HERE, cluster_id=only(services).id).faces
    assert face.expires_at - face.seen_at == dt.timedelta(days=20)
    keep(services, 5)
    assert unknown(services) == ()


def test_turned_off_those_that_were_kept_go(services: Services) -> None:
    see(services, "ada")
    keep(services, 0)
    assert unknown(services) == ()
    assert files_of(services) == set()


@pytest.mark.sqlite
def test_forgetting_someone_takes_the_unknown_faces_that_are_theirs(
    services: Services, tmp_path: Path
) -> None:
    see(services, "ada")
    see(services, "bob")
    made = add(services, "Ada", "ada")
    assert [each.looks_like and each.looks_like.person.name for each in unknown(services)].count(
        "Ada"
    ) == 1
    with services.database.read() as session:
        kept = session.scalars(select(UnknownFaceRow).order_by(UnknownFaceRow.seen_at)).all()
    proof = forget_person(acting(services), **HERE, person_id=made.person.id)
    assert proof.complete
    assert proof.rows_left == 0
    assert only(services).sightings == 1
    left = bytes_of(tmp_path)
    assert kept[0].embedding.astype("<f4").tobytes() not in left
    assert kept[1].embedding.astype("<f4").tobytes() in left


def test_what_was_deleted_does_not_come_back_with_a_backup(services: Services) -> None:
    see(services, "ada")
    see(services, "ada", variant=1)
    faces = show_unknown(acting(services), **HERE, cluster_id=only(services).id).faces
    services.erasures.add([Erased("unknown_face", faces[0].id)])
    reapply_erasures(acting(services))
    assert only(services).sightings == 1
    assert len(files_of(services)) == 1
    delete_unknown(acting(services), **HERE, cluster_id=only(services).id)
    assert Erased("unknown_face", faces[1].id) in services.erasures.read()


def test_a_gallery_takes_its_unknown_people_and_their_files_with_it(services: Services) -> None:
    create_gallery(acting(services), name="club", settings={"keep_unknown_days": 3})
    identify(acting(services), gallery="club", photo=Upload(draw_photo(["ada"])))
    assert len(list_unknown(acting(services), gallery="club").people) == 1
    delete_gallery(acting(services), name="club")
    assert files_of(services) == set()
    assert not {"unknown_face", "unknown_cluster"} & set(rows_of(services))


def test_files_of_unknown_people_are_not_strays(services: Services) -> None:
    see(services, "ada")
    checked = check(acting(services))
    assert (checked.stray_files, checked.missing_files) == (0, ())
    for name in files_of(services):
        services.files.delete([name])
    assert len(check(acting(services)).missing_files) == 1


def test_another_gallery_knows_nothing_of_them(services: Services) -> None:
    create_gallery(acting(services), name="club")
    see(services, "ada")
    person = only(services)
    assert list_unknown(acting(services), gallery="club").people == ()
    for verb in (show_unknown, ignore_unknown, unignore_unknown, delete_unknown):
        with pytest.raises(ClusterNotFound):
            verb(acting(services), gallery="club", cluster_id=person.id)
    with pytest.raises(FaceNotFound):
        read_unknown_crop(acting(services), gallery="club", face_id=person.best_face_id)


def test_of_many_those_seen_most_often_are_listed(services: Services) -> None:
    for who in ("ada", "bob", "cleo"):
        see(services, who)
    see(services, "bob", variant=1)
    found = list_unknown(acting(services), **HERE, limit=1)
    assert (found.total, found.open, found.ignored) == (3, 3, 0)
    assert [each.sightings for each in found.people] == [2]
    with pytest.raises(InvalidInput):
        list_unknown(acting(services), **HERE, limit=0)


def test_faces_of_another_pack_are_not_compared(services: Services) -> None:
    see(services, "ada")
    with services.database.write() as session:
        session.execute(update(UnknownFaceRow).values(embedding=np.zeros(3, np.float32)))
        session.execute(update(GalleryRow).values(contract_id="another", pack="another"))
    assert unknown(services) == ()
