import dataclasses
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete
from sqlalchemy import select

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_photo
from looking import aside_of
from looking import bytes_of
from looking import files_of
from looking import folder_of
from looking import rows_of
from mien.errors import GalleryNotFound
from mien.errors import ModelFileMissing
from mien.errors import PersonNotFound
from mien.errors import ProbeNotFound
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.people.faces import list_faces
from mien.gallery.people.faces import read_crop
from mien.gallery.people.forget import forget_person
from mien.gallery.people.list_people import list_people
from mien.gallery.people.people import create_person
from mien.gallery.recognition.identify import identify
from mien.gallery.recognition.identify_held import show_held
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.index.exact import _Writer
from mien.maintenance.cleanup import clean_up
from mien.maintenance.cleanup import remove_expired_probes
from mien.storage.models import EventRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import StagedEmbeddingRow
from mien.vision.fake import FakeEngine
from mien.vision.types import EngineSummary

ADA = draw_photo(["ada"])


def add(
    services: Services, name: str, photo: bytes = ADA, *, number: int | None = None
) -> Enrolment:
    return enrol(
        acting(services),
        gallery="default",
        face_number=number,
        source=Upload(photo),
        subject=NamedPerson(name),
    )


def user(services: Services) -> str:
    return make_user(services).id


@pytest.mark.sqlite
def test_nothing_of_a_forgotten_person_is_left(services: Services, home: Path) -> None:
    for size in (120, 100, 80):
        done = add(services, "Ada Lovelace", draw_photo(["ada"], face_px=size))
    add(services, "Bob", draw_photo(["bob"]))
    others = files_of(services)
    with services.database.read() as session:
        mine = session.scalars(select(FaceRow).where(FaceRow.person_id == done.person.id)).all()
    vectors = [face.embedding.astype("<f4").tobytes() for face in mine]
    with services.database.write() as session:
        for face in mine:
            staged = StagedEmbeddingRow(
                face_id=face.id, contract_id="next", embedding=face.embedding[::-1]
            )
            session.add(staged)
            vectors.append(staged.embedding.astype("<f4").tobytes())
    assert all(vector in bytes_of(home) for vector in vectors)
    identify(acting(services), gallery="default", photo=Upload(ADA))

    proof = forget_person(acting(services), gallery="default", person_id=done.person.id)

    assert proof.complete
    assert (proof.faces, proof.photos, proof.files, proof.probes) == (3, 3, 6, 0)
    assert (proof.rows_left, proof.files_left, proof.indexed_left) == (0, 0, 0)
    assert proof.log_cleared
    assert len(files_of(services)) == 2
    assert files_of(services) < others
    rows = rows_of(services)
    assert (rows["person"], rows["face"], rows["photo"]) == (1, 1, 1)
    assert "staged_embedding" not in rows
    [answer] = identify(acting(services), gallery="default", photo=Upload(ADA)).answers
    assert "Ada" not in str(answer)
    assert answer.decision == "unknown"
    left = bytes_of(home)
    assert not any(vector in left for vector in vectors)
    assert b"Lovelace" not in left
    assert b"lovelace" not in left
    assert b"Bob" in left


def test_the_record_of_it_holds_counts_and_no_name(services: Services) -> None:
    done = add(services, "Ada")
    proof = forget_person(acting(services), gallery="default", person_id=done.person.id)
    with services.database.read() as session:
        event = session.get(EventRow, proof.event_id)
    assert event is not None
    assert (event.kind, event.subject_id) == ("person_erased", done.person.id)
    assert event.facts == {
        "faces": 1,
        "photos": 1,
        "probes": 0,
        "unknown_faces": 0,
        "appearances": 0,
        "files": 2,
        "originals_searched": 0,
        "originals_deleted": 0,
        "originals_left": 0,
        "originals_not_checked": 0,
    }


def test_the_photo_of_two_goes_and_the_other_stays(services: Services) -> None:
    group = draw_photo(["ada", "bob"])
    one, two = add(services, "One", group, number=1), add(services, "Two", group, number=2)
    proof = forget_person(acting(services), gallery="default", person_id=one.person.id)
    assert proof.complete
    assert (proof.photos, proof.files) == (1, 2)
    [face] = list_faces(acting(services), gallery="default", person_id=two.person.id)
    assert face.photo_id is None
    assert read_crop(acting(services), gallery="default", face_id=face.id).data
    decisions = [
        answer.decision
        for answer in identify(acting(services), gallery="default", photo=Upload(group)).answers
    ]
    assert sorted(decisions) == ["match", "unknown"]


def test_somebody_without_a_face_is_forgotten_too(services: Services) -> None:
    person = create_person(acting(services), gallery="default", name="Ada")
    proof = forget_person(acting(services), gallery="default", person_id=person.id)
    assert proof.complete
    assert (proof.faces, proof.files) == (0, 0)
    assert list_people(acting(services), gallery="default").total == 0


def test_what_is_not_there_is_named(services: Services) -> None:
    create_gallery(acting(services), name="club")
    done = add(services, "Ada")
    for gallery, person, error in (
        ("nowhere", done.person.id, GalleryNotFound),
        ("club", done.person.id, PersonNotFound),
        ("default", "nobody", PersonNotFound),
    ):
        with pytest.raises(error):
            forget_person(acting(services), gallery=gallery, person_id=person)
    forget_person(acting(services), gallery="default", person_id=done.person.id)
    with pytest.raises(PersonNotFound):
        forget_person(acting(services), gallery="default", person_id=done.person.id)


def test_held_photos_that_may_show_the_person_are_let_go(services: Services) -> None:
    root = user(services)
    done = add(services, "Ada")
    photos = {
        "the original": ADA,
        "another photo": draw_photo(["ada"], face_px=90),
        "a group": draw_photo(["bob", "ada"], face_px=100),
        "somebody else": draw_photo(["bob"]),
        "nobody": draw_photo(),
    }
    held = {
        what: hold_photo(acting(services, root), gallery="default", photo=Upload(photo)).id
        for what, photo in photos.items()
    }
    proof = forget_person(acting(services), gallery="default", person_id=done.person.id)
    assert proof.complete
    assert proof.probes == 3
    for what in ("the original", "another photo", "a group"):
        with pytest.raises(ProbeNotFound):
            show_held(acting(services, root), probe_id=held[what])
    for what in ("somebody else", "nobody"):
        show_held(acting(services, root), probe_id=held[what])
    # Original, picture for the screen and one crop; original and picture.
    assert len(files_of(services)) == 5


def test_a_held_photo_goes_by_the_gallerys_own_threshold(services: Services) -> None:
    root = user(services)
    done = add(services, "Ada")
    hold_photo(
        acting(services, root), gallery="default", photo=Upload(draw_photo(["ada"], face_px=90))
    )
    hold_photo(acting(services, root), gallery="default", photo=Upload(draw_photo(["bob"])))
    change_gallery(acting(services), name="default", settings={"threshold": -1})
    assert forget_person(acting(services), gallery="default", person_id=done.person.id).probes == 2


def test_a_gallery_that_is_strict_with_strangers_forgets_no_less(home: Path) -> None:
    home.mkdir()
    runtime = make_runtime(home, engine=FakeEngine(calibrated=True))
    services = runtime.services
    root = user(services)
    change_gallery(
        acting(services), name="default", settings={"accepted_fpir": 1e-6, "accepted_fmr": 1e-6}
    )
    done = add(services, "Ada")
    hold_photo(acting(services, root), gallery="default", photo=Upload(draw_photo(["bob"])))
    with services.database.write() as session:
        ada = session.scalars(select(FaceRow.embedding)).one()
        held = session.scalars(select(ProbeFaceRow)).one()
        aside = held.embedding - (held.embedding @ ada) * ada
        # Half alike: less than any search asks for here, more than chance.
        held.embedding = 0.5 * ada + 0.75**0.5 * aside / np.linalg.norm(aside)
    [answer] = show_held(acting(services, root), probe_id=held.probe_id).identification.answers
    assert answer.decision == "unknown"
    assert forget_person(acting(services), gallery="default", person_id=done.person.id).probes == 1
    runtime.close()


def test_held_photos_of_every_gallery_and_user_are_looked_at(services: Services) -> None:
    root, other = user(services), make_user(services, "other").id
    create_gallery(acting(services), name="club")
    done = add(services, "Ada")
    group = draw_photo(["bob", "ada"], face_px=100)
    held = [
        hold_photo(acting(services, who), gallery=gallery, photo=Upload(photo)).id
        for who, gallery, photo in (
            (root, "club", ADA),
            (other, "club", group),
            (other, "default", group),
            (other, "club", draw_photo(["bob"])),
        )
    ]
    assert forget_person(acting(services), gallery="default", person_id=done.person.id).probes == 3
    with services.database.read() as session:
        assert session.scalars(select(ProbeRow.id)).all() == [held[-1]]
        faces = session.scalars(select(ProbeFaceRow.probe_id)).all()
    assert set(faces) == {held[-1]}
    assert len(files_of(services)) == 3


def test_a_held_photo_of_a_gallery_of_another_model_goes(services: Services) -> None:
    root = user(services)
    create_gallery(acting(services), name="club")
    done = add(services, "Ada")
    hold_photo(acting(services, root), gallery="club", photo=Upload(draw_photo(["bob"])))
    with services.database.write() as session:
        session.scalars(select(GalleryRow).filter_by(name="club")).one().contract_id = "another"
    # Vectors of one length, which say nothing of each other.
    assert forget_person(acting(services), gallery="default", person_id=done.person.id).probes == 1


def test_a_held_photo_of_which_faces_were_left_out_goes(services: Services) -> None:
    root = user(services)
    done = add(services, "Ada")
    hold_photo(acting(services, root), gallery="default", photo=Upload(draw_photo(["bob"])))
    with services.database.write() as session:
        session.scalars(select(ProbeRow)).one().faces_left_out = 1
    assert forget_person(acting(services), gallery="default", person_id=done.person.id).probes == 1


def test_the_held_photo_that_is_an_original_goes_where_none_are_kept(services: Services) -> None:
    root = user(services)
    change_gallery(acting(services), name="default", settings={"keep_photos": False})
    group = draw_photo(["ada", "bob"])
    done = add(services, "Ada", group, number=1)
    held = hold_photo(acting(services, root), gallery="default", photo=Upload(group))
    with services.database.write() as session:
        # As where the detector finds less than it did.
        session.execute(delete(ProbeFaceRow))
    assert forget_person(acting(services), gallery="default", person_id=done.person.id).probes == 1
    with pytest.raises(ProbeNotFound):
        show_held(acting(services, root), probe_id=held.id)


def test_forgetting_needs_no_model(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    root = user(services)
    done = add(services, "Ada")
    hold_photo(acting(services, root), gallery="default", photo=Upload(draw_photo(["bob"])))

    class NoModel:
        @property
        def summary(self) -> None:
            raise ModelFileMissing("no_pack")

    bare = _replaced(services, engine=NoModel())
    proof = forget_person(acting(bare), gallery="default", person_id=done.person.id)
    assert proof.complete
    # Whom the held photo shows cannot be known without a threshold.
    assert proof.probes == 1


def test_an_engine_that_reads_rows_to_know_itself_takes_nothing_from_the_proof(
    services: Services,
) -> None:
    done = add(services, "Ada")
    engine = services.engine

    class Reads:
        @property
        def summary(self) -> EngineSummary:
            # As an engine does that is planned when it is first asked about.
            with services.database.read() as session:
                session.scalars(select(GalleryRow)).all()
            return engine.summary

    cold = _replaced(services, engine=Reads())
    services.database.begin_moment()
    try:
        assert list_people(acting(cold), gallery="default").total == 1
        proof = forget_person(acting(cold), gallery="default", person_id=done.person.id)
    finally:
        services.database.end_moment()
    assert proof.complete


def test_a_gallery_of_another_model_can_be_left(services: Services) -> None:
    done = add(services, "Ada")
    identify(acting(services), gallery="default", photo=Upload(ADA))
    other = _replaced(services, engine=FakeEngine(dimension=32))
    with services.database.write() as session:
        session.scalars(select(GalleryRow)).one().contract_id = "another"
    assert forget_person(acting(other), gallery="default", person_id=done.person.id).complete


def _replaced(services: Services, **changes: object) -> Services:
    return dataclasses.replace(services, **changes)  # type: ignore[arg-type]  # a fake each


def test_the_proof_tells_of_files_that_stay(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = add(services, "Ada")
    monkeypatch.setattr(services.files, "delete", lambda names: 0)
    proof = forget_person(acting(services), gallery="default", person_id=done.person.id)
    assert (proof.files_left, proof.complete) == (2, False)


def test_the_proof_tells_of_rows_that_stay(services: Services) -> None:
    done = add(services, "Ada")

    def put_back() -> bool:
        with services.database.write() as session:
            gallery = session.scalars(select(GalleryRow)).one()
            session.add(
                PersonRow(id=done.person.id, gallery_id=gallery.id, name="Ada", name_key="ada")
            )
        return True

    class Haunted:
        def __getattr__(self, name: str) -> object:
            return put_back if name == "scrub" else getattr(services.database, name)

    haunted = _replaced(services, database=Haunted())
    proof = forget_person(acting(haunted), gallery="default", person_id=done.person.id)
    assert (proof.rows_left, proof.complete) == (1, False)


def test_the_proof_tells_of_an_index_that_does_not_let_go(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = add(services, "Ada")
    identify(acting(services), gallery="default", photo=Upload(ADA))
    monkeypatch.setattr(_Writer, "remove", lambda _writer, _keys: None)
    proof = forget_person(acting(services), gallery="default", person_id=done.person.id)
    assert (proof.indexed_left, proof.complete) == (1, False)


@pytest.mark.sqlite
def test_the_proof_tells_of_a_log_that_somebody_still_reads(
    services: Services, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.storage.sqlite._SCRUB_MILLISECONDS", 20)
    done = add(services, "Ada")
    vector = np.asarray(services.engine.analyze(services.reader.decode(ADA).image_rgb)[0].embedding)
    with services.database.read() as session:
        session.scalar(select(FaceRow.id))
        proof = forget_person(acting(services), gallery="default", person_id=done.person.id)
    assert (proof.log_cleared, proof.complete) == (False, False)
    assert vector.tobytes() in bytes_of(home)
    assert services.database.scrub()
    assert vector.tobytes() not in bytes_of(home)


def test_nothing_is_left_among_the_files_that_are_set_aside_either(services: Services) -> None:
    done = add(services, "Ada")
    add(services, "Bob", draw_photo(["bob"]))
    mine = {
        f"{path.parent.name}/{path.name}"
        for path in folder_of(services).root.glob("??/*")
        if path.name not in _files_of_others(services, done.person.id)
    }
    # As after a database of another moment was in use for a while.
    services.files.set_aside(mine)
    assert len(aside_of(services)) == 2
    proof = forget_person(acting(services), gallery="default", person_id=done.person.id)
    assert (proof.files, proof.files_left, proof.complete) == (2, 0, True)
    assert aside_of(services) == set()
    assert len(files_of(services)) == 2


def _files_of_others(services: Services, person_id: str) -> set[str]:
    with services.database.read() as session:
        rows = session.scalars(select(FaceRow).where(FaceRow.person_id != person_id)).all()
        photos = session.scalars(
            select(PhotoRow.file).where(PhotoRow.id.in_([row.photo_id for row in rows]))
        )
        return {*(row.crop_file for row in rows), *photos}


def test_the_proof_does_not_take_a_disk_that_is_away_for_an_empty_one(services: Services) -> None:
    done = add(services, "Ada")
    add(services, "Bob", draw_photo(["bob"]))
    root = folder_of(services).root
    root.rename(root.with_name("mounted"))
    root.mkdir()
    proof = forget_person(acting(services), gallery="default", person_id=done.person.id)
    assert (proof.rows_left, proof.files_left, proof.complete) == (0, 2, False)
    assert rows_of(services)["file_deletion"] == 2
    root.rmdir()
    root.with_name("mounted").rename(root)
    assert len(files_of(services)) == 4
    remove_expired_probes(acting(services))
    assert len(files_of(services)) == 2
    assert "file_deletion" not in rows_of(services)


def test_what_a_killed_deletion_has_left_is_deleted_and_not_set_aside(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = add(services, "Ada")
    add(services, "Bob", draw_photo(["bob"]))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mien.storage.erasures.delete_noted", killed)
    with pytest.raises(KeyboardInterrupt):
        forget_person(acting(services), gallery="default", person_id=done.person.id)
    assert len(files_of(services)) == 4
    clean_up(acting(services))
    assert len(files_of(services)) == 2
    assert aside_of(services) == set()
