import dataclasses
import threading

import numpy as np
import pytest
from sqlalchemy import select

from building import acting
from building import make_user
from drawing import draw_photo
from looking import files_of
from mien.errors import AlreadyRunning
from mien.errors import Conflict
from mien.errors import GalleryModelMismatch
from mien.errors import PackChanged
from mien.errors import PackNotFound
from mien.errors import PackUnavailable
from mien.gallery.analysis import Upload
from mien.gallery.bind_galleries import lock_others
from mien.gallery.chosen_pack import EMBEDDING_AGAIN
from mien.gallery.chosen_pack import set_chosen
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import list_galleries
from mien.gallery.held_photos import hold_photo
from mien.gallery.pack_in_use import current_pack
from mien.gallery.pack_in_use import ensure_pack
from mien.gallery.pack_in_use import use_pack
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.packs.catalog import builtin
from mien.packs.choose import PackChoice
from mien.packs.choose import PassedOver
from mien.packs.manifest import InstalledPack
from mien.progress import OnProgress
from mien.progress import silent
from mien.storage.alone import alone
from mien.storage.models import ErasureRow
from mien.storage.models import EventRow
from mien.storage.models import GalleryRow
from mien.storage.models import ProbeRow
from mien.storage.models import StagedEmbeddingRow

ONES = np.ones(4, np.float32)


class FakePacks:
    """Built-in packs whose files are always there, but for those that are not to be had."""

    def __init__(self, first: str, *, lacking: tuple[str, ...] = ()) -> None:
        self.first = first
        self.lacking = lacking
        self.both_chosen: threading.Barrier | None = None

    def install(self, name: str, *, progress: OnProgress = silent) -> InstalledPack:
        if name in self.lacking:
            raise PackUnavailable("no_source")
        return InstalledPack(manifest=builtin(name), paths={})

    def choose_first(self, *, progress: OnProgress = silent) -> PackChoice:
        if self.both_chosen is not None:
            self.both_chosen.wait(timeout=10)
        passed_over = (PassedOver("compact", PackUnavailable("no_source")),)
        return PackChoice(self.install(self.first), passed_over=passed_over)


def with_packs(services: Services, packs: FakePacks) -> Services:
    return dataclasses.replace(services, packs=packs)  # type: ignore[arg-type]  # a fake


def contracts(services: Services) -> set[tuple[str, str]]:
    return {(gallery.pack, gallery.contract_id) for gallery in list_galleries(acting(services))}


def test_the_first_choice_is_kept_and_says_what_was_passed_over(services: Services) -> None:
    assert current_pack(services.database) is None
    mine = with_packs(services, FakePacks("mobile"))
    first = ensure_pack(acting(mine))
    assert (first.manifest.name, first.first_time) == ("mobile", True)
    assert [each.pack for each in first.passed_over] == ["compact"]
    assert current_pack(services.database) == "mobile"
    assert contracts(services) == {("mobile", builtin("mobile").contract_id)}


def test_afterwards_the_databases_choice_holds_whatever_a_node_would_choose(
    services: Services,
) -> None:
    ensure_pack(acting(with_packs(services, FakePacks("mobile"))))
    again = ensure_pack(acting(with_packs(services, FakePacks("classic"))))
    assert (again.manifest.name, again.first_time, again.passed_over) == ("mobile", False, ())
    with pytest.raises(PackUnavailable):
        ensure_pack(acting(with_packs(services, FakePacks("classic", lacking=("mobile",)))))
    assert current_pack(services.database) == "mobile"


def test_of_two_that_choose_at_once_one_choice_holds_for_both(services: Services) -> None:
    both_chosen = threading.Barrier(2)
    names: list[str] = []

    def start(first: str) -> None:
        packs = FakePacks(first)
        packs.both_chosen = both_chosen
        names.append(ensure_pack(acting(with_packs(services, packs))).manifest.name)

    threads = [threading.Thread(target=start, args=(name,)) for name in ("mobile", "classic")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == [current_pack(services.database)] * 2
    with services.database.read() as session:
        events = session.scalars(select(EventRow.kind)).all()
    assert events.count("pack_chosen") == 1


def test_nothing_is_kept_when_no_pack_can_be_had(services: Services) -> None:
    with pytest.raises(PackUnavailable):
        ensure_pack(acting(with_packs(services, FakePacks("mobile", lacking=("mobile",)))))
    assert current_pack(services.database) is None


def test_empty_galleries_follow_to_another_pack(services: Services) -> None:
    mine = with_packs(services, FakePacks("mobile"))
    ensure_pack(acting(mine))
    assert use_pack(acting(mine), name="classic").manifest.name == "classic"
    assert current_pack(services.database) == "classic"
    assert contracts(services) == {("classic", builtin("classic").contract_id)}


def test_a_gallery_with_faces_of_another_model_stands_in_the_way(services: Services) -> None:
    enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NewPerson("Ada"),
    )
    with pytest.raises(Conflict, match="other_model") as caught:
        use_pack(acting(with_packs(services, FakePacks("mobile"))), name="mobile")
    assert caught.value.extra["galleries"] == ["default"]
    assert current_pack(services.database) is None
    assert {pack for pack, _ in contracts(services)} == {"fake"}


def test_a_pack_that_is_not_there_changes_nothing(services: Services) -> None:
    ensure_pack(acting(with_packs(services, FakePacks("mobile"))))
    with pytest.raises(PackNotFound):
        use_pack(acting(services), name="nothing")
    assert current_pack(services.database) == "mobile"


def test_a_process_of_the_former_pack_says_so_and_makes_no_gallery(services: Services) -> None:
    mine = with_packs(services, FakePacks("mobile"))
    use_pack(acting(mine), name="mobile")
    with pytest.raises(PackChanged) as caught:
        create_gallery(acting(services), name="club")
    assert caught.value.words == {"pack": "mobile", "engine_pack": "fake"}
    with pytest.raises(PackChanged):
        identify(acting(services), gallery="default", photo=Upload(draw_photo(["ada"])))


def test_a_process_of_the_former_pack_sets_no_threshold_of_its_scale(either: Services) -> None:
    change_gallery(acting(either), name="default", settings={"threshold": 0.8})
    use_pack(acting(with_packs(either, FakePacks("mobile"))), name="mobile")
    with pytest.raises(PackChanged):
        change_gallery(acting(either), name="default", settings={"threshold": 0.11})
    settings = {"threshold": None, "gate": "strict"}
    changed = change_gallery(acting(either), name="default", settings=settings)
    assert (changed.settings.threshold, changed.settings.gate) == (None, "strict")


def test_a_threshold_chosen_for_another_pack_is_not_set(services: Services) -> None:
    before = change_gallery(acting(services), name="default", settings={"threshold": 0.8})
    for threshold in (0.7, None):
        with pytest.raises(GalleryModelMismatch) as caught:
            change_gallery(
                acting(services),
                name="default",
                settings={"threshold": threshold, "gate": "strict"},
                chosen_for="another-64-1",
            )
        assert caught.value.key == "gallery_model_mismatch.threshold"
    assert list_galleries(acting(services)) == (before,)
    # What stays is not set.
    kept = change_gallery(
        acting(services),
        name="default",
        settings={"threshold": 0.8, "gate": "strict"},
        chosen_for="another-64-1",
    )
    assert kept.settings.gate == "strict"


def test_a_gallery_left_at_another_model_gets_no_threshold(services: Services) -> None:
    with services.database.write() as session:
        session.scalars(select(GalleryRow)).one().contract_id = "another-64-1"
    with pytest.raises(GalleryModelMismatch):
        change_gallery(acting(services), name="default", settings={"threshold": 0.11})
    changed = change_gallery(acting(services), name="default", settings={"keep_photos": False})
    assert not changed.settings.keep_photos


def test_a_threshold_waits_for_a_change_of_pack_that_is_under_way(either: Services) -> None:
    refused: list[Exception] = []

    def set_threshold() -> None:
        try:
            change_gallery(acting(either), name="default", settings={"threshold": 0.11})
        except PackChanged as error:
            refused.append(error)

    waiting = threading.Thread(target=set_threshold)
    with either.database.write() as session:
        set_chosen(session, "mobile")
        [row] = lock_others(session, "another-64-1")
        row.contract_id, row.threshold = "another-64-1", None
        session.flush()
        waiting.start()
        waiting.join(timeout=0.5)
        assert waiting.is_alive()
    waiting.join(timeout=10)
    assert len(refused) == 1
    [left] = list_galleries(acting(either))
    assert left.settings.threshold is None


def test_what_was_compared_in_an_empty_gallery_goes_with_its_model(services: Services) -> None:
    root = make_user(services)
    held = hold_photo(acting(services, root), gallery="default", photo=Upload(draw_photo(["ada"])))
    change_gallery(acting(services), name="default", settings={"threshold": 0.8})
    assert files_of(services)
    use_pack(acting(with_packs(services, FakePacks("mobile"))), name="mobile")
    with services.database.read() as session:
        assert session.get(ProbeRow, held.id) is None
        assert session.scalars(select(GalleryRow.threshold)).one() is None
        assert session.scalars(select(ErasureRow)).all() == []
    assert files_of(services) == set()


def test_giving_up_a_change_of_pack_deletes_what_was_staged(services: Services) -> None:
    made = enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NewPerson("Ada"),
    )
    summary = services.engine.summary

    class Own(FakePacks):
        def install(self, name: str, *, progress: OnProgress = silent) -> InstalledPack:
            spec = builtin(name).recognizers[0]
            spec = spec.model_copy(update={"replaces": (summary.contract_id,)})
            manifest = builtin(name).model_copy(update={"recognizers": (spec,)})
            return InstalledPack(manifest=manifest, paths={})

    def stage() -> None:
        with services.database.write() as session:
            row = StagedEmbeddingRow(face_id=made.face.id, contract_id="next", embedding=ONES)
            session.add(row)

    def staged() -> int:
        with services.database.read() as session:
            return len(session.scalars(select(StagedEmbeddingRow)).all())

    stage()
    with pytest.raises(Conflict):
        use_pack(acting(with_packs(services, FakePacks("mobile"))), name="mobile")
    assert staged() == 1
    use_pack(acting(with_packs(services, Own("mobile"))), name="mobile")
    assert staged() == 0


def test_the_pack_in_use_can_be_named_again_while_a_gallery_stays_with_another(
    services: Services,
) -> None:
    made = enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NewPerson("Ada"),
    )
    with services.database.write() as session:
        set_chosen(session, "mobile")
        session.add(StagedEmbeddingRow(face_id=made.face.id, contract_id="other", embedding=ONES))
    used = use_pack(acting(with_packs(services, FakePacks("mobile"))), name="mobile")
    assert (used.manifest.name, used.left) == ("mobile", ("default",))
    with services.database.read() as session:
        assert session.scalars(select(StagedEmbeddingRow)).all() == []


def test_nobody_chooses_a_pack_while_photos_are_embedded_again(services: Services) -> None:
    mine = with_packs(services, FakePacks("mobile"))
    with alone(services.database, EMBEDDING_AGAIN) as is_mine:
        assert is_mine
        with pytest.raises(AlreadyRunning):
            use_pack(acting(mine), name="mobile")
    assert current_pack(services.database) is None
