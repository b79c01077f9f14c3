"""Warnings of likely mistakes, with drawn faces and a calibration."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_photo
from drawing import draw_picture
from drawing import encode
from looking import files_of
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.checks import least_like_oneself
from mien.gallery.enrolment.duplicates import is_example_already
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import show_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import list_faces
from mien.gallery.recognition.look_alikes import look_alikes
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.vision.fake import FakeEngine
from mien.vision.types import FloatArray
from mien.words import say

ADA = draw_photo(["ada"])


@pytest.fixture
def measured(tmp_path: Path) -> Iterator[Services]:
    (tmp_path / "measured").mkdir()
    runtime = make_runtime(tmp_path / "measured", engine=FakeEngine(calibrated=True))
    yield runtime.services
    runtime.close()


def add(
    services: Services,
    name: str,
    photo: bytes,
    *,
    face_number: int | None = None,
    gallery: str = "default",
) -> Enrolment:
    whom = NamedPerson(name)
    return enrol(
        acting(services),
        gallery=gallery,
        face_number=face_number,
        source=Upload(photo),
        subject=whom,
    )


def warned(done: Enrolment) -> list[str]:
    return [each.code for each in done.warnings]


def turned(embedding: FloatArray, cosine: float) -> FloatArray:
    """A unit vector that is so similar to this one."""
    aside = np.roll(embedding, 1).astype(np.float64)
    aside -= (aside @ embedding) * embedding
    aside /= np.linalg.norm(aside)
    return (cosine * embedding + math.sqrt(1 - cosine**2) * aside).astype(np.float32)


def with_changed_bits(crop_hash: str, count: int | None) -> str | None:
    """A hash that is so many bits away; None where none was recorded."""
    if count is None:
        return None
    return f"{int(crop_hash, 16) ^ (2**count - 1):0{len(crop_hash)}x}"


def test_a_first_photo_and_a_second_one_raise_no_doubt(measured: Services) -> None:
    assert warned(add(measured, "Ada", ADA)) == []
    assert warned(add(measured, "Ada", draw_photo(["ada"], variant=5, face_px=90))) == []


def test_the_very_same_photo_is_stored_once_a_person(services: Services) -> None:
    first = add(services, "Ada", ADA)
    before = files_of(services)
    second = add(services, "ADA", ADA)
    assert (first.stored, second.stored, second.new_person) == (True, False, False)
    assert second.face.id == first.face.id
    assert warned(second) == ["same_photo"]
    assert (second.warnings[0].face_id, second.warnings[0].similarity) == (first.face.id, 1)
    assert files_of(services) == before
    assert show_gallery(acting(services), name="default").faces == 1
    delete_face(
        acting(services), gallery="default", person_id=first.person.id, face_id=first.face.id
    )
    assert add(services, "Ada", ADA).stored


def test_the_same_photo_is_known_again_where_originals_are_not_kept(services: Services) -> None:
    change_gallery(acting(services), name="default", settings={"keep_photos": False})
    assert not is_example_already(
        acting(services), gallery="default", photo=ADA, subject=NamedPerson("Ada")
    )
    assert add(services, "Ada", ADA).stored
    assert is_example_already(
        acting(services), gallery="default", photo=ADA, subject=NamedPerson("Ada")
    )
    assert not add(services, "Ada", ADA).stored


def test_two_faces_of_one_photo_are_two_examples(services: Services) -> None:
    group = draw_photo(["ada", "bob"])
    assert add(services, "Ada", group, face_number=1).stored
    assert add(services, "Bob", group, face_number=2).stored
    # Whoever chose the wrong face first may still add the right one.
    assert add(services, "Ada", group, face_number=2).stored
    assert not add(services, "Ada", group, face_number=1).stored


def test_the_same_photo_in_other_bytes_is_stored_with_a_warning(measured: Services) -> None:
    picture = draw_picture(["ada"])
    first = add(measured, "Ada", encode(picture, "PNG"))
    again = add(measured, "Ada", encode(picture, "PNG", compress_level=1))
    assert again.stored
    assert warned(again) == ["same_photo"]
    (warning,) = again.warnings
    assert (warning.person, warning.face_id) == (first.person, first.face.id)
    assert warning.similarity == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("changed_bits", "cosine", "calibrated", "codes"),
    [
        (12, 1.0, True, ["same_photo"]),
        (13, 1.0, True, []),
        # The drawn calibration has nine of ten pairs of a person's photos below 0.95.
        (0, 0.951, True, ["same_photo"]),
        (0, 0.949, True, []),
        (0, 0.901, False, ["same_photo"]),
        (0, 0.899, False, []),
        (None, 1.0, True, []),
    ],
)
def test_a_photo_is_the_same_by_its_portrait_and_its_face_together(
    tmp_path: Path, changed_bits: int | None, cosine: float, calibrated: bool, codes: list[str]
) -> None:
    runtime = make_runtime(tmp_path / "home", engine=FakeEngine(calibrated=calibrated))
    picture = draw_picture(["ada"])
    add(runtime.services, "Ada", encode(picture, "PNG"))
    with runtime.services.database.write() as session:
        row = session.scalars(select(FaceRow)).one()
        row.embedding = turned(row.embedding, cosine)
        row.crop_hash = with_changed_bits(str(row.crop_hash), changed_bits)
    again = add(runtime.services, "Ada", encode(picture, "PNG", compress_level=1))
    assert warned(again) == codes
    for each in again.warnings:
        assert each.similarity is not None
        assert each.similarity == pytest.approx(cosine, abs=1e-6)
        assert each.similarity <= 1
    runtime.close()


def test_from_the_gallerys_threshold_on_a_face_is_like_another_persons(measured: Services) -> None:
    photo = draw_photo(["bob"], variant=3, face_px=90)
    add(measured, "Bob", draw_photo(["bob"]))
    (warning,) = add(measured, "Ada", photo).warnings
    similarity = warning.similarity
    assert similarity is not None
    for number, (threshold, codes) in enumerate(
        [(similarity, ["looks_like_another"]), (math.nextafter(similarity, 1), [])]
    ):
        name = f"club-{number}"
        create_gallery(acting(measured), name=name, settings={"threshold": threshold})
        add(measured, "Bob", draw_photo(["bob"]), gallery=name)
        assert warned(add(measured, "Ada", photo, gallery=name)) == codes


def test_a_face_like_another_person_is_told_with_whom_and_how_alike(measured: Services) -> None:
    bob = add(measured, "Bob", draw_photo(["bob"]))
    done = add(measured, "Ada", draw_photo(["bob"], variant=3, face_px=90))
    assert done.stored
    assert warned(done) == ["looks_like_another"]
    (warning,) = done.warnings
    assert (warning.person, warning.face_id) == (bob.person, bob.face.id)
    assert warning.similarity is not None
    assert 0.7 < warning.similarity < 1
    assert "Bob" not in str(say.warning(warning))


def test_the_same_photo_under_another_name_is_told_twice_over(measured: Services) -> None:
    bob = add(measured, "Bob", ADA)
    done = add(measured, "Ada", ADA)
    assert done.stored
    assert warned(done) == ["same_photo", "looks_like_another"]
    assert {each.person for each in done.warnings} == {bob.person}


def test_a_face_unlike_the_others_of_its_person_is_told(measured: Services) -> None:
    add(measured, "Ada", ADA)
    done = add(measured, "Ada", draw_photo(["bob"]))
    assert warned(done) == ["unlike_this_person"]
    assert done.warnings[0].face_id is not None


def test_without_a_calibration_the_pack_says_what_is_unlike(services: Services) -> None:
    assert least_like_oneself(services.engine.summary) == services.engine.summary.verify_threshold
    add(services, "Ada", ADA)
    assert warned(add(services, "Ada", draw_photo(["bob"]))) == ["unlike_this_person"]


def test_one_of_a_hundred_own_photos_is_less_like_oneself(measured: Services) -> None:
    # The drawn calibration has one of a thousand at 0.5 and one of ten at 0.8.
    assert least_like_oneself(measured.engine.summary) == pytest.approx(0.527, abs=0.001)


def test_hash_and_digest_are_recorded_by_both_ways_of_storing(services: Services) -> None:
    add(services, "Ada", ADA)
    user = make_user(services)
    probe = hold_photo(acting(services, user), gallery="default", photo=Upload(ADA)).id
    done = enrol(
        acting(services, user),
        gallery=None,
        source=HeldFace(probe, 1),
        subject=NamedPerson("Bob"),
    )
    assert warned(done) == ["same_photo", "looks_like_another"]
    with services.database.read() as session:
        one, other = session.execute(select(FaceRow.crop_hash, FaceRow.photo_sha256)).all()
    assert one == other
    assert None not in one


def test_a_held_face_is_stored_once_too(services: Services) -> None:
    user = make_user(services)
    probe = hold_photo(acting(services, user), gallery="default", photo=Upload(ADA)).id
    given = {"gallery": None, "source": HeldFace(probe, 1), "subject": NamedPerson("Ada")}
    first = enrol(acting(services, user), **given)  # type: ignore[arg-type]  # each is what it is
    second = enrol(acting(services, user), **given)  # type: ignore[arg-type]  # as above
    assert (first.stored, second.stored) == (True, False)


def test_people_who_look_alike_are_named_to_each_other(measured: Services) -> None:
    ada = add(measured, "Ada", ADA).person
    bob = add(measured, "Bob", draw_photo(["ada"], variant=4, face_px=90)).person
    cy = add(measured, "Cy", draw_photo(["cy"])).person
    (like,) = look_alikes(acting(measured), gallery="default", person_id=ada.id)
    assert like.person == bob
    assert look_alikes(acting(measured), gallery="default", person_id=cy.id) == ()


def test_nobody_looks_alike_without_examples_or_with_another_model(
    measured: Services, tmp_path: Path
) -> None:
    ada = add(measured, "Ada", ADA)
    add(measured, "Bob", draw_photo(["ada"], variant=4, face_px=90))
    other = make_runtime(tmp_path / "measured", engine=FakeEngine(dimension=32))
    assert look_alikes(acting(other.services), gallery="default", person_id=ada.person.id) == ()
    other.close()
    (face,) = list_faces(acting(measured), gallery="default", person_id=ada.person.id)
    delete_face(acting(measured), gallery="default", person_id=ada.person.id, face_id=face.id)
    assert look_alikes(acting(measured), gallery="default", person_id=ada.person.id) == ()
