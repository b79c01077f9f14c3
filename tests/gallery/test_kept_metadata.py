"""Originals are kept without what their files say, and the same file is known again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_picture
from drawing import encode
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.source import HeldFace
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.held_photos import hold_photo
from mien.gallery.people.faces import read_photo
from mien.gallery.services import Services

SECRET = b"48.8584N"


def photo() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    return encode(draw_picture(["ada"]), "JPEG", quality=95, exif=exif)


@pytest.fixture(params=[False, True], ids=["without", "with"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Services, bool]]:
    runtime = make_runtime(tmp_path / "home", keep_metadata=request.param)
    yield runtime.services, request.param
    runtime.close()


def files_with_secret(home: Path) -> int:
    return sum(SECRET in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_no_file_of_the_installation_says_where_a_photo_was_taken(
    kept: tuple[Services, bool], tmp_path: Path
) -> None:
    services, keeps = kept
    root = make_user(services)
    call = acting(services, root)
    hold_photo(call, gallery="default", photo=Upload(photo()))
    assert bool(files_with_secret(tmp_path)) == keeps
    done = enrol(call, gallery="default", source=Upload(photo()), subject=NewPerson("Ada"))
    assert bool(files_with_secret(tmp_path)) == keeps
    stored = read_photo(call, gallery="default", face_id=done.face.id).data
    assert (stored == photo()) == keeps
    assert services.reader.decode(stored).width == services.reader.decode(photo()).width


def test_the_same_file_is_known_again_whichever_way_it_comes(
    kept: tuple[Services, bool],
) -> None:
    services, _ = kept
    root = make_user(services)
    call = acting(services, root)
    held = hold_photo(call, gallery="default", photo=Upload(photo()))
    first = enrol(call, gallery=None, source=HeldFace(held.id, 1), subject=NewPerson("Ada"))
    again = enrol(
        call, gallery="default", source=Upload(photo()), subject=KnownPerson(first.person.id)
    )
    assert (first.stored, again.stored) == (True, False)
