from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from building import acting
from building import make_services
from mien.gallery.galleries import show_gallery
from mien.gallery.results import Gallery
from mien.gallery.settings import GallerySettings
from mien.web.text.gallery_changes import changes


def with_settings(gallery: Gallery, **changes: object) -> Gallery:
    return replace(gallery, settings=gallery.settings.changed(changes))


def test_each_changed_setting_is_told_with_what_it_was(tmp_path: Path) -> None:
    before = show_gallery(acting(make_services(tmp_path)), name="default")
    assert changes(before, before) == "Nothing was changed."
    by_hand = with_settings(
        before, threshold=0.6, gate="strict", keep_photos=not before.settings.keep_photos
    )
    words = changes(before, by_hand)
    assert "Accepted error: a similarity of 0.60, before 1 in 1,000." in words
    assert "Gate: strict, before standard." in words
    assert "Original photos: not kept, before kept." in words
    assert "Accepted error: 1 in 100, before a similarity of 0.60." in changes(
        by_hand, with_settings(by_hand, threshold=None, accepted_fpir=0.01)
    )
    assert changes(before, replace(with_settings(before, accepted_fmr=0.01), name="club")) == (
        "Saved. Name: club, before default. Name in addresses: club, before default. "
        "Comparing with one person: 1 in 100, before 1 in 1,000."
    )


OTHER: dict[str, Any] = {
    "threshold": 0.6,
    "accepted_fpir": 0.01,
    "accepted_fmr": 0.01,
    "gate": "strict",
    "keep_photos": False,
    "display_name": "Chess club",
    "keep_unknown_days": 30,
}


class Wider(GallerySettings):
    """Settings with one more, for which nothing has been written."""

    most_faces: int | None = None


@pytest.mark.parametrize("field", GallerySettings.model_fields)
@pytest.mark.parametrize("threshold", [None, 0.5])
def test_no_changed_setting_is_passed_over(
    tmp_path: Path, field: str, threshold: float | None
) -> None:
    shown = show_gallery(acting(make_services(tmp_path)), name="default")
    before = with_settings(shown, threshold=threshold)
    after = with_settings(before, **{field: OTHER[field]})
    assert changes(before, after).startswith("Saved. ")
    assert changes(before, after).count(", before ") == 1


def test_every_setting_changed_at_once_is_told(tmp_path: Path) -> None:
    before = show_gallery(acting(make_services(tmp_path)), name="default")
    told = changes(before, with_settings(before, **OTHER))
    assert told.count(", before ") == len(GallerySettings.model_fields)


def test_a_change_that_the_usual_words_round_away_is_told(tmp_path: Path) -> None:
    shown = show_gallery(acting(make_services(tmp_path)), name="default")
    before = with_settings(shown, threshold=0.6)
    assert changes(before, with_settings(before, threshold=0.601)) == (
        "Saved. Threshold: 0.601, before 0.6."
    )
    assert changes(before, with_settings(before, display_name="default")) == (
        "Saved. Display name: default, before empty."
    )


def test_a_setting_without_words_of_its_own_is_told_plainly(tmp_path: Path) -> None:
    shown = show_gallery(acting(make_services(tmp_path)), name="default")
    before = replace(shown, settings=Wider())
    assert changes(before, replace(shown, settings=Wider(most_faces=5))) == (
        "Saved. Most faces: 5, before not set."
    )
