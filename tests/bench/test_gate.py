from pathlib import Path

import numpy as np
import pytest
from bench.degrading import DEGRADATIONS
from bench.degrading import Degradation
from bench.degrading import degrade
from bench.gate import Sample
from bench.gate import Set
from bench.gate import by_gate
from bench.gate import split

from drawing import draw_picture
from mien.vision.fake import FakeEngine
from mien.vision.types import FloatArray

ENGINE = FakeEngine(calibrated=True)
PICTURE = draw_picture(["ada"], size_wh=(300, 300))
(FACE,) = ENGINE.analyze(PICTURE)


@pytest.mark.parametrize("how", DEGRADATIONS, ids=str)
def test_every_way_of_making_photos_worse_gives_a_picture(how: Degradation) -> None:
    worse = degrade(PICTURE, FACE, how)
    assert worse.dtype == np.uint8
    assert worse.ndim == 3
    assert worse.shape != PICTURE.shape or not np.array_equal(worse, PICTURE)


def test_strengths_mean_what_they_say() -> None:
    (small,) = ENGINE.analyze(degrade(PICTURE, FACE, Degradation("small", 60)))
    assert small.quality.size_px == pytest.approx(60, abs=2)
    dark = degrade(PICTURE, FACE, Degradation("dark", 0.5))
    assert dark.mean() == pytest.approx(PICTURE.mean() / 2, abs=1)
    eyes = FACE.landmarks[0, 1]
    cut = degrade(PICTURE, FACE, Degradation("eyes cut", 0.0))
    assert PICTURE.shape[0] - cut.shape[0] == pytest.approx(eyes, abs=1)


def test_nobody_is_in_both_halves_and_no_stranger_is_enrolled(tmp_path: Path) -> None:
    for number in range(60):
        folder = tmp_path / f"p{number}"
        folder.mkdir()
        for photo in range(1 + number % 2):
            (folder / f"{photo}.jpg").touch()
    halves = [split(tmp_path, half=half, most=50, strangers=50) for half in ("choose", "report")]
    everybody = [name for half in halves for group in half for name in group]
    assert sorted(everybody) == sorted(f"p{number}" for number in range(60))
    assert halves == [
        split(tmp_path, half=half, most=50, strangers=50) for half in ("choose", "report")
    ]


def test_a_gate_that_refuses_what_misleads_is_seen_to_help() -> None:
    def unit(place: int) -> FloatArray:
        axis: FloatArray = np.eye(20, dtype=np.float32)[place]
        return axis

    taken = Set()
    for number in range(10):
        person = f"p{number}"
        taken.good[person] = Sample(person, None, (), False, True, 0.5, unit(number))
        taken.probes[person] = Sample(person, None, (), False, True, 0.5, unit(number))
        # The poor photos of all people look the same, and like nobody.
        how = Degradation("blurred", 6)
        taken.poor[person] = [
            Sample(person, how, ("standard", "strict"), True, False, 0.5, unit(19))
        ]
    taken.strangers = [Sample("s", None, (), False, True, 0.5, unit(18))]
    taken.poor_strangers = [Sample("s", None, (), False, False, 0.5, unit(19))]
    off, standard, strict = by_gate(taken, ENGINE.summary)
    assert (off["refused_worse"], standard["refused_worse"]) == (0.0, 1.0)
    assert float(str(off["fnir"])) > 0.2
    assert standard["fnir"] == strict["fnir"] == 0.0
    assert float(str(off["fpir_poor"])) > 0.9
    assert standard["fpir_poor"] == 0.0
    assert off["fpir_poor_firm"] == 0.0
