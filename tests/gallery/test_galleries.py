from dataclasses import replace

import pytest
from sqlalchemy import select

from building import make_user
from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.errors import GalleryModelMismatch
from mien.errors import GalleryNotFound
from mien.errors import GalleryProtected
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.gallery.enrol import enrol
from mien.gallery.galleries import bind_galleries
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import list_galleries
from mien.gallery.galleries import list_gallery_names
from mien.gallery.galleries import require_contract
from mien.gallery.galleries import show_gallery
from mien.gallery.identify import identify
from mien.gallery.probes import hold_probe
from mien.gallery.tools import Tools
from mien.gallery.whom import NewPerson
from mien.storage.models import EventRow

ADA = draw_photo(["ada"])


def test_a_gallery_is_bound_to_the_pack_in_use(tools: Tools) -> None:
    made = create_gallery(tools, name="Club", threshold=0.7, keep_photos=False)
    assert (made.pack, made.contract_id) == ("fake", tools.engine.summary.contract_id)
    assert (made.threshold, made.keep_photos) == (0.7, False)
    assert (made.people, made.faces, made.revision) == (0, 0, 0)
    assert show_gallery(tools, name="CLUB") == made


def test_galleries_are_listed_with_the_default_one_first(tools: Tools) -> None:
    for name in ("zoo", "Alps", "club"):
        create_gallery(tools, name=name)
    enrol(tools, gallery="club", photo=ADA, whom=NewPerson("Ada"))
    found = list_galleries(tools)
    assert [gallery.name for gallery in found] == ["default", "Alps", "club", "zoo"]
    assert [(gallery.people, gallery.faces) for gallery in found] == [
        (0, 0),
        (0, 0),
        (1, 1),
        (0, 0),
    ]


@pytest.mark.parametrize("name", ["club", "CLUB", "default", "Default"])
def test_a_name_in_use_stands_in_the_way(tools: Tools, name: str) -> None:
    create_gallery(tools, name="Club")
    create_gallery(tools, name="other")
    with pytest.raises(NameTaken):
        create_gallery(tools, name=name)
    with pytest.raises(NameTaken):
        change_gallery(tools, name="other", new_name=name)
    assert show_gallery(tools, name="other").name == "other"


@pytest.mark.parametrize("threshold", [1.1, -1.1, float("nan")])
def test_a_threshold_is_a_similarity(tools: Tools, threshold: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_gallery(tools, name="club", threshold=threshold)
    assert caught.value.field == "threshold"
    with pytest.raises(InvalidInput):
        change_gallery(tools, name="default", threshold=threshold)


def test_only_what_is_said_is_changed(tools: Tools) -> None:
    create_gallery(tools, name="club", threshold=0.7)
    assert change_gallery(tools, name="club", keep_photos=False).threshold == 0.7
    changed = change_gallery(tools, name="club", new_name="Club", threshold=0.0)
    assert (changed.name, changed.threshold, changed.keep_photos) == ("Club", 0.0, False)
    assert change_gallery(tools, name="club", automatic_threshold=True).threshold is None
    with pytest.raises(InvalidInput):
        change_gallery(tools, name="club", new_name="a b")


def test_the_default_gallery_stays(tools: Tools) -> None:
    with pytest.raises(GalleryProtected):
        delete_gallery(tools, name="DEFAULT")
    with pytest.raises(GalleryProtected):
        change_gallery(tools, name="default", new_name="main")
    assert change_gallery(tools, name="default", new_name="default", threshold=0.5).threshold == 0.5


def test_a_gallery_goes_with_everything_in_it(tools: Tools) -> None:
    root = make_user(tools).id
    create_gallery(tools, name="club")
    enrol(tools, gallery="default", photo=ADA, whom=NewPerson("Ada"))
    kept = files_of(tools)
    enrol(tools, gallery="club", photo=ADA, whom=NewPerson("Ada"))
    hold_probe(tools, gallery="club", photo=ADA, user_id=root)
    identify(tools, gallery="club", photo=ADA)
    gone = delete_gallery(tools, name="club")
    assert (gone.name, gone.people, gone.faces) == ("club", 1, 1)
    assert files_of(tools) == kept
    rows = rows_of(tools)
    assert (rows["gallery"], rows["person"], rows["face"], rows["photo"]) == (1, 1, 1, 1)
    assert "probe" not in rows
    assert tools.indexes.held(gone.id) is None
    with tools.database.read() as session:
        [event] = session.scalars(select(EventRow).where(EventRow.kind == "gallery_removed"))
    assert event.facts == {"people": 1, "faces": 1, "files": 5}
    assert identify(tools, gallery="default", photo=ADA).answers[0].decision == "match"


def test_a_gallery_made_anew_under_an_old_name_is_empty(tools: Tools) -> None:
    create_gallery(tools, name="club")
    enrol(tools, gallery="club", photo=ADA, whom=NewPerson("Ada"))
    delete_gallery(tools, name="club")
    create_gallery(tools, name="club")
    assert identify(tools, gallery="club", photo=ADA).answers[0].decision == "unknown"


@pytest.mark.parametrize("name", ["nowhere", "", "\x00", "\ud800", "a/b"])
def test_what_is_not_there_is_named(tools: Tools, name: str) -> None:
    for ask in (show_gallery, delete_gallery, change_gallery):
        with pytest.raises(GalleryNotFound):
            ask(tools, name=name)


def test_empty_galleries_follow_the_pack_and_others_do_not(tools: Tools) -> None:
    create_gallery(tools, name="club")
    enrol(tools, gallery="club", photo=ADA, whom=NewPerson("Ada"))
    bind_galleries(tools, pack="new", contract_id="new-1")
    packs = {gallery.name: (gallery.pack, gallery.contract_id) for gallery in list_galleries(tools)}
    assert packs == {
        "default": ("new", "new-1"),
        "club": ("fake", tools.engine.summary.contract_id),
    }


def test_names_come_in_the_order_of_the_galleries(tools: Tools) -> None:
    for name in ("zoo", "Attic", "Default-2"):
        create_gallery(tools, name=name)
    names = list_gallery_names(tools)
    assert names == tuple(gallery.name for gallery in list_galleries(tools))
    assert names == ("default", "Attic", "Default-2", "zoo")


def test_a_gallery_follows_a_contract_that_replaces_its_own(tools: Tools) -> None:
    summary = tools.engine.summary
    enrol(tools, gallery="default", photo=draw_photo(["ada"]), whom=NewPerson("Ada"))
    bind_galleries(tools, pack="fake", contract_id="next")
    assert show_gallery(tools, name="default").contract_id == summary.contract_id
    bind_galleries(tools, pack="fake", contract_id="next", replaces=[summary.contract_id])
    assert show_gallery(tools, name="default").contract_id == "next"
    assert show_gallery(tools, name="default").faces == 1


def test_another_version_of_the_same_pack_is_called_so(tools: Tools) -> None:
    enrol(tools, gallery="default", photo=draw_photo(["ada"]), whom=NewPerson("Ada"))
    later = replace(tools.engine.summary, contract_id="next")
    with tools.database.read() as session, pytest.raises(GalleryModelMismatch) as caught:
        require_contract(find_gallery(session, "default"), later)
    assert "of another version" in caught.value.detail
    assert "models use" not in caught.value.detail
