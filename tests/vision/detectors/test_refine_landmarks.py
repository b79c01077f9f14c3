from collections.abc import Callable
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from mien.errors import InferenceRuntimeMissing
from mien.options import RuntimeName
from mien.packs.manifest import InstalledPack
from mien.vision.detectors.confirm import FacePlace
from mien.vision.detectors.confirm import confirm
from mien.vision.detectors.detector import FAMILIES
from mien.vision.detectors.detector import Detector
from mien.vision.detectors.families import Candidates
from mien.vision.detectors.families import DetectorFamily
from mien.vision.detectors.families import FoundInBatch
from mien.vision.detectors.families import confidence
from mien.vision.detectors.refine_landmarks import face_confidence
from mien.vision.detectors.refine_landmarks import refine_landmarks
from mien.vision.geometry import transform_points
from mien.vision.halvings import Halvings
from mien.vision.quality_limits import LEAST_CONFIDENCE
from mien.vision.sessions import InputShape
from mien.vision.sessions import choose_runtime
from mien.vision.sessions import open_session
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB
from mien.words import say

FIRST = np.array([(112, 98), (208, 98), (160, 153), (121, 209), (199, 209)], dtype=np.float32)
PICTURE = Halvings(np.full((320, 320, 3), 90, dtype=np.uint8))


class _Silent:
    """A network that says nothing of its own; the decoder of the tests speaks for it."""

    runtime: RuntimeName = "onnxruntime"
    input_shape: InputShape = (1, 3, None, None)

    def run(self, batch: FloatArray) -> list[FloatArray]:
        return [batch.copy()]

    def close(self) -> None:
        pass


def _detector_that_sees(*faces: FloatArray, doubtful_score: float | None = None) -> Detector:
    def decode(
        outputs: Sequence[FloatArray], input_wh: tuple[int, int], least: float
    ) -> FoundInBatch:
        count = len(faces)
        landmarks = np.stack(faces) if faces else np.empty((0, 5, 2), dtype=np.float32)
        boxes = np.arange(count * 4, dtype=np.float32).reshape(count, 4) * 100
        found = Candidates(boxes, landmarks, np.full(count, 0.9, dtype=np.float32))
        return FoundInBatch.of([found] * len(outputs[0]))

    family = DetectorFamily(
        decode=decode,
        stride=32,
        color="rgb",
        mean=0.0,
        scale=1.0,
        doubtful_score=doubtful_score,
    )
    return Detector(_Silent(), family, score_threshold=0.5, nms_iou=0.3)


# What FIRST looks like at 160 pixels, level: half the size.
LEVEL = (FIRST / 2).astype(np.float32)


def test_without_a_second_look_the_first_landmarks_stay() -> None:
    assert np.allclose(
        refine_landmarks(_detector_that_sees(), PICTURE, FIRST).landmarks, FIRST, atol=0.01
    )


def test_a_second_look_says_how_often_the_face_was_seen() -> None:
    seen = refine_landmarks(_detector_that_sees(LEVEL), PICTURE, FIRST)
    assert seen.times == 2
    assert seen.score == pytest.approx(0.9)
    assert refine_landmarks(_detector_that_sees(), PICTURE, FIRST).times == 0


def test_confidence_is_one_half_at_the_score_from_which_a_family_is_in_doubt() -> None:
    assert [confidence(score, 0.8) for score in (0.0, 0.4, 0.8, 0.9, 1.0, 1.01)] == pytest.approx(
        [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    )
    assert confidence(0.1, None) == 1.0


def test_a_face_that_is_not_seen_closely_has_no_confidence() -> None:
    seeing, blind = (
        _detector_that_sees(LEVEL, doubtful_score=0.8),
        _detector_that_sees(doubtful_score=0.8),
    )
    assert face_confidence(seeing, PICTURE, [FIRST, FIRST]) == pytest.approx([0.75, 0.75])
    assert face_confidence(blind, PICTURE, [FIRST]) == [0.0]
    assert face_confidence(_detector_that_sees(), PICTURE, [FIRST]) == [1.0]


def test_a_face_seen_in_one_of_two_mirror_images_is_in_doubt() -> None:
    def decode(
        outputs: Sequence[FloatArray], input_wh: tuple[int, int], least: float
    ) -> FoundInBatch:
        found = [
            Candidates(
                np.zeros((seen, 4), dtype=np.float32),
                np.stack([LEVEL] * seen) if seen else np.empty((0, 5, 2), dtype=np.float32),
                np.full(seen, 0.99, dtype=np.float32),
            )
            for seen in (1 - number % 2 for number in range(len(outputs[0])))
        ]
        return FoundInBatch.of(found)

    family = DetectorFamily(
        decode=decode, stride=32, color="rgb", mean=0.0, scale=1.0, doubtful_score=0.6
    )
    detector = Detector(_Silent(), family, score_threshold=0.5, nms_iou=0.3)
    assert face_confidence(detector, PICTURE, [FIRST])[0] < LEAST_CONFIDENCE


@pytest.mark.parametrize(("doubtful_score", "looks"), [(0.5, 2), (0.95, 4)])
def test_only_a_face_in_doubt_is_looked_at_once_more(doubtful_score: float, looks: int) -> None:
    seeing = _detector_that_sees(LEVEL, doubtful_score=doubtful_score)
    asked: list[int] = []
    find_in_batch = seeing.find_in_batch

    def counting(images_rgb: Sequence[ImageRGB], longest_side: int) -> FoundInBatch:
        asked.append(len(images_rgb))
        return find_in_batch(images_rgb, longest_side)

    seeing.find_in_batch = counting  # type: ignore[method-assign]  # counts, and asks the real one
    place = FacePlace(np.array([80, 60, 240, 260], dtype=np.float32), FIRST, 0.9)
    (face,) = confirm(seeing, PICTURE, [place])
    assert face is not None
    assert face.confidence == pytest.approx(confidence(0.9, doubtful_score))
    assert sum(asked) == looks


def test_smaller_looks_are_taken_where_they_pay() -> None:
    sides: list[int] = []

    def decode(
        outputs: Sequence[FloatArray], input_wh: tuple[int, int], least: float
    ) -> FoundInBatch:
        sides.extend([input_wh[0]] * len(outputs[0]))
        level = transform_points(np.array([[0.5, 0, 0], [0, 0.5, 0]]) * (input_wh[0] / 160), FIRST)
        box = np.array([(0, 0, 10, 10)], dtype=np.float32)
        found = Candidates(box, level[None], np.array([0.9], dtype=np.float32))
        return FoundInBatch.of([found] * len(outputs[0]))

    for pays in (False, True):
        family = DetectorFamily(
            decode=decode,
            stride=32,
            color="rgb",
            mean=0.0,
            scale=1.0,
            sees_small=pays,
            small_passes=pays,
        )
        refine_landmarks(
            Detector(_Silent(), family, score_threshold=0.5, nms_iou=0.3), PICTURE, FIRST
        )
    assert sides == [160, 160, 96, 96, 160, 160]


def test_what_both_looks_see_is_averaged_with_the_first() -> None:
    lower = LEVEL + np.array([0, 3], dtype=np.float32)
    refined = refine_landmarks(_detector_that_sees(lower), PICTURE, FIRST).landmarks
    # Two of three looks lie 3 pixels lower at half the size, so the mean lies 4 lower in full.
    assert np.allclose(refined - FIRST, [0, 4], atol=0.8)


def test_a_look_that_differs_by_a_third_of_the_distance_between_the_eyes_still_counts() -> None:
    lower = LEVEL + np.array([0, 16], dtype=np.float32)
    refined = refine_landmarks(_detector_that_sees(lower), PICTURE, FIRST).landmarks
    assert np.allclose(refined - FIRST, [0, 2 * 16 * 2 / 3], atol=0.8)


def test_another_face_nearby_is_not_taken_for_this_one() -> None:
    elsewhere = LEVEL + np.array([40, 0], dtype=np.float32)
    refined = refine_landmarks(_detector_that_sees(elsewhere), PICTURE, FIRST).landmarks
    assert np.allclose(refined, FIRST, atol=0.01)


def test_landmarks_that_coincide_are_left_alone() -> None:
    same = np.full((5, 2), 9, dtype=np.float32)
    refined = refine_landmarks(_detector_that_sees(LEVEL), PICTURE, same).landmarks
    assert np.isfinite(refined).all()


@pytest.mark.models
@pytest.mark.parametrize("pack", ["compact", "mobile"])
def test_a_turned_and_scaled_face_keeps_its_landmarks(
    installed_pack: Callable[[str], InstalledPack],
    sample: Callable[[str], ImageRGB],
    pack: str,
) -> None:
    installed = installed_pack(pack)
    spec = installed.manifest.detector
    try:
        runtime = choose_runtime("auto", needs_openvino=pack == "compact")
    except InferenceRuntimeMissing as error:
        pytest.skip(say.error(error))
    session = open_session(
        installed.paths[spec.file], runtime=runtime, input_shape=(1, 3, None, None)
    )
    detector = Detector(session, FAMILIES[spec.family], score_threshold=0.5, nms_iou=0.3)
    picture = sample("obama.jpg")
    first = detector.find_at(picture, 640).landmarks[0]
    refined = refine_landmarks(detector, Halvings(picture), first).landmarks
    eyes = float(np.linalg.norm(first[0] - first[1]))
    raw, better = [], []
    turns = [(angle, scale) for angle in (-20, -9, 7, 16) for scale in (0.3, 0.55, 0.8)]
    for angle, scale in turns:
        matrix = np.array(cv2.getRotationMatrix2D((450, 300), angle, scale), dtype=np.float64)
        size_wh = (picture.shape[1], picture.shape[0])
        turned = np.asarray(cv2.warpAffine(picture, matrix, size_wh), dtype=np.uint8)
        found = detector.find_at(turned, 640).landmarks[0]
        looked = refine_landmarks(detector, Halvings(turned), found).landmarks
        raw.append(np.abs(transform_points(matrix, first) - found).mean() / scale / eyes)
        better.append(np.abs(transform_points(matrix, refined) - looked).mean() / scale / eyes)
    assert float(np.mean(better)) < 0.9 * float(np.mean(raw))
    assert float(np.mean(better)) < 0.07


def test_a_network_that_sees_small_faces_as_well_looks_small_first() -> None:
    sides: list[int] = []

    def decode(
        outputs: Sequence[FloatArray], input_wh: tuple[int, int], least: float
    ) -> FoundInBatch:
        sides.extend([input_wh[0]] * len(outputs[0]))
        nothing = Candidates(
            np.empty((0, 4), dtype=np.float32),
            np.empty((0, 5, 2), dtype=np.float32),
            np.empty(0, dtype=np.float32),
        )
        return FoundInBatch.of([nothing] * len(outputs[0]))

    family = DetectorFamily(
        decode=decode, stride=32, color="rgb", mean=0.0, scale=1.0, sees_small=True
    )
    detector = Detector(_Silent(), family, score_threshold=0.5, nms_iou=0.3)
    assert refine_landmarks(detector, PICTURE, FIRST).times == 0
    assert sides == [96, 96, 160, 160]
