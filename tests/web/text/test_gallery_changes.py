from dataclasses import replace
from pathlib import Path

from building import acting
from building import make_services
from mien.gallery.galleries import show_gallery
from mien.gallery.results import Gallery
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
