"""Every stored photo is embedded anew, and galleries change at once."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_user
from drawing import draw_photo
from drawing import draw_picture
from looking import files_of
from looking import rows_of
from mien.errors import AlreadyRunning
from mien.errors import ChangeBlocked
from mien.errors import FilesUnavailable
from mien.errors import GalleryModelMismatch
from mien.errors import ModelFileDamaged
from mien.errors import PackChanged
from mien.errors import PhotosNotKept
from mien.gallery.analysis import Upload
from mien.gallery.embedding_again.embed_again import EmbeddedAgain
from mien.gallery.embedding_again.embed_again import embed_again
from mien.gallery.embedding_again.survey import survey_galleries
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.pack_in_use import current_pack
from mien.gallery.people.delete import delete_people
from mien.gallery.people.erase_change import erase_now
from mien.gallery.people.forget import forget_person
from mien.gallery.people.undo import undo_change
from mien.gallery.people.wrong import refuse_name
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.progress import Progress
from mien.storage.alone import alone
from mien.storage.models import ErasureRow
from mien.storage.models import EventRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PhotoRow
from mien.storage.models import SearchRow
from mien.storage.models import StagedEmbeddingRow
from mien.storage.models import SuspicionRow
from mien.vision.fake import FakeEngine
from mien.vision.reader import ImageReader
from other_pack import CONTRACT
from other_pack import NAME
from other_pack import OtherEngine
from other_pack import other_manifest


def add(
    services: Services,
    name: str,
    *,
    people: Sequence[str] = (),
    variant: int = 0,
    number: int | None = None,
    gallery: str = "default",
) -> Enrolment:
    photo = draw_photo(people or [name], variant=variant)
    return enrol(
        acting(services),
        gallery=gallery,
        source=Upload(photo),
        subject=NamedPerson(name),
        face_number=number,
    )


def again(
    services: Services, engine: OtherEngine | None = None, **options: object
) -> EmbeddedAgain:
    return embed_again(
        acting(services),
        manifest=other_manifest(),
        engine=engine or OtherEngine(),
        **options,  # type: ignore[arg-type]  # each is the verb's own
    )


def changed(services: Services) -> Services:
    """As a process has them that has started since."""
    return dataclasses.replace(services, engine=OtherEngine())


def found(services: Services, name: str, *, gallery: str = "default") -> str:
    photo = Upload(draw_photo([name], variant=7))
    [answer] = identify(acting(services), gallery=gallery, photo=photo).answers
    return answer.candidates[0].person.name if answer.decision == "match" else answer.decision


def staged(services: Services) -> int:
    with services.database.read() as session:
        return session.scalar(select(func.count()).select_from(StagedEmbeddingRow)) or 0


def embedding_of(services: Services, enrolment: Enrolment) -> np.ndarray:
    with services.database.read() as session:
        return session.get_one(FaceRow, enrolment.face.id).embedding


def test_people_are_found_as_if_they_were_added_anew(either: Services) -> None:
    ada, bob = add(either, "ada"), add(either, "bob", people=["cy", "bob"], number=2)
    before = embedding_of(either, ada)
    done = again(either)
    assert done.changed
    assert [(each.name, each.faces, each.deleted) for each in done.galleries] == [("default", 2, 0)]
    assert (done.left, done.not_embedded, done.photos) == ((), (), 2)
    assert current_pack(either.database) == NAME
    new = changed(either)
    assert [found(new, name) for name in ("ada", "bob", "cy")] == ["ada", "bob", "unknown"]
    assert np.array_equal(embedding_of(either, ada), before[::-1])
    fresh = create_gallery(acting(new), name="fresh").name
    anew = add(new, "bob", people=["cy", "bob"], number=2, gallery=fresh)
    assert np.array_equal(embedding_of(either, bob), embedding_of(either, anew))
    assert staged(either) == 0


def test_a_process_of_the_former_pack_never_compares_its_embeddings_with_the_others(
    either: Services,
) -> None:
    add(either, "ada")
    assert found(either, "ada") == "ada"
    again(either)
    for act in (lambda: found(either, "ada"), lambda: add(either, "bob")):
        with pytest.raises(PackChanged):
            act()
    with either.database.read() as session:
        either.indexes.follow(session)
        assert session.scalar(select(func.count()).select_from(FaceRow)) == 1


def test_what_is_there_for_the_former_embeddings_goes(either: Services) -> None:
    root = make_user(either)
    ada = add(either, "ada")
    change_gallery(acting(either), name="default", settings={"threshold": 0.9})
    found(either, "ada")
    held = hold_photo(acting(either, root), gallery="default", photo=Upload(draw_photo(["bob"])))
    assert held.id
    before = files_of(either)
    [told] = again(either).galleries
    assert (told.held_photos, told.threshold_dropped) == (1, True)
    # The last search is written later than the change.
    either.searches.flush()
    rows = rows_of(either)
    assert rows.keys() & {"search", "probe", "probe_face", "erasure", "file_deletion"} == set()
    assert len(files_of(either)) == len(before) - 3
    with either.database.read() as session:
        gallery = session.scalars(select(GalleryRow)).one()
        assert (gallery.threshold, gallery.contract_id, gallery.pack) == (None, CONTRACT, NAME)
        assert gallery.floor_revision == gallery.revision
        assert session.get_one(FaceRow, ada.face.id).revision == gallery.revision
        assert session.scalars(select(SearchRow)).all() == []
        assert session.scalars(select(ErasureRow)).all() == []


def test_what_is_known_by_former_embeddings_alone_is_dropped_and_told(either: Services) -> None:
    ada, bob = add(either, "ada"), add(either, "bob")
    call = acting(either)
    given = {"gallery": "default", "person_id": ada.person.id}
    refuse_name(call, **given, photo=Upload(draw_photo(["ada"], face_px=90)))  # type: ignore[arg-type]  # each is what it is
    gone = delete_people(call, gallery="default", person_ids=[bob.person.id])
    [told] = again(either).galleries
    assert (told.faces, told.negatives_dropped) == (1, 1)
    assert "negative_example" not in rows_of(either)
    # Whoever is in the bin has embeddings of the former pack, and is erased when the time is over.
    with pytest.raises(ChangeBlocked):
        undo_change(call, gallery="default", change_id=gone.change_id or "")
    [proof] = erase_now(call, gallery="default", change_id=gone.change_id or "").erasures
    assert (proof.rows_left, proof.files_left, proof.indexed_left) == (0, 0, 0)


def test_it_goes_on_where_it_was_ended(either: Services) -> None:
    for name in ("ada", "bob", "cy", "dan"):
        add(either, name)
    engine = OtherEngine()

    def end_at_the_third() -> None:
        if len(engine.looks) == 2:
            raise KeyboardInterrupt

    engine.before = end_at_the_third
    with pytest.raises(KeyboardInterrupt):
        again(either, engine)
    assert staged(either) == 2
    assert current_pack(either.database) is None
    assert found(either, "ada") == "ada"
    [survey] = survey_galleries(acting(either), contract_id=CONTRACT)
    assert (survey.faces, survey.staged) == (4, 2)
    reports: list[Progress] = []
    second = OtherEngine()
    assert again(either, second, progress=reports.append).photos == 2
    assert len(second.looks) == 2
    assert [(each.done, each.total) for each in reports] == [(0, 2), (1, 2), (2, 2)]
    assert found(changed(either), "dan") == "dan"


def test_who_comes_and_goes_meanwhile_is_reckoned_with(either: Services) -> None:
    ada = add(either, "ada")
    add(either, "bob")
    engine = OtherEngine()

    def live_on() -> None:
        engine.before = lambda: None
        add(either, "cy")
        forget_person(acting(either), gallery="default", person_id=ada.person.id)

    engine.before = live_on
    done = again(either, engine)
    assert [each.faces for each in done.galleries] == [2]
    new = changed(either)
    assert [found(new, name) for name in ("ada", "bob", "cy")] == ["unknown", "bob", "cy"]


def test_who_is_deleted_before_the_change_leaves_no_embedding_behind(either: Services) -> None:
    both = add(either, "ada"), add(either, "bob")
    engine = OtherEngine()
    engine.blind = lambda _face, _detail: len(engine.looks) > 1
    assert not again(either, engine).changed
    assert staged(either) == 1
    for each in both:
        forget_person(acting(either), gallery="default", person_id=each.person.id)
    assert staged(either) == 0


def test_a_gallery_that_is_deleted_meanwhile_is_in_nobodys_way(either: Services) -> None:
    create_gallery(acting(either), name="club")
    add(either, "ada", gallery="club")
    engine = OtherEngine()

    def delete_once() -> None:
        engine.before = lambda: None
        delete_gallery(acting(either), name="club")

    engine.before = delete_once
    done = again(either, engine)
    assert (done.changed, done.galleries, staged(either)) == (True, (), 0)


def test_a_photo_of_several_is_looked_at_once_for_all(either: Services) -> None:
    people = ["ada", "bob", "cy"]
    for number, name in enumerate(people, start=1):
        add(either, name, people=people, number=number)
    engine = OtherEngine()
    assert again(either, engine).photos == 1
    assert engine.looks == ["normal"]
    assert [found(changed(either), name) for name in people] == people


def test_a_face_that_is_not_found_is_looked_for_more_closely(either: Services) -> None:
    add(either, "ada")
    engine = OtherEngine()
    engine.blind = lambda _face, detail: detail == "normal"
    assert again(either, engine).changed
    assert engine.looks == ["normal", "high"]


@pytest.mark.parametrize("harm", ["no_face", "photo_missing", "photo_unreadable"])
def test_a_face_that_cannot_be_embedded_is_in_the_way_until_it_is_deleted(
    services: Services, harm: str
) -> None:
    ada, bob = add(services, "ada"), add(services, "bob")
    with services.database.read() as session:
        photo = session.get_one(PhotoRow, session.get_one(FaceRow, ada.face.id).photo_id).file
    engine = OtherEngine()
    if harm == "photo_missing":
        services.files.delete([photo])
    elif harm == "photo_unreadable":
        services.files.delete([photo])
        services.files.write(photo, b"no photo")
    else:
        lost = draw_one("ada")
        engine.blind = lambda face, _: float(face.embedding @ lost) > 0.7
    before = embedding_of(services, bob)
    refused = again(services, engine)
    assert not refused.changed
    [told] = refused.not_embedded
    assert (told.person.name, told.face_id, told.why) == ("ada", ada.face.id, harm)
    assert np.array_equal(embedding_of(services, bob), before)
    assert current_pack(services.database) is None
    assert found(services, "ada") == "ada"
    done = again(services, engine, delete_missing=True)
    assert (done.changed, [each.why for each in done.not_embedded]) == (True, [harm])
    assert [(each.faces, each.deleted) for each in done.galleries] == [(1, 1)]
    rows = rows_of(services)
    assert (rows["face"], rows["photo"], rows["person"]) == (1, 1, 2)
    assert len(files_of(services)) == 2
    with services.database.read() as session:
        kinds = session.execute(
            select(EventRow.kind, EventRow.subject_id).where(EventRow.kind == "face_removed")
        ).all()
        assert kinds == [("face_removed", ada.person.id)]
    assert {each.id for each in services.erasures.read()} == {ada.face.id}
    new = changed(services)
    assert [found(new, name) for name in ("ada", "bob")] == ["unknown", "bob"]


def test_a_photo_that_only_this_process_does_not_take_is_never_deleted(
    services: Services,
) -> None:
    ada = add(services, "ada")
    add(services, "bob")
    strict = dataclasses.replace(services, reader=ImageReader(max_bytes=10**8, max_pixels=9))
    for delete_missing in (False, True):
        refused = embed_again(
            acting(strict),
            manifest=other_manifest(),
            engine=OtherEngine(),
            delete_missing=delete_missing,
        )
        assert not refused.changed
        assert {each.why for each in refused.not_embedded} == {"photo_refused"}
    assert embedding_of(services, ada) is not None
    assert again(services).changed


def test_nobody_means_everybody_in_a_gallery(services: Services) -> None:
    add(services, "ada")
    add(services, "bob")
    with services.database.read() as session:
        files = list(session.scalars(select(PhotoRow.file)))
    services.files.delete(files)
    refused = again(services, delete_missing=True)
    assert not refused.changed
    assert [each.why for each in refused.not_embedded] == ["photo_missing"] * 2
    assert rows_of(services)["face"] == 2


def test_what_is_embedded_already_needs_no_photo_any_more(services: Services) -> None:
    ada = add(services, "ada")
    engine = OtherEngine()
    lost = draw_one("bob")
    bob = add(services, "bob")
    engine.blind = lambda face, _: float(face.embedding @ lost) > 0.7
    assert not again(services, engine).changed
    with services.database.write() as session:
        session.execute(update(FaceRow).where(FaceRow.id == ada.face.id).values(photo_id=None))
    assert again(services).changed
    assert bob.face.id != ada.face.id


def test_a_network_that_cannot_be_loaded_is_nothing_to_change_to(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_engine: OtherEngine) -> None:
        raise ModelFileDamaged(words={"pack": NAME})

    with monkeypatch.context() as patch:
        patch.setattr(OtherEngine, "warm_up", broken)
        with pytest.raises(ModelFileDamaged):
            again(services)
    assert current_pack(services.database) is None


def draw_one(name: str) -> np.ndarray:

    [face] = FakeEngine().analyze(draw_picture([name]))
    return face.embedding


def test_galleries_without_photos_are_named_and_left(either: Services) -> None:
    create_gallery(acting(either), name="bare", settings={"keep_photos": False})
    add(either, "ada", gallery="bare")
    add(either, "bob")
    engine = OtherEngine()
    with pytest.raises(PhotosNotKept) as caught:
        again(either, engine)
    assert caught.value.extra["galleries"] == ["bare"]
    assert (engine.looks, current_pack(either.database)) == ([], None)
    # Nobody means to delete everybody.
    with pytest.raises(PhotosNotKept):
        again(either, delete_missing=True)
    done = again(either, leave=["bare"])
    assert (done.changed, done.left) == (True, ("bare",))
    new = changed(either)
    assert found(new, "bob") == "bob"
    with pytest.raises(GalleryModelMismatch) as mismatch:
        found(new, "ada", gallery="bare")
    assert mismatch.value.key == "gallery_model_mismatch.pack"
    # The way back: the others are embedded again, and this one is as it was.
    back = embed_again(
        acting(new),
        manifest=other_manifest(name="fake", contract_id=either.engine.summary.contract_id),
        engine=either.engine,
    )
    assert (back.changed, back.left) == (True, ())
    assert found(either, "ada", gallery="bare") == "ada"
    assert found(either, "bob") == "bob"


def test_a_gallery_where_some_photos_are_not_stored_is_left_or_loses_these_faces(
    services: Services,
) -> None:
    ada = add(services, "ada")
    add(services, "bob")
    with services.database.write() as session:
        session.execute(update(FaceRow).where(FaceRow.id == ada.face.id).values(photo_id=None))
    with pytest.raises(PhotosNotKept):
        again(services)
    done = again(services, delete_missing=True)
    assert [(each.person.name, each.why) for each in done.not_embedded] == [("ada", "no_photo")]
    assert [(each.faces, each.deleted) for each in done.galleries] == [(1, 1)]


def test_two_at_once_is_one_too_many(either: Services) -> None:
    add(either, "ada")
    with alone(either.database, "embedding-again") as is_mine:
        assert is_mine
        with pytest.raises(AlreadyRunning):
            again(either)
    assert again(either).changed


def test_a_store_that_is_away_is_not_taken_for_one_without_photos(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(services, "ada")
    add(services, "bob")

    def away(_name: str) -> bytes:
        raise FilesUnavailable("moved", words={"folder": "x"})

    with monkeypatch.context() as patch:
        patch.setattr(services.files, "read", away)
        with pytest.raises(FilesUnavailable):
            again(services, delete_missing=True)
    assert again(services).photos == 2


def test_galleries_that_may_follow_do(either: Services) -> None:
    create_gallery(acting(either), name="empty")
    create_gallery(acting(either), name="akin")
    add(either, "ada", gallery="akin")
    with either.database.write() as session:
        session.execute(
            update(GalleryRow).where(GalleryRow.name == "akin").values(contract_id="earlier")
        )
    engine = OtherEngine()
    done = embed_again(
        acting(either), manifest=other_manifest(replaces=("earlier",)), engine=engine
    )
    assert (done.changed, done.galleries, engine.looks) == (True, (), [])
    with either.database.read() as session:
        assert set(session.scalars(select(GalleryRow.contract_id))) == {CONTRACT}


def test_of_a_photo_that_was_stored_at_another_size_the_same_face_is_taken(
    services: Services,
) -> None:
    people = ["ada", "bob"]
    for number, name in enumerate(people, start=1):
        add(services, name, people=people, number=number)
    with services.database.write() as session:
        for face in session.scalars(select(FaceRow)):
            face.box = [3 * side for side in face.box]
        session.execute(
            update(PhotoRow).values(width=3 * PhotoRow.width, height=3 * PhotoRow.height)
        )
    assert again(services).changed
    assert [found(changed(services), name) for name in people] == people


def test_doubts_are_judged_by_the_new_embeddings(services: Services) -> None:
    ada, bob = add(services, "ada"), add(services, "bob")
    twice = add(services, "ada", variant=3)
    with services.database.write() as session:
        gallery = session.scalars(select(GalleryRow.id)).one()

        def suspect(code: str, of: Enrolment, other: Enrolment, *, reviewed: bool = False) -> None:
            row = SuspicionRow(
                gallery_id=gallery,
                face_id=of.face.id,
                code=code,
                similarity=0.123,
                other_person_id=other.person.id,
                other_face_id=other.face.id,
            )
            row.reviewed_at = row.created_at if not reviewed else ada.face.created_at
            session.add(row)

        # Nothing alike: this doubt does not hold. A photo that was stored twice stays one.
        suspect("looks_like_another", ada, bob)
        suspect("same_photo", twice, ada)
        # They are alike: nothing to doubt.
        suspect("unlike_this_person", twice, ada)
        suspect("looks_like_another", bob, ada, reviewed=True)
    again(services)
    with services.database.read() as session:
        told = {
            (row.code, row.reviewed_at is None): row.similarity
            for row in session.scalars(select(SuspicionRow))
        }
    expected = float(embedding_of(services, twice) @ embedding_of(services, ada))
    assert told == {
        ("same_photo", True): pytest.approx(expected),
        ("looks_like_another", False): None,
    }


def test_a_held_face_of_the_former_pack_becomes_nobodys_example(services: Services) -> None:
    root = make_user(services)
    ada = add(services, "ada")
    held = hold_photo(acting(services, root), gallery="default", photo=Upload(draw_photo(["ada"])))
    again(services)
    for one in (services, changed(services)):
        with pytest.raises(Exception, match="probe_not_found"):
            enrol(
                acting(one, root),
                gallery=None,
                source=HeldFace(held.id, 1),
                subject=KnownPerson(ada.person.id),
            )


def test_it_is_told_without_names(services: Services) -> None:
    add(services, "ada")
    again(services)
    with services.database.read() as session:
        events = session.execute(select(EventRow.kind, EventRow.facts)).all()
    told: dict[str, dict[str, object]] = dict(events)
    assert told["embedding_again_begun"] == {"pack": [NAME], "galleries": 1}
    assert told["pack_changed"] == {"pack": [NAME]}
    assert told["gallery_embedded_again"]["faces"] == 1
    assert "ada" not in repr(events)
