"""The settings of a gallery with a model that has been calibrated."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.app import create_app
from mien.gallery.analysis import Upload
from mien.gallery.embedding_again.embed_again import embed_again
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import show_gallery
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Gallery
from mien.runtime import Runtime
from mien.vision.fake import FakeEngine
from other_pack import OtherEngine
from other_pack import other_manifest
from visiting import Visitor
from visiting import says

PATH = "/galleries/default/settings"
AS_IT_IS = {
    "accepted_fpir": "0.001",
    "threshold": "",
    "accepted_fmr": "0.001",
    "gate": "standard",
    "keep_photos": "yes",
}


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(tmp_path, engine=FakeEngine(calibrated=True))
    yield made
    made.close()


@pytest.fixture
def admin(runtime: Runtime) -> Visitor:
    return Visitor(create_app(runtime), runtime).signed_in()


def default(browser: Visitor) -> Gallery:
    return show_gallery(acting(browser.runtime.services), name="default")


def rows(page: str) -> list[str]:
    """The steps to choose from, as they are read."""
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    return [says(row) for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)]


def checked(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)" checked', page)


def hidden_contract(page: str) -> str:
    [found] = re.findall(r'name="contract_id" value="([^"]+)"', page)
    return str(found)


def test_every_step_shows_the_similarity_that_it_needs_now(admin: Visitor) -> None:
    admin.enrol("ada")
    admin.enrol("bob")
    found = rows(admin.get(PATH))
    assert [row.split()[:3] for row in found[:5]] == [
        ["1", "in", odds] for odds in ("10", "100", "1,000", "10,000", "100,000")
    ]
    needed = [float(re.findall(r"0\.\d\d", row)[0]) for row in found[:5]]
    assert needed == sorted(set(needed))
    assert "current" in found[2]
    assert "Enter it below." in found[5]


@pytest.mark.thorough
def test_a_growing_gallery_needs_more_similarity(admin: Visitor) -> None:
    admin.enrol("ada")
    before = re.findall(r"0\.\d\d", rows(admin.get(PATH))[2])
    for name in ("bob", "cy", "dee", "eve", "flo", "gil", "hal"):
        admin.enrol(name)
    page = admin.get(PATH)
    assert re.findall(r"0\.\d\d", rows(page)[2]) > before
    assert "It rises as the gallery grows" in page


def test_what_a_step_would_have_done_is_counted(admin: Visitor) -> None:
    admin.enrol("ada")
    assert "No searches here yet." in admin.get(PATH)
    for people in (["ada"], ["cy"], ["ada", "cy"]):
        photo = draw_photo(people, variant=2, face_px=100)
        identify(acting(admin.runtime.services), gallery="default", photo=Upload(photo))
    page = admin.get(PATH)
    assert "how the last 4 searched faces would have been answered" in page
    assert "of 1 person here" in page
    assert re.search(r"current 0\.\d\d 2 0 2 0$", rows(page)[2])


def test_nothing_is_counted_of_people_who_are_not_there(admin: Visitor) -> None:
    page = admin.get(PATH)
    assert "Look alike" not in page
    assert 'scope="col">Match' not in page


def test_an_accepted_error_is_chosen_and_told_with_what_it_was(admin: Visitor) -> None:
    page = admin.get(PATH)
    assert checked(page, "accepted_fpir") == ["0.001"]
    assert admin.done(PATH, **{**AS_IT_IS, "accepted_fpir": "0.01"}) == PATH
    assert admin.told() == ["Saved. Accepted error: 1 in 100, before 1 in 1,000."]
    changed = default(admin)
    assert (changed.settings.accepted_fpir, changed.settings.threshold) == (0.01, None)
    assert checked(admin.get(PATH), "accepted_fpir") == ["0.01"]


def test_saving_what_holds_already_changes_nothing(admin: Visitor) -> None:
    before = default(admin)
    admin.done(PATH, **AS_IT_IS)
    assert admin.told() == ["Nothing was changed."]
    after = default(admin)
    assert (after.settings.accepted_fpir, after.settings.gate, after.settings.keep_photos) == (
        before.settings.accepted_fpir,
        before.settings.gate,
        before.settings.keep_photos,
    )


def test_a_similarity_by_hand_holds_until_an_error_is_accepted_again(admin: Visitor) -> None:
    admin.done(PATH, **{**AS_IT_IS, "accepted_fpir": "hand", "threshold": "0,61"})
    assert default(admin).settings.threshold == pytest.approx(0.61)
    page = admin.get(PATH)
    assert checked(page, "accepted_fpir") == ["hand"]
    assert 'value="0.61"' in page
    assert "current 0.61" in rows(page)[5]
    assert "current" not in " ".join(rows(page)[:5])
    # What was typed before does not matter once an error is chosen.
    admin.done(PATH, **{**AS_IT_IS, "threshold": "0.61"})
    assert default(admin).settings.threshold is None


def test_a_similarity_can_be_looked_at_without_saving(admin: Visitor) -> None:
    admin.enrol("ada")
    answer = admin.post(PATH, **{**AS_IT_IS, "threshold": "0.77", "look": ""})
    assert answer.status_code == 200
    assert "0.77" in rows(answer.text)[5]
    assert default(admin).settings.threshold is None


def test_the_page_names_the_range_that_it_takes(admin: Visitor) -> None:
    page = admin.get(PATH)
    assert "A number from \N{MINUS SIGN}1 to 1, usually near 0.50 for this model." in page
    admin.done(PATH, **{**AS_IT_IS, "accepted_fpir": "hand", "threshold": "\N{MINUS SIGN}1"})
    assert default(admin).settings.threshold == -1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"accepted_fpir": "hand"}, "Type a number such as 0.45, or choose an accepted error."),
        ({"accepted_fpir": "hand", "threshold": "much"}, "Type a number such as 0.45."),
        (
            {"accepted_fpir": "hand", "threshold": "2"},
            "A similarity is a number from \N{MINUS SIGN}1 to 1.",
        ),
        (
            {"accepted_fpir": "hand", "threshold": "nan"},
            "A similarity is a number from \N{MINUS SIGN}1 to 1.",
        ),
        ({"threshold": "much", "look": ""}, "Type a number such as 0.45."),
        ({"threshold": "2", "look": ""}, "A similarity is a number from \N{MINUS SIGN}1 to 1."),
        ({"accepted_fpir": "often"}, "Choose one of these."),
        ({"accepted_fpir": "0.9"}, "An accepted rate must be"),
        ({"accepted_fpir": "nan"}, "An accepted rate must be"),
        ({"accepted_fmr": "never"}, "Choose one of these."),
        ({"accepted_fmr": "0"}, "An accepted rate must be"),
        ({"gate": "ajar"}, "The gate must be one of off, standard, strict."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    admin: Visitor, fields: dict[str, Any], words: str
) -> None:
    page = admin.refused(PATH, **{**AS_IT_IS, **fields})
    assert "error-summary" in page
    assert words in page
    now = default(admin)
    assert (now.settings.accepted_fpir, now.settings.threshold, now.settings.gate) == (
        0.001,
        None,
        "standard",
    )


def test_the_gate_and_the_error_of_comparing_are_set(admin: Visitor) -> None:
    page = admin.get(PATH)
    assert checked(page, "gate") == ["standard"]
    assert '<option value="0.001" selected>' in page
    admin.done(PATH, **{**AS_IT_IS, "gate": "strict", "accepted_fmr": "0.0001"})
    assert admin.told() == [
        (
            "Saved. Comparing with one person: 1 in 10,000, before 1 in 1,000. "
            "Gate: strict, before standard."
        )
    ]
    changed = default(admin)
    assert (changed.settings.gate, changed.settings.accepted_fmr) == ("strict", 0.0001)


def test_an_error_set_elsewhere_is_among_the_choices(admin: Visitor) -> None:
    change_gallery(
        acting(admin.runtime.services),
        name="default",
        settings={"accepted_fpir": 0.003, "accepted_fmr": 0.002},
    )
    page = admin.get(PATH)
    assert checked(page, "accepted_fpir") == ["0.003"]
    assert "1 in 330 current" in rows(page)[2]
    assert '<option value="0.002" selected>' in page
    admin.done(PATH, **{**AS_IT_IS, "accepted_fpir": "0.003", "accepted_fmr": "0.002"})
    assert admin.told() == ["Nothing was changed."]


def test_the_list_and_the_new_page_name_what_is_accepted(admin: Visitor) -> None:
    assert "About 1 in 1,000 strangers may be named by mistake" in says(admin.get("/galleries"))
    assert "About 1 in 1,000 strangers may be named by mistake" in says(admin.get("/galleries/new"))
    change_gallery(acting(admin.runtime.services), name="default", settings={"threshold": 0.6})
    assert "Accepts" not in says(admin.get("/galleries"))


def test_a_gallery_of_another_model_says_so(tmp_path: Path, admin: Visitor) -> None:
    admin.enrol("ada")
    admin.runtime.close()
    made = make_runtime(tmp_path, engine=FakeEngine(dimension=32, calibrated=True))
    visitor = Visitor(create_app(made), made)
    other = visitor.signed_in("Other")
    assert "This gallery was made with the model fake, but fake is running" in other.get(PATH)
    made.close()


def test_a_similarity_chosen_before_the_pack_was_changed_is_set_anew(
    tmp_path: Path, admin: Visitor
) -> None:
    opened = hidden_contract(admin.get(PATH))
    assert opened == default(admin).contract_id
    embed_again(acting(admin.runtime.services), manifest=other_manifest(), engine=OtherEngine())
    typed: dict[str, Any] = {**AS_IT_IS, "accepted_fpir": "hand", "threshold": "0.11"}
    typed["contract_id"] = opened
    former = admin.post(PATH, **typed)
    assert former.status_code == 503
    with closing(make_runtime(tmp_path, engine=OtherEngine(calibrated=True))) as made:
        other = Visitor(create_app(made), made).signed_in("Other")
        page = other.refused(PATH, **typed)
        assert 'id="field-threshold-error"' in page
        assert 'value="0.11"' not in page
        assert default(other).settings.threshold is None
        anew = {**typed, "threshold": "0.6", "contract_id": hidden_contract(page)}
        assert other.done(PATH, **anew) == PATH
        assert default(other).settings.threshold == pytest.approx(0.6)
        # Nothing of a similarity is in this one.
        other.done(PATH, **{**anew, "contract_id": opened, "gate": "strict"})
        assert default(other).settings.gate == "strict"


def test_a_model_that_nobody_measured_takes_a_similarity_by_hand(tmp_path: Path) -> None:
    made = make_runtime(tmp_path)
    admin = Visitor(create_app(made), made).signed_in()
    page = admin.get(PATH)
    assert "Nobody has measured how often this model mistakes strangers for each other" in page
    assert "Leave empty for 0.50, which is recommended for this model." in page
    assert "accepted_fpir" not in page
    made.close()
