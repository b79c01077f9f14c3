from dataclasses import replace

import pytest
from sqlalchemy import select

from building import acting
from building import make_user
from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.errors import GalleryModelMismatch
from mien.errors import GalleryNotFound
from mien.errors import GalleryProtected
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.gallery.analysis import Upload
from mien.gallery.bind_galleries import bind_galleries
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import count_faces
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import list_galleries
from mien.gallery.galleries import list_gallery_names
from mien.gallery.galleries import require_contract
from mien.gallery.galleries import show_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.storage.models import EventRow
from statements import counted_statements

ADA = draw_photo(["ada"])


def test_a_gallery_is_bound_to_the_pack_in_use(services: Services) -> None:
    made = create_gallery(
        acting(services), name="Club", settings={"threshold": 0.7, "keep_photos": False}
    )
    assert (made.pack, made.contract_id) == ("fake", services.engine.summary.contract_id)
    assert (made.settings.threshold, made.settings.keep_photos) == (0.7, False)
    assert (made.people, made.faces) == (0, 0)
    assert show_gallery(acting(services), name="CLUB") == made


def test_galleries_are_listed_with_the_default_one_first(services: Services) -> None:
    for name in ("zoo", "Alps", "club"):
        create_gallery(acting(services), name=name)
    enrol(acting(services), gallery="club", source=Upload(ADA), subject=NewPerson("Ada"))
    found = list_galleries(acting(services))
    assert [gallery.name for gallery in found] == ["default", "Alps", "club", "zoo"]
    assert [(gallery.people, gallery.faces) for gallery in found] == [
        (0, 0),
        (0, 0),
        (1, 1),
        (0, 0),
    ]


def test_faces_are_counted_without_looking_at_people(services: Services) -> None:
    for name in ("zoo", "club"):
        create_gallery(acting(services), name=name)
    for who, gallery in (("ada", "club"), ("bob", "zoo"), ("cy", "zoo")):
        photo = Upload(draw_photo([who]))
        enrol(acting(services), gallery=gallery, source=photo, subject=NewPerson(who))
    with counted_statements(services.database) as sent:
        assert sorted(count_faces(acting(services))) == [1, 2]
    assert not [each for each in sent if "person" in each]


@pytest.mark.parametrize("name", ["club", "CLUB", "default", "Default"])
def test_a_name_in_use_stands_in_the_way(services: Services, name: str) -> None:
    create_gallery(acting(services), name="Club")
    create_gallery(acting(services), name="other")
    with pytest.raises(NameTaken):
        create_gallery(acting(services), name=name)
    with pytest.raises(NameTaken):
        change_gallery(acting(services), name="other", new_name=name)
    assert show_gallery(acting(services), name="other").name == "other"


@pytest.mark.parametrize("threshold", [1.1, -1.1, float("nan")])
def test_a_threshold_is_a_similarity(services: Services, threshold: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_gallery(acting(services), name="club", settings={"threshold": threshold})
    assert caught.value.field == "threshold"
    with pytest.raises(InvalidInput):
        change_gallery(acting(services), name="default", settings={"threshold": threshold})


def test_only_what_is_said_is_changed(services: Services) -> None:
    create_gallery(acting(services), name="club", settings={"threshold": 0.7})
    assert (
        change_gallery(
            acting(services), name="club", settings={"keep_photos": False}
        ).settings.threshold
        == 0.7
    )
    changed = change_gallery(
        acting(services), name="club", new_name="Club", settings={"threshold": 0.0}
    )
    assert (changed.name, changed.settings.threshold, changed.settings.keep_photos) == (
        "Club",
        0.0,
        False,
    )
    assert (
        change_gallery(
            acting(services), name="club", settings={"threshold": None}
        ).settings.threshold
        is None
    )
    with pytest.raises(InvalidInput):
        change_gallery(acting(services), name="club", new_name="a b")


def changes_on_record(services: Services) -> int:
    with services.database.read() as session:
        return len(session.scalars(select(EventRow).filter_by(kind="gallery_changed")).all())


def test_saving_what_is_so_already_changes_nothing(services: Services) -> None:
    made = create_gallery(acting(services), name="club", settings={"gate": "strict"})
    for settings in (None, {}, {"gate": "strict"}, made.settings.as_fields()):
        same = change_gallery(acting(services), name="club", new_name="club", settings=settings)
        assert same == made
    assert changes_on_record(services) == 0
    changed = change_gallery(acting(services), name="club", settings={"gate": "standard"})
    assert changed.updated_at > made.updated_at
    assert changes_on_record(services) == 1


def test_the_default_gallery_stays(services: Services) -> None:
    with pytest.raises(GalleryProtected):
        delete_gallery(acting(services), name="DEFAULT")
    with pytest.raises(GalleryProtected):
        change_gallery(acting(services), name="default", new_name="main")
    assert (
        change_gallery(
            acting(services), name="default", new_name="default", settings={"threshold": 0.5}
        ).settings.threshold
        == 0.5
    )


def test_a_gallery_goes_with_everything_in_it(services: Services) -> None:
    root = make_user(services).id
    create_gallery(acting(services), name="club")
    enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    kept = files_of(services)
    enrol(acting(services), gallery="club", source=Upload(ADA), subject=NewPerson("Ada"))
    hold_photo(acting(services, root), gallery="club", photo=Upload(ADA))
    identify(acting(services), gallery="club", photo=Upload(ADA))
    gone = delete_gallery(acting(services), name="club")
    assert (gone.name, gone.people, gone.faces) == ("club", 1, 1)
    assert files_of(services) == kept
    rows = rows_of(services)
    assert (rows["gallery"], rows["person"], rows["face"], rows["photo"]) == (1, 1, 1, 1)
    assert "probe" not in rows
    assert services.indexes.applied_revision(gone.id) is None
    with services.database.read() as session:
        [event] = session.scalars(select(EventRow).where(EventRow.kind == "gallery_removed"))
    assert event.facts == {"people": 1, "faces": 1, "files": 5}
    assert (
        identify(acting(services), gallery="default", photo=Upload(ADA)).answers[0].decision
        == "match"
    )


def test_a_gallery_made_anew_under_an_old_name_is_empty(services: Services) -> None:
    create_gallery(acting(services), name="club")
    enrol(acting(services), gallery="club", source=Upload(ADA), subject=NewPerson("Ada"))
    delete_gallery(acting(services), name="club")
    create_gallery(acting(services), name="club")
    assert (
        identify(acting(services), gallery="club", photo=Upload(ADA)).answers[0].decision
        == "unknown"
    )


@pytest.mark.parametrize("name", ["nowhere", "", "\x00", "\ud800", "a/b"])
def test_what_is_not_there_is_named(services: Services, name: str) -> None:
    for ask in (show_gallery, delete_gallery, change_gallery):
        with pytest.raises(GalleryNotFound):
            ask(acting(services), name=name)


def test_empty_galleries_follow_the_pack_and_others_do_not(services: Services) -> None:
    create_gallery(acting(services), name="club")
    enrol(acting(services), gallery="club", source=Upload(ADA), subject=NewPerson("Ada"))
    bind_galleries(acting(services), pack="new", contract_id="new-1")
    packs = {
        gallery.name: (gallery.pack, gallery.contract_id)
        for gallery in list_galleries(acting(services))
    }
    assert packs == {
        "default": ("new", "new-1"),
        "club": ("fake", services.engine.summary.contract_id),
    }


def test_names_come_in_the_order_of_the_galleries(services: Services) -> None:
    for name in ("zoo", "Attic", "Default-2"):
        create_gallery(acting(services), name=name)
    names = tuple(each.name for each in list_gallery_names(acting(services)))
    assert names == tuple(gallery.name for gallery in list_galleries(acting(services)))
    assert names == ("default", "Attic", "Default-2", "zoo")


def test_a_gallery_follows_a_contract_that_replaces_its_own(services: Services) -> None:
    summary = services.engine.summary
    enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NewPerson("Ada"),
    )
    bind_galleries(acting(services), pack="fake", contract_id="next")
    assert show_gallery(acting(services), name="default").contract_id == summary.contract_id
    bind_galleries(
        acting(services), pack="fake", contract_id="next", replaces=[summary.contract_id]
    )
    assert show_gallery(acting(services), name="default").contract_id == "next"
    assert show_gallery(acting(services), name="default").faces == 1


def test_another_version_of_the_same_pack_is_called_so(services: Services) -> None:
    enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NewPerson("Ada"),
    )
    later = replace(services.engine.summary, contract_id="next")
    with services.database.read() as session, pytest.raises(GalleryModelMismatch) as caught:
        require_contract(session, find_gallery(session, "default"), later)
    assert caught.value.key == "gallery_model_mismatch.version"


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("Rowing club", "rowing-club"),
        ("Schöne Grüße", "schone-grusse"),
        ("東京", "gallery"),
        ("a/b", "a-b"),
        ("x " * 99, ("x-" * 40)[:79]),
    ],
)
def test_a_gallery_may_be_called_anything(services: Services, called: str, name: str) -> None:
    made = create_gallery(acting(services), name=called)
    assert (made.name, made.title) == (name, called.strip())
    assert show_gallery(acting(services), name=name).settings.display_name == called.strip()


def test_galleries_whose_names_look_alike_in_addresses_get_their_own(services: Services) -> None:
    called = ("Rowing club", "Rowing-club!", "Rowing / club")
    names = [create_gallery(acting(services), name=each).name for each in called]
    assert names == ["rowing-club", "rowing-club-2", "rowing-club-3"]


def test_a_name_for_addresses_is_taken_as_it_is(services: Services) -> None:
    made = create_gallery(acting(services), name="club", settings={"display_name": "The Club"})
    assert (made.name, made.title) == ("club", "The Club")
    with pytest.raises(NameTaken):
        create_gallery(acting(services), name="club")
    plain = change_gallery(acting(services), name="club", settings={"display_name": " "})
    assert (plain.title, plain.settings.display_name) == ("club", "")


@pytest.mark.parametrize("called", ["", "   ", "a\nb", "x" * 201])
def test_what_nobody_could_read_is_no_name(services: Services, called: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_gallery(acting(services), name=called)
    assert caught.value.field == "name"


def test_a_name_on_pages_has_its_limits(services: Services) -> None:
    for text in ("x" * 201, "a\nb", "\x00"):
        with pytest.raises(InvalidInput) as caught:
            change_gallery(acting(services), name="default", settings={"display_name": text})
        assert caught.value.field == "display_name"


def test_there_is_no_other_setting(services: Services) -> None:
    with pytest.raises(InvalidInput) as caught:
        change_gallery(acting(services), name="default", settings={"id": "x"})
    assert caught.value.field == "id"


def test_two_galleries_are_not_shown_under_one_name(services: Services) -> None:
    create_gallery(acting(services), name="Rowing club")
    for again in ("rowing  CLUB", " Rowing club "):
        with pytest.raises(NameTaken):
            create_gallery(acting(services), name=again)
    create_gallery(acting(services), name="club")
    with pytest.raises(NameTaken):
        change_gallery(acting(services), name="club", settings={"display_name": "Rowing Club"})
    with pytest.raises(NameTaken):
        change_gallery(acting(services), name="club", settings={"display_name": "DEFAULT"})
    with pytest.raises(NameTaken):
        change_gallery(acting(services), name="rowing-club", settings={"display_name": "CLUB"})
    change_gallery(acting(services), name="rowing-club", settings={"display_name": "Rowers"})
    with pytest.raises(NameTaken):
        create_gallery(acting(services), name="rowers")
    with pytest.raises(NameTaken):
        change_gallery(acting(services), name="club", new_name="rowers")
    own = {"display_name": "Club", "keep_photos": False}
    assert change_gallery(acting(services), name="club", settings=own).title == "Club"
    assert change_gallery(acting(services), name="club", settings=own).title == "Club"


def test_spaces_around_a_name_are_none_of_it(services: Services) -> None:
    with pytest.raises(NameTaken):
        create_gallery(acting(services), name="Default ")
    assert create_gallery(acting(services), name=" club ").name == "club"
