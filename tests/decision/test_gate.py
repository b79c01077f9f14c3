"""The gate before storing, as figures and sentences alone."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decision.gate import LIMITS
from mien.decision.gate import judge
from mien.decision.gate import passed_over
from mien.decision.gate import refuse
from mien.errors import PhotoNotGoodEnough
from mien.options import GATES
from mien.options import Gate
from mien.options import Take
from mien.vision import quality_limits as measured
from mien.vision.quality_limits import is_legible
from mien.vision.types import Box
from mien.vision.types import DetectedFace
from mien.vision.types import Pose
from mien.vision.types import Quality
from mien.words import say

SIZE_WH = (400, 400)
LANDMARKS = np.array([(170, 160), (230, 160), (200, 200), (175, 235), (225, 235)], dtype=np.float32)
GOOD = Quality(
    acceptable=True,
    reasons=(),
    score=0.9,
    size_px=120.0,
    sharpness=200.0,
    brightness=113.0,
    visible=1.0,
)


def face(
    *, yaw: float = 0.0, roll: float = 0.0, shift: tuple[float, float] = (0, 0), **figures: float
) -> DetectedFace:
    """A good face but for what is given."""
    return DetectedFace(
        box=Box(140, 120, 260, 270),
        landmarks=LANDMARKS + np.array(shift, dtype=np.float32),
        score=0.9,
        pose=Pose(roll_degrees=roll, yaw=yaw),
        quality=replace(GOOD, **figures),  # type: ignore[arg-type]  # figures are numbers
    )


def codes(
    one: DetectedFace, gate: Gate, *others: DetectedFace, size_wh: tuple[int, int] = SIZE_WH
) -> list[str]:
    return [each.code for each in judge(one, others, size_wh=size_wh, gate=gate).refusals]


POOR = {
    "not_a_face": face(confidence=0.42),
    "too_small": face(size_px=31.4),
    "blurred": face(sharpness=9.0),
    "too_dark": face(brightness=12.0),
    "too_bright": face(brightness=240.0),
    "turned_away": face(yaw=-0.9),
    "cut_off": face(visible=0.6),
    "eyes_hidden": face(shift=(0, -158)),
}


def test_a_good_face_passes_every_gate_without_a_word() -> None:
    for gate in GATES:
        judgement = judge(face(), (), size_wh=SIZE_WH, gate=gate, usual="strict")
        assert (judgement.refusals, judgement.warnings) == ((), ())


@pytest.mark.parametrize("code", POOR)
def test_a_poor_face_is_refused_for_its_reason_alone(code: str) -> None:
    assert codes(POOR[code], "standard") == [code]
    assert codes(POOR[code], "off") == []


@pytest.mark.parametrize("code", POOR)
def test_every_reason_names_its_figure_its_limit_and_what_to_do(code: str) -> None:
    (reason,) = judge(POOR[code], (), size_wh=SIZE_WH, gate="standard").refusals
    told = say.objection(reason)
    assert f"{reason.limit:g}" in told.what
    assert any(character.isdigit() for character in told.what.replace(f"{reason.limit:g}", ""))
    assert re.fullmatch(r"[A-Z].*\.", told.what)
    assert re.fullmatch(r"[A-Z].*\.", told.advice)
    assert reason.figure != reason.limit


@pytest.mark.parametrize(
    ("one", "gate", "key", "figure", "limit"),
    [
        (POOR["not_a_face"], "standard", "not_a_face", 42, 50),
        (POOR["too_small"], "standard", "too_small", 31.4, 40),
        (POOR["blurred"], "standard", "blurred", 9, 20),
        (POOR["too_dark"], "standard", "too_dark", 12, 25),
        (POOR["too_bright"], "standard", "too_bright", 240, 190),
        (POOR["turned_away"], "standard", "turned_away", 90, 75),
        (POOR["cut_off"], "standard", "cut_off", 60, 80),
        (face(roll=-40), "strict", "tilted", 40, 25),
        # From the eyes to the mouth it is 75 pixels.
        (face(shift=(0, -157)), "standard", "eyes_hidden", 4, 20),
        (face(shift=(0, -159.7)), "standard", "eyes_hidden", 0.4, 20),
        (face(shift=(0, -160)), "standard", "eyes_hidden", 0, 20),
        (face(shift=(0, -163)), "standard", "eyes_hidden.outside", -4, 20),
    ],
)
def test_an_objection_holds_what_was_found_and_what_is_asked_for(
    one: DetectedFace, gate: Gate, key: str, figure: float, limit: float
) -> None:
    (reason,) = judge(one, (), size_wh=SIZE_WH, gate=gate).refusals
    assert reason.key == key
    assert reason.figure == pytest.approx(figure, abs=1e-3)
    assert reason.limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("gate", "at", "beyond", "code"),
    [
        ("standard", {"confidence": 0.5}, {"confidence": 0.4999}, "not_a_face"),
        ("strict", {"confidence": 0.6}, {"confidence": 0.5999}, "not_a_face"),
        ("standard", {"size_px": 40}, {"size_px": 39.99}, "too_small"),
        ("strict", {"size_px": 64}, {"size_px": 63.99}, "too_small"),
        ("standard", {"sharpness": 20}, {"sharpness": 19.99}, "blurred"),
        ("strict", {"sharpness": 60}, {"sharpness": 59.99}, "blurred"),
        ("standard", {"brightness": 25}, {"brightness": 24.99}, "too_dark"),
        ("strict", {"brightness": 50}, {"brightness": 49.99}, "too_dark"),
        ("standard", {"brightness": 190}, {"brightness": 190.01}, "too_bright"),
        ("strict", {"brightness": 180}, {"brightness": 180.01}, "too_bright"),
        ("standard", {"yaw": -0.75}, {"yaw": -0.7501}, "turned_away"),
        ("strict", {"yaw": 0.4}, {"yaw": 0.4001}, "turned_away"),
        ("strict", {"roll": 25}, {"roll": 25.01}, "tilted"),
        ("standard", {"visible": 0.8}, {"visible": 0.7999}, "cut_off"),
        ("strict", {"visible": 0.95}, {"visible": 0.9499}, "cut_off"),
        ("standard", {"shift": (0, -145)}, {"shift": (0, -145.1)}, "eyes_hidden"),
        ("strict", {"shift": (147.5, 0)}, {"shift": (147.6, 0)}, "eyes_hidden"),
    ],
)
def test_a_face_at_the_limit_passes_and_one_just_beyond_does_not(
    gate: Gate, at: dict[str, Any], beyond: dict[str, Any], code: str
) -> None:
    assert codes(face(**at), gate) == []
    assert codes(face(**beyond), gate) == [code]


def test_what_is_blurred_is_told_by_light_that_shows_it() -> None:
    assert codes(face(brightness=25, sharpness=0), "standard") == ["blurred"]
    assert codes(face(brightness=190, sharpness=0), "standard") == ["blurred"]
    assert codes(face(brightness=24.9, sharpness=0), "standard") == ["too_dark"]
    assert codes(face(brightness=190.1, sharpness=0), "standard") == ["too_bright"]


@pytest.mark.parametrize(
    ("take", "others", "told"),
    [
        ("only", 2, ["too_small", "several_faces.alike"]),
        ("largest", 0, ["too_small", "several_faces.alike"]),
        ("largest", 2, ["several_faces.largest", "too_small"]),
        ("nearest-centre", 2, ["several_faces.nearest_centre", "too_small"]),
    ],
)
def test_faces_that_were_passed_over_are_told_once(
    take: Take, others: int, told: list[str]
) -> None:
    like = face(size_px=30)
    objections = judge(like, (like, like), size_wh=SIZE_WH, gate="strict").refusals
    warnings = passed_over(objections, take, others=others)
    assert [each.key for each in warnings] == told
    if others and take != "only":
        assert (warnings[0].figure, warnings[0].limit) == (3, 1)


def test_a_small_face_is_told_in_pixels() -> None:
    (reason,) = judge(POOR["too_small"], (), size_wh=SIZE_WH, gate="standard").refusals
    assert say.objection(reason).what == "The face is 31 pixels wide; at least 40 are required."
    assert (reason.figure, reason.limit, reason.unit) == (31.4, 40.0, "pixels")


def test_a_figure_just_below_its_limit_does_not_read_like_it() -> None:
    (reason,) = judge(face(size_px=39.97), (), size_wh=SIZE_WH, gate="standard").refusals
    assert say.objection(reason).what.startswith("The face is 39 pixels")
    (reason,) = judge(face(yaw=0.7501), (), size_wh=SIZE_WH, gate="standard").refusals
    assert "by 76 %" in say.objection(reason).what


@pytest.mark.parametrize("shift", [(0, -161), (-171, 0), (171, 0), (0, 241)])
def test_an_eye_outside_the_photo_is_said_to_be_outside(shift: tuple[float, float]) -> None:
    (reason,) = judge(face(shift=shift), (), size_wh=SIZE_WH, gate="standard").refusals
    assert reason.key == "eyes_hidden.outside"
    assert reason.figure < 0


def test_dark_skin_and_dim_light_are_not_taken_for_blur() -> None:
    sharp, dim = face(), face(brightness=113 / 2, sharpness=200 / 4)
    assert codes(sharp, "standard") == codes(dim, "standard") == []
    assert codes(face(brightness=113 / 2, sharpness=9 / 4), "standard") == ["blurred"]


def test_a_leaning_head_matters_to_the_strict_gate_alone() -> None:
    assert codes(face(roll=40), "standard") == []
    assert codes(face(roll=-40), "strict") == ["tilted"]


def test_the_strict_gate_wants_one_face_that_stands_out() -> None:
    like, small = face(size_px=100), face(size_px=50)
    assert codes(face(), "standard", like) == []
    assert codes(face(), "strict", small) == []
    assert codes(face(), "strict", face(size_px=60), face(size_px=60)) == []
    assert codes(face(), "strict", face(size_px=60.1)) == ["several_faces"]
    assert codes(face(), "strict", like, small) == ["several_faces"]
    (reason,) = judge(face(), (like, like), size_wh=SIZE_WH, gate="strict").refusals
    assert (reason.key, reason.figure) == ("several_faces.alike", 3)


def test_what_is_let_through_is_told_as_a_warning() -> None:
    poor = face(size_px=50)
    assert [each.code for each in judge(poor, (), size_wh=SIZE_WH, gate="off").warnings] == []
    told = judge(poor, (), size_wh=SIZE_WH, gate="off", usual="strict").warnings
    assert [each.code for each in told] == ["too_small"]
    open_gallery = judge(POOR["blurred"], (), size_wh=SIZE_WH, gate="off", usual="off")
    assert [each.code for each in open_gallery.warnings] == ["blurred"]
    stricter = judge(poor, (), size_wh=SIZE_WH, gate="strict", usual="standard")
    assert ([each.code for each in stricter.refusals], stricter.warnings) == (["too_small"], ())


def test_a_refusal_carries_every_reason_as_data() -> None:
    judgement = judge(face(size_px=20, yaw=0.9), (), size_wh=SIZE_WH, gate="standard")
    with pytest.raises(PhotoNotGoodEnough) as caught:
        refuse(judgement.refusals)
    reasons = say.facts(caught.value)["reasons"]
    assert [each["code"] for each in reasons] == ["too_small", "turned_away"]
    assert set(reasons[0]) == {"code", "detail", "advice", "figure", "limit", "unit"}
    assert reasons[1]["detail"] in say.error(caught.value)
    assert reasons[0]["advice"] in say.error(caught.value)


def test_no_refusal_is_no_error() -> None:
    refuse(())


faces = st.builds(
    face,
    yaw=st.floats(-1, 1),
    roll=st.floats(-180, 180),
    shift=st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
    size_px=st.floats(0, 300),
    sharpness=st.floats(0, 500),
    brightness=st.floats(0, 255),
    visible=st.floats(0, 1),
    confidence=st.floats(0, 1),
)


@given(faces, st.lists(faces, max_size=3))
def test_a_stricter_gate_refuses_all_that_a_looser_one_does(
    one: DetectedFace, others: list[DetectedFace]
) -> None:
    off, standard, strict = (set(codes(one, gate, *others)) for gate in GATES)
    assert off <= standard <= strict


@given(faces)
def test_a_face_that_says_too_little_never_passes_the_standard_gate(one: DetectedFace) -> None:
    assert is_legible(one.quality) or codes(one, "standard")


@given(faces)
def test_the_standard_gate_objects_to_what_quality_does(one: DetectedFace) -> None:
    # A face's quality is shown beside it; the two must not say different things.
    limits = LIMITS["standard"]
    assert limits.least_size_px == measured.LEAST_SIZE_PX
    assert (one.quality.size_px < measured.LEAST_SIZE_PX) == ("too_small" in codes(one, "standard"))
