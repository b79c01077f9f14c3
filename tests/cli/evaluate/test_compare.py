"""`mien evaluate compare`."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from commanding import Mien
from drawing import draw_photo
from labelled import draw_people
from labelled import write
from mien.cli.evaluate import workbench
from mien.errors import PackNotFound
from mien.evaluation import acquire
from mien.vision.fake import FakeEngine
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

pytestmark = pytest.mark.thorough

PEOPLE = {f"P{number:02d}": 3 for number in range(24)} | {
    f"S{number:02d}": 1 for number in range(8)
}


class Mixing(FakeEngine):
    """Sees little of who somebody is."""

    def _embed(self, crop_rgb: ImageRGB) -> FloatArray:
        noise = np.random.default_rng(int(crop_rgb.sum())).standard_normal(self._dimension)
        mixed = 0.25 * super()._embed(crop_rgb) + noise / float(np.linalg.norm(noise))
        return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)


class Fakes:
    """Packs by name, and which of them were opened and closed."""

    def __init__(self) -> None:
        self.packs: dict[str, FakeEngine] = {
            "good": FakeEngine(calibrated=True),
            "alike": FakeEngine(dimension=96, calibrated=True),
            "poor": Mixing(dimension=32, calibrated=True),
        }
        self.opened: list[str] = []

    def open(self, _runtime: object, _settings: object, name: str) -> FakeEngine:
        self.opened.append(name)
        return self.packs[name]


class Catalog:
    """Knows the fakes."""

    def find(self, name: str) -> None:
        if name not in {"good", "alike", "poor"}:
            raise PackNotFound(words={"name": name, "names": "good, alike, poor"})


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Fakes:
    fakes = Fakes()
    monkeypatch.setattr(workbench, "given_engine", lambda: None)
    monkeypatch.setattr(workbench, "_engine", fakes.open)
    monkeypatch.setattr("mien.packs.catalog.load_catalog", lambda _folder: Catalog())
    return fakes


@pytest.fixture
def album(tmp_path: Path) -> Path:
    return draw_people(tmp_path / "set", PEOPLE)


def answer(mien: Mien, *arguments: object) -> dict[str, Any]:
    done = mien("evaluate", "compare", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.usefixtures("fakes")
def test_packs_are_measured_on_the_same_searches(mien: Mien, album: Path) -> None:
    told = answer(mien, "good", "poor", "alike", album, "--draws", "2")
    assert [pack["made"]["pack"] for pack in told["packs"]] == ["good", "poor", "alike"]
    assert [pack["made"]["dimension"] for pack in told["packs"]] == [64, 32, 96]
    assert {pack["made"]["photos_with_face"] for pack in told["packs"]} == {told["photos"]}
    assert (told["draws"], told["enrolled"], told["probes"], told["strangers"]) == (2, 12, 24, 20)
    assert told["only_bounds"] == ["1e-2"]
    good, poor, _ = told["packs"]
    assert good["rank_1"]["rate"] == 1.0
    assert poor["rank_1"]["rate"] < 0.8
    assert good["made"]["milliseconds"] > 0
    assert 0 < good["stated_fpir"] < 0.01
    worse, same = told["differences"]
    assert (worse["pack"], worse["beside"], worse["verdict"], worse["at"]) == (
        "poor",
        "good",
        "more",
        "1e-1",
    )
    assert (same["pack"], same["verdict"]) == ("alike", "not_told_apart")


@pytest.mark.usefixtures("fakes")
def test_one_draw_is_what_identify_measures(mien: Mien, album: Path) -> None:
    told = answer(mien, "poor", "good", album, "--draws", "1", "--seed", "3")["packs"][0]
    done = mien("evaluate", "identify", album, "--pack", "poor", "--seed", "3", "--json")
    alone = json.loads(done.stdout)
    assert told["rank_1"]["rate"] == alone["rank_1"]
    assert told["fnir_at_fpir"]["1e-1"]["rate"] == pytest.approx(alone["fnir_at_fpir"]["1e-1"])
    assert told["fnir_at_fpir"]["1e-1"]["interval"] == pytest.approx(
        alone["fnir_at_fpir_interval"]["1e-1"], abs=0.1
    )
    assert told["threshold"] == alone["at_gallery_settings"]["threshold"]
    assert told["answers"]["enrolled_right"] == alone["decisions"]["match_right"] / alone["probes"]
    assert told["measured_fpir"]["rate"] == alone["at_gallery_settings"]["measured_fpir"]["rate"]


@pytest.mark.usefixtures("fakes")
def test_draws_enrol_others(mien: Mien, album: Path) -> None:
    rates = {
        answer(mien, "poor", "good", album, "--draws", draws)["packs"][0]["rank_1"]["rate"]
        for draws in (1, 2, 3)
    }
    assert len(rates) > 1


@pytest.mark.usefixtures("fakes")
def test_a_table_has_a_column_for_each_pack_and_a_sentence_for_each_other(
    mien: Mien, album: Path
) -> None:
    done = mien("evaluate", "compare", "good", "poor", album, "--draws", "1")
    assert done.exit_code == 0, done.stderr
    *rows, verdict = done.stdout.splitlines()
    assert {len(row.split("\t")) for row in rows} == {3}
    assert rows[-1].split("\t")[1:] == ["good", "poor"]
    assert verdict.startswith("poor misses more than good: ")


@pytest.mark.usefixtures("fakes")
def test_each_pack_keeps_its_results_in_a_file_of_its_own(
    mien: Mien, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "kept.npz"
    first = answer(mien, "good", "poor", album, "--draws", "1", "--cache", cache)
    assert sorted(path.name for path in tmp_path.glob("*.npz")) == [
        "kept.good.npz",
        "kept.poor.npz",
    ]
    looked: list[str] = []
    monkeypatch.setattr(acquire, "_look", lambda *_: looked.append("photo"))
    again = answer(mien, "good", "poor", album, "--draws", "1", "--cache", cache)
    assert looked == []
    for told in (first, again):
        for pack in told["packs"]:
            # Measured each time, from photos and not from what was kept.
            assert pack["made"].pop("milliseconds") > 0
    assert again == first


@pytest.mark.usefixtures("fakes")
def test_photos_that_cannot_be_used_are_told_for_each_pack(mien: Mien, album: Path) -> None:
    write(album / "S00" / "S00_0001.png", draw_photo([]))
    told = answer(mien, "good", "poor", album, "--draws", "4")
    for pack in told["packs"]:
        assert pack["made"]["not_acquired_reasons"] == {"S00/S00_0001.png": "no_face_found"}
        assert pack["made"]["photos_with_face"] == told["photos"] - 1
    assert "poor: 1 photo not used" in mien("evaluate", "compare", "good", "poor", album).stderr


@pytest.mark.usefixtures("fakes")
def test_a_fixed_threshold_is_nobodys(mien: Mien, album: Path, monkeypatch: Any) -> None:
    with monkeypatch.context() as patched:
        # The gallery is of one of the packs.
        patched.setattr(workbench, "given_engine", FakeEngine)
        assert mien("galleries", "add", "strict", "--threshold", "0.99").exit_code == 0
    told = answer(mien, "good", "poor", album, "--draws", "1", "--gallery", "strict")
    assert told["gallery"] == "strict"
    assert told["packs"][0]["threshold"] < 0.9


@pytest.mark.parametrize(
    ("packs", "code"),
    [
        (["good"], "invalid_input"),
        (["good", "poor", "good"], "invalid_input"),
        (["good", "nobody"], "pack_not_found"),
    ],
)
def test_packs_that_cannot_be_compared_are_refused_before_anything_is_fetched(
    mien: Mien, fakes: Fakes, album: Path, packs: list[str], code: str
) -> None:
    done = mien("evaluate", "compare", *packs, album, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stderr)["code"] == code
    assert fakes.opened == []


def test_too_few_people_are_refused_before_anything_is_fetched(
    mien: Mien, fakes: Fakes, tmp_path: Path
) -> None:
    folder = draw_people(tmp_path / "few", {"Ada": 2})
    done = mien("evaluate", "compare", "good", "poor", folder)
    assert (done.exit_code, done.stdout, fakes.opened) == (1, "", [])
    assert "leaves nobody as a stranger" in done.stderr


def test_the_folder_comes_last(mien: Mien, album: Path) -> None:
    assert mien("evaluate", "compare", "good", "poor").exit_code == 2
    assert mien("evaluate", "compare", album).exit_code == 2


def test_a_file_of_any_pack_that_is_no_cache_is_refused_before_a_photo_is_looked_at(
    mien: Mien, fakes: Fakes, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept.poor.npz").write_bytes(b"junk")
    looked: list[str] = []
    monkeypatch.setattr(acquire, "_look", lambda *_: looked.append("photo"))
    done = mien(
        "evaluate", "compare", "good", "poor", album, "--cache", tmp_path / "kept.npz", "--json"
    )
    assert done.exit_code == 1
    assert json.loads(done.stderr.splitlines()[-1])["code"] == "invalid_input"
    assert (fakes.opened, looked) == (["good", "poor"], [])


@pytest.mark.usefixtures("fakes")
def test_a_cache_that_is_named_by_its_ending_alone_keeps_it(
    mien: Mien, album: Path, tmp_path: Path
) -> None:
    answer(mien, "good", "poor", album, "--draws", "1", "--cache", tmp_path / ".npz")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == [
        ".good.npz",
        ".poor.npz",
    ]


@pytest.mark.usefixtures("fakes")
def test_nothing_is_said_of_timing_where_no_photo_can_be_timed(mien: Mien, album: Path) -> None:
    said = mien("evaluate", "compare", "good", "poor", album, "--draws", "1").stderr
    assert "Measuring" in said
    for photo in album.rglob("*.png"):
        photo.write_bytes(b"junk")
    done = mien("evaluate", "compare", "good", "poor", album, "--draws", "1")
    assert done.exit_code == 1
    assert "Measuring" not in done.stderr
