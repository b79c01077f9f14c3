import dataclasses
import threading

import pytest
from sqlalchemy import select

from drawing import draw_photo
from mien.errors import Conflict
from mien.errors import PackNotFound
from mien.errors import PackUnavailable
from mien.gallery.enrol import enrol
from mien.gallery.galleries import list_galleries
from mien.gallery.packs import current_pack
from mien.gallery.packs import ensure_pack
from mien.gallery.packs import use_pack
from mien.gallery.tools import Tools
from mien.gallery.whom import NewPerson
from mien.packs.catalog import builtin
from mien.packs.choose import Choice
from mien.packs.choose import PassedOver
from mien.packs.manifest import InstalledPack
from mien.packs.progress import Progress
from mien.packs.progress import silent
from mien.storage.models import EventRow


class FakePacks:
    """Built-in packs whose files are always there, but for those that are not to be had."""

    def __init__(self, first: str, *, lacking: tuple[str, ...] = ()) -> None:
        self.first = first
        self.lacking = lacking
        self.both_chosen: threading.Barrier | None = None

    def install(self, name: str, *, progress: Progress = silent) -> InstalledPack:
        if name in self.lacking:
            raise PackUnavailable("No source has it.")
        return InstalledPack(manifest=builtin(name), paths={})

    def choose_first(self, *, progress: Progress = silent) -> Choice:
        if self.both_chosen is not None:
            self.both_chosen.wait(timeout=10)
        passed_over = (PassedOver("compact", "pack_unavailable", "why"),)
        return Choice(self.install(self.first), passed_over=passed_over)


def with_packs(tools: Tools, packs: FakePacks) -> Tools:
    return dataclasses.replace(tools, packs=packs)  # type: ignore[arg-type]  # a fake


def contracts(tools: Tools) -> set[tuple[str, str]]:
    return {(gallery.pack, gallery.contract_id) for gallery in list_galleries(tools)}


def test_the_first_choice_is_kept_and_says_what_was_passed_over(tools: Tools) -> None:
    assert current_pack(tools.database) is None
    mine = with_packs(tools, FakePacks("mobile"))
    first = ensure_pack(mine)
    assert (first.manifest.name, first.first_time) == ("mobile", True)
    assert [each.pack for each in first.passed_over] == ["compact"]
    assert current_pack(tools.database) == "mobile"
    assert contracts(tools) == {("mobile", builtin("mobile").contract_id)}


def test_afterwards_the_databases_choice_holds_whatever_a_node_would_choose(tools: Tools) -> None:
    ensure_pack(with_packs(tools, FakePacks("mobile")))
    again = ensure_pack(with_packs(tools, FakePacks("classic")))
    assert (again.manifest.name, again.first_time, again.passed_over) == ("mobile", False, ())
    with pytest.raises(PackUnavailable):
        ensure_pack(with_packs(tools, FakePacks("classic", lacking=("mobile",))))
    assert current_pack(tools.database) == "mobile"


def test_of_two_that_choose_at_once_one_choice_holds_for_both(tools: Tools) -> None:
    both_chosen = threading.Barrier(2)
    names: list[str] = []

    def start(first: str) -> None:
        packs = FakePacks(first)
        packs.both_chosen = both_chosen
        names.append(ensure_pack(with_packs(tools, packs)).manifest.name)

    threads = [threading.Thread(target=start, args=(name,)) for name in ("mobile", "classic")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == [current_pack(tools.database)] * 2
    with tools.database.read() as session:
        events = session.scalars(select(EventRow.kind)).all()
    assert events == ["pack_chosen"]


def test_nothing_is_kept_when_no_pack_can_be_had(tools: Tools) -> None:
    with pytest.raises(PackUnavailable):
        ensure_pack(with_packs(tools, FakePacks("mobile", lacking=("mobile",))))
    assert current_pack(tools.database) is None


def test_empty_galleries_follow_to_another_pack(tools: Tools) -> None:
    mine = with_packs(tools, FakePacks("mobile"))
    ensure_pack(mine)
    assert use_pack(mine, name="classic").manifest.name == "classic"
    assert current_pack(tools.database) == "classic"
    assert contracts(tools) == {("classic", builtin("classic").contract_id)}


def test_a_gallery_with_faces_of_another_model_stands_in_the_way(tools: Tools) -> None:
    enrol(tools, gallery="default", photo=draw_photo(["ada"]), whom=NewPerson("Ada"))
    with pytest.raises(Conflict, match="default") as caught:
        use_pack(with_packs(tools, FakePacks("mobile")), name="mobile")
    assert caught.value.extra["galleries"] == ["default"]
    assert current_pack(tools.database) is None
    assert {pack for pack, _ in contracts(tools)} == {"fake"}


def test_a_pack_that_is_not_there_changes_nothing(tools: Tools) -> None:
    ensure_pack(with_packs(tools, FakePacks("mobile")))
    with pytest.raises(PackNotFound):
        use_pack(tools, name="nothing")
    assert current_pack(tools.database) == "mobile"
