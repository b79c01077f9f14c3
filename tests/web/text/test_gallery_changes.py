from dataclasses import replace
from pathlib import Path

from building import make_services
from mien.gallery.galleries import show_gallery
from mien.web.text.gallery_changes import changes


def test_each_changed_setting_is_told_with_what_it_was(tmp_path: Path) -> None:
    before = show_gallery(make_services(tmp_path), name="default")
    assert changes(before, before) == "Nothing was changed."
    by_hand = replace(before, threshold=0.6, gate="strict", keep_photos=not before.keep_photos)
    words = changes(before, by_hand)
    assert "Accepted error: a likeness of 0.60, before 1 in 1,000." in words
    assert "Gate: strict, before standard." in words
    assert "Original photos: not kept, before kept." in words
    assert "Accepted error: 1 in 100, before a likeness of 0.60." in changes(
        by_hand, replace(by_hand, threshold=None, accepted_fpir=0.01)
    )
    assert changes(before, replace(before, name="club", accepted_fmr=0.01)) == (
        "Saved. Name: club, before default. Comparing with one person: 1 in 100, before 1 in 1,000."
    )
