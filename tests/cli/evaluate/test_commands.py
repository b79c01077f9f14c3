"""`mien evaluate`."""

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from commanding import Mien
from drawing import draw_photo
from labelled import draw_people
from labelled import write
from mien.cli.evaluate import workbench as evaluating
from mien.evaluation import acquire
from mien.evaluation import cache as kept
from mien.evaluation.cache import save_cache
from mien.evaluation.report import ask

pytestmark = pytest.mark.thorough

PEOPLE = {"Ada": 3, "Bob": 3, "Cy_D": 2, "Di": 1, "Eve": 1, "Fay": 1}
# Two folds of two pairs of each kind.
PAIRS = """2\t2
Ada\t1\t2
Ada\t2\t3
Ada\t1\tBob\t1
Bob\t2\tDi\t1
Bob\t1\t3
Cy_D\t1\t2
Cy_D\t1\tEve\t1
Eve\t1\tFay\t1
"""


@pytest.fixture
def album(tmp_path: Path) -> Path:
    return draw_people(tmp_path / "set" / "images", PEOPLE)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return write(tmp_path / "pairs.txt", PAIRS.encode())


def answer(mien: Mien, *arguments: object) -> dict[str, Any]:
    done = mien("evaluate", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def complaint(mien: Mien, *arguments: object) -> str:
    done = mien("evaluate", *arguments)
    assert done.exit_code == 1
    assert done.stdout == ""
    return str(done.stderr)


def test_drawn_pairs_are_all_told_apart(mien: Mien, album: Path, listed: Path) -> None:
    told = answer(mien, "pairs", album.parent, listed)
    assert told["accuracy"] == {"mean": 1.0, "standard_error": 0.0}
    assert told["tar_at_far"] == {"1e-2": 1.0, "1e-3": 1.0, "1e-4": 1.0}
    assert (told["eer"], told["auc"]) == (0.0, 1.0)
    assert told["not_acquired"] == []
    assert (told["pairs"], told["folds"], told["photos"], told["people"]) == (8, 2, 11, 6)
    assert told["pack"] == "fake"
    assert told["contract_id"]
    at = told["at_gallery_settings"]
    assert at["threshold"] == 0.5
    assert (at["fmr"]["rate"], at["fmr"]["of"]) == (0.0, 4)
    assert at["fnmr"]["interval"] == pytest.approx([0.0, 0.602364], abs=1e-6)


def test_four_impostors_do_not_pretend_to_show_one_in_a_hundred(
    mien: Mien, album: Path, listed: Path
) -> None:
    told = answer(mien, "pairs", album, listed)
    assert told["only_bounds"] == ["1e-2", "1e-3", "1e-4"]
    assert all(low == 0 and high == 1 for low, high in told["tar_at_far_interval"].values())
    done = mien("evaluate", "pairs", album, listed)
    assert "TAR at FAR 1 in 1,000\tat most 100.00 %" in done.stdout


def test_a_photo_without_a_face_is_named_and_its_pairs_count_as_different(
    mien: Mien, album: Path, listed: Path
) -> None:
    write(album / "Ada" / "Ada_0002.png", draw_photo([]))
    write(album / "Eve" / "Eve_0001.png", b"no picture")
    told = answer(mien, "pairs", album, listed)
    assert told["not_acquired"] == ["Ada/Ada_0002.png", "Eve/Eve_0001.png"]
    assert told["not_acquired_reasons"] == {
        "Ada/Ada_0002.png": "no_face_found",
        "Eve/Eve_0001.png": "unsupported_image",
    }
    assert told["at_gallery_settings"]["fnmr"]["count"] == 2
    assert told["at_gallery_settings"]["fmr"]["count"] == 0
    done = mien("evaluate", "pairs", album, listed)
    assert "Ada/Ada_0002.png: not used (no_face_found)" in done.stderr


def test_photos_that_are_not_there_stop_before_any_is_looked_at(
    mien: Mien, album: Path, listed: Path
) -> None:
    (album / "Di" / "Di_0001.png").unlink()
    assert "1 of the 11 photos listed are not in" in complaint(mien, "pairs", album, listed)


def test_a_wrong_list_is_refused_with_its_line(mien: Mien, album: Path, tmp_path: Path) -> None:
    listed = write(tmp_path / "p.txt", b"1\nAda\t1\t2\nAda\t1\t../Bob\t1\n")
    assert "line 3" in complaint(mien, "pairs", album, listed)


def test_the_face_in_the_middle_is_meant_unless_told_otherwise(mien: Mien, tmp_path: Path) -> None:
    folder = draw_people(tmp_path / "set", {"Ada": 1, "Bob": 1})
    write(folder / "Ada" / "Ada_0002.png", draw_photo(["Zoe", "Ada", "Zoe"], variant=3))
    listed = write(tmp_path / "p.txt", b"1\nAda\t1\t2\nAda\t1\tBob\t1\n")
    assert answer(mien, "pairs", folder, listed)["at_gallery_settings"]["fnmr"]["count"] == 0
    largest = answer(mien, "pairs", folder, listed, "--face", "largest")
    assert largest["face"] == "largest"


def test_strangers_are_unknown_and_enrolled_people_are_found(mien: Mien, album: Path) -> None:
    told = answer(mien, "identify", album, "--enrolled", "all")
    assert (told["enrolled"], told["faces"], told["probes"], told["strangers"]) == (3, 3, 5, 3)
    assert told["fnir_at_fpir"] == {"1e-1": 0.0, "1e-2": 0.0, "1e-3": 0.0}
    assert told["only_bounds"] == ["1e-1", "1e-2", "1e-3"]
    assert told["rank_1"] == 1.0
    assert told["decisions"] == {
        "match_right": 5,
        "match_wrong": 0,
        "ambiguous": 0,
        "unknown_right": 3,
        "unknown_wrong": 0,
    }
    assert told["at_gallery_settings"]["measured_fpir"]["count"] == 0
    assert told["not_acquired"] == []
    assert told["seed"] == 0


def test_a_person_under_two_names_is_a_stranger_with_a_name(mien: Mien, album: Path) -> None:
    write(album / "Gus" / "1.png", draw_photo(["Ada"], variant=9))
    told = answer(mien, "identify", album, "--enrolled", "all")
    assert told["decisions"]["match_wrong"] == 1
    assert told["decisions_split"]["match_wrong_stranger"] == 1
    assert told["at_gallery_settings"]["measured_fpir"]["count"] == 1


def test_folders_that_are_one_person_are_no_strangers_to_each_other(
    mien: Mien, album: Path, tmp_path: Path
) -> None:
    write(album / "Gus" / "1.png", draw_photo(["Ada"], variant=9))
    listed = write(tmp_path / "one.txt", b"Ada\tGus\n")
    told = answer(mien, "identify", album, "--enrolled", "all", "--one-person", listed)
    assert told["decisions"]["match_wrong"] == 0
    wrong = write(tmp_path / "one.txt", b"Ada\n")
    assert "line 1 names only one folder" in complaint(
        mien, "identify", album, "--one-person", wrong
    )


def test_photos_without_a_face_are_searches_that_find_nobody(mien: Mien, album: Path) -> None:
    for path in album.glob("*/*.png"):
        if path.parent.name in {"Cy_D", "Di"}:
            path.write_bytes(draw_photo([]))
    told = answer(mien, "identify", album, "--enrolled", "all")
    assert told["not_acquired"] == ["Cy_D/Cy_D_0001.png", "Cy_D/Cy_D_0002.png", "Di/Di_0001.png"]
    assert (told["enrolled"], told["probes"], told["strangers"]) == (2, 5, 3)
    assert told["fnir_at_fpir"]["1e-1"] == pytest.approx(0.2)
    assert told["at_gallery_settings"]["measured_fpir"]["of"] == 2


def test_another_seed_enrols_others(mien: Mien, album: Path) -> None:
    sizes = {
        (told["probes"], told["strangers"])
        for seed in range(6)
        for told in [answer(mien, "identify", album, "--enrolled", "1", "--seed", seed)]
    }
    assert len(sizes) > 1


def test_a_split_that_is_impossible_is_refused(mien: Mien, album: Path) -> None:
    assert "leaves nobody as a stranger" in complaint(mien, "identify", album, "--enrolled", "6")
    assert "“half” or “all”" in complaint(mien, "identify", album, "--enrolled", "most")
    assert "enrol fewer of each person" in complaint(mien, "identify", album, "--examples", "3")


def test_nothing_is_set_up_and_nothing_left_behind(
    mien: Mien, album: Path, listed: Path, home: Path
) -> None:
    told = answer(mien, "pairs", album, listed)
    assert told["at_gallery_settings"]["gallery"] is None
    assert not home.exists()
    assert "nothing has been set up here yet" in complaint(
        mien, "pairs", album, listed, "--gallery", "staff"
    )
    assert not home.exists()


def test_answers_are_judged_at_a_gallerys_settings(mien: Mien, album: Path) -> None:
    assert mien("galleries", "add", "strict", "--threshold", "0.99").exit_code == 0
    strict = answer(mien, "identify", album, "--enrolled", "all", "--gallery", "strict")
    assert strict["at_gallery_settings"]["threshold"] == 0.99
    assert strict["at_gallery_settings"]["gallery"] == "strict"
    assert strict["decisions"]["unknown_wrong"] == 5
    # The default gallery is there now, and its settings hold when none is named.
    plain = answer(mien, "identify", album, "--enrolled", "all")
    assert plain["at_gallery_settings"]["gallery"] == "default"
    assert plain["decisions"]["match_right"] == 5
    assert "gallery_not_found" in complaint(mien, "identify", album, "--gallery", "other")


def test_a_kept_result_is_used_again_until_a_photo_changes(
    mien: Mien, album: Path, listed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "kept.npz"
    first = answer(mien, "pairs", album, listed, "--cache", cache)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    looked: list[str] = []
    look = acquire._look

    def watched(engine: Any, reader: Any, path: Path, choice: Any) -> Any:
        looked.append(path.name)
        return look(engine, reader, path, choice)

    monkeypatch.setattr(acquire, "_look", watched)
    assert answer(mien, "pairs", album, listed, "--cache", cache) == first
    assert looked == []
    write(album / "Di" / "Di_0001.png", draw_photo([]))
    changed = answer(mien, "pairs", album, listed, "--cache", cache)
    assert looked == ["Di_0001.png"]
    assert changed["not_acquired"] == ["Di/Di_0001.png"]


def test_breaking_off_loses_no_photo_that_was_looked_at(
    mien: Mien, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "kept.npz"
    whole = answer(mien, "identify", album, "--enrolled", "all")
    looked: list[str] = []
    look = acquire._look

    def interrupted(engine: Any, reader: Any, path: Path, choice: Any) -> Any:
        if path.name == "Bob_0003.png":
            raise KeyboardInterrupt
        looked.append(path.name)
        return look(engine, reader, path, choice)

    def watched(engine: Any, reader: Any, path: Path, choice: Any) -> Any:
        looked.append(path.name)
        return look(engine, reader, path, choice)

    monkeypatch.setattr(acquire, "_look", interrupted)
    broken_off = mien("evaluate", "identify", album, "--enrolled", "all", "--cache", cache)
    assert broken_off.exit_code == 130
    assert {"Ada_0001.png", "Bob_0002.png"} <= set(looked)
    looked.clear()
    monkeypatch.setattr(acquire, "_look", watched)
    assert answer(mien, "identify", album, "--enrolled", "all", "--cache", cache) == whole
    assert looked[0] == "Bob_0003.png"


def test_what_was_made_is_kept_now_and_then(
    mien: Mien, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []

    def watched(path: Path, acquired: acquire.Acquired, **more: Any) -> None:
        held.append(len(acquired.samples) + len(acquired.refused))
        save_cache(path, acquired, **more)

    monkeypatch.setattr(kept, "save_cache", watched)
    monkeypatch.setattr(kept, "_EVERY", 4)
    cache = tmp_path / "kept.npz"
    answer(mien, "identify", album, "--enrolled", "all", "--cache", cache)
    assert held == [4, 8, 11]
    answer(mien, "identify", album, "--enrolled", "all", "--cache", cache)
    assert held == [4, 8, 11]


@pytest.mark.parametrize("held", [b"years of work", b""])
def test_a_file_that_is_no_cache_is_not_overwritten(
    mien: Mien, album: Path, listed: Path, tmp_path: Path, held: bytes
) -> None:
    other = write(tmp_path / "thesis.txt", held)
    assert "is not a cache" in complaint(mien, "pairs", album, listed, "--cache", other)
    assert other.read_bytes() == held


def test_a_cache_without_a_folder_is_refused_before_the_photos_are_looked_at(
    mien: Mien, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluating, "acquire", None)
    nowhere = tmp_path / "none" / "kept.npz"
    assert "There is no folder" in complaint(mien, "identify", album, "--cache", nowhere)


@pytest.mark.parametrize("command", ["pairs", "identify"])
def test_a_report_is_one_page_for_this_account_alone(
    mien: Mien, album: Path, listed: Path, tmp_path: Path, command: str
) -> None:
    write(album / "Gus" / "1.png", draw_photo(["Ada"], variant=9))
    write(album / "Di" / "Di_0001.png", draw_photo([]))
    page = tmp_path / "report.html"
    arguments = [album, listed] if command == "pairs" else [album, "--enrolled", "all"]
    done = mien("evaluate", command, *arguments, "--report", page)
    assert done.exit_code == 0, done.stderr
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text()
    assert text.count("<svg") >= 2
    assert "data:image/jpeg;base64," in text
    assert "sent nowhere" in text
    assert "Di/Di_0001.png (no_face_found)" in text
    assert "<script" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert "https://" not in text
    assert mien("evaluate", command, *arguments, "--report", page, "--no-pictures").exit_code == 0
    assert "data:image" not in page.read_text()


def test_a_name_is_only_text_on_the_page(mien: Mien, tmp_path: Path) -> None:
    folder = draw_people(tmp_path / "set", {"<b>$x$": 2, "Bob": 1})
    page = tmp_path / "report.html"
    assert mien("evaluate", "identify", folder, "--report", page).exit_code == 0
    assert "&lt;b&gt;$x$" in page.read_text()
    assert "<b>" not in page.read_text()


@pytest.mark.parametrize("command", ["pairs", "identify"])
def test_a_report_may_be_a_picture(
    mien: Mien, album: Path, listed: Path, tmp_path: Path, command: str
) -> None:
    picture = tmp_path / "report.png"
    arguments = [album, listed] if command == "pairs" else [album]
    assert mien("evaluate", command, *arguments, "--report", picture).exit_code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert stat.S_IMODE(picture.stat().st_mode) == 0o600


def test_a_report_that_cannot_be_made_is_refused_first(
    mien: Mien, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "must end in" in complaint(mien, "identify", album, "--report", tmp_path / "r.pdf")
    assert "There is no folder" in complaint(
        mien, "identify", album, "--report", tmp_path / "none" / "r.html"
    )
    monkeypatch.setattr(ask, "_is_installed", lambda _: False)
    assert "pip install 'mien[report]'" in complaint(
        mien, "identify", album, "--report", tmp_path / "r.html"
    )


def test_the_library_for_curves_is_loaded_only_for_a_report(
    mien: Mien, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert mien("evaluate", "identify", album).exit_code == 0


def test_a_calibration_needs_people(mien: Mien, album: Path, tmp_path: Path) -> None:
    output = tmp_path / "fake.calibration.json"
    assert "A calibration needs 100 people" in complaint(
        mien, "calibrate", album, "--output", output
    )
    assert not output.exists()


def test_a_calibration_without_a_place_is_refused_before_the_photos_are_looked_at(
    mien: Mien, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluating, "acquire", None)
    nowhere = tmp_path / "none" / "fake.calibration.json"
    assert "There is no folder" in complaint(mien, "calibrate", album, "--output", nowhere)


def test_a_calibration_is_written_as_the_pack_reads_it(mien: Mien, tmp_path: Path) -> None:
    from mien.packs.calibration import parse_calibration

    folder = draw_people(tmp_path / "set", {f"p{number}": 2 for number in range(110)})
    output = tmp_path / "fake.calibration.json"
    told = answer(mien, "calibrate", folder, "--output", output, "--data", "drawn people")
    calibration = parse_calibration(output.read_text())
    assert calibration.contract_id == told["contract_id"]
    assert calibration.measured.data == "drawn people"
    assert (calibration.measured.people, calibration.measured.photos) == (110, 220)
