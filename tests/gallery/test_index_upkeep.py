"""Indexes are compared with the rows and made anew."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from building import acting
from building import make_user
from drawing import draw_photo
from mien.errors import NotPermitted
from mien.gallery import index_reading
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.index_origin import RowsOf
from mien.gallery.index_sync import Indexes
from mien.gallery.index_upkeep import check_indexes
from mien.gallery.index_upkeep import rebuild_indexes
from mien.gallery.index_upkeep import show_indexes
from mien.gallery.services import Services
from mien.index.int8.backend import Int8Backend
from mien.index.int8.index import Int8Index
from mien.index.int8.index import Upkeep
from mien.index.origin import UNASKED

AT_ONCE = Upkeep(kept_from=0, tail_rows=0, tail_share=0)


def process(services: Services, folder: Path) -> Services:
    backend = Int8Backend(folder, upkeep=AT_ONCE, origin=RowsOf(services.database))
    return dataclasses.replace(services, indexes=Indexes(backend, services.observer))


@pytest.fixture
def filled(services: Services, tmp_path: Path) -> Services:
    one = process(services, tmp_path)
    for name in ("ada", "bob", "cy"):
        photo = Upload(draw_photo([name]))
        enrol(acting(one), gallery="default", source=photo, subject=NewPerson(name))
    create_gallery(acting(one), name="empty")
    rebuild_indexes(acting(one))
    return one


def spoil(services: Services, folder: Path) -> None:
    """Another index than the rows make, at the revision of the rows."""
    [gallery_id] = Int8Backend(folder, origin=UNASKED).kept()
    opened = services.indexes._opened[gallery_id].index
    with opened.writing() as writer:
        [first] = opened._now.rows.base.keys.take(np.array([0]))  # type: ignore[attr-defined]
        writer.remove([first])
        writer.upsert(["x", "y"], ["p", "p"], np.eye(opened.dimension, dtype=np.float32)[:2])
        writer.commit(writer.applied_revision)


def test_what_is_kept_is_shown(filled: Services) -> None:
    found = show_indexes(acting(filled))
    assert [(each.gallery, each.faces, each.is_kept) for each in found] == [
        ("default", 3, True),
        ("empty", 0, False),
    ]
    assert len(show_indexes(acting(filled), gallery="empty")) == 1


def test_an_index_is_compared_and_mended(filled: Services, tmp_path: Path) -> None:
    assert all(each.agrees for each in check_indexes(acting(filled)))
    spoil(filled, tmp_path)
    [found, _] = check_indexes(acting(filled))
    assert (found.missing, found.surplus, found.agrees) == (1, 2, False)
    [found] = check_indexes(acting(filled), gallery="default", mend=True)
    assert (found.rebuilt, found.agrees, found.is_kept) == (True, True, True)
    [found] = check_indexes(acting(filled), gallery="default")
    assert (found.missing, found.surplus, found.rebuilt) == (0, 0, False)


def test_an_index_is_asked_about_many_faces_at_once(
    filled: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    held = Int8Index.held

    def counted(index: Int8Index, keys: Sequence[str]) -> set[str]:
        asked.append(len(keys))
        return held(index, keys)

    monkeypatch.setattr(Int8Index, "held", counted)
    monkeypatch.setattr(index_reading, "_BATCH", 2)
    [found] = check_indexes(acting(filled), gallery="default")
    assert (found.missing, found.surplus, asked) == (0, 0, [2, 1])


def test_only_the_operator_looks(filled: Services) -> None:
    user = make_user(filled)
    for verb in (show_indexes, check_indexes, rebuild_indexes):
        with pytest.raises(NotPermitted):
            verb(acting(filled, user))
