import os
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from bench.drawn_heads import draw_head
from structlog.testing import capture_logs

from mien.errors import InferenceRuntimeMissing
from mien.errors import ModelFileMissing
from mien.errors import SessionForked
from mien.packs.manifest import InstalledPack
from mien.vision.pack_engine import PackEngine
from mien.vision.quality_limits import LEAST_SIZE_PX
from mien.vision.reader import ImageReader
from mien.vision.runtimes import MeasuredRuntimes
from mien.vision.types import ImageRGB
from mien.words import say
from needs import shared_data
from portrait_points import portrait_landmarks

pytestmark = pytest.mark.models

_READER = ImageReader(max_bytes=10**8, max_pixels=10**8)
PACKS = ["compact", "mobile", "classic"]
ONE_PERSON = [
    "obama2.jpg",
    "obama3.jpg",
    "obama_partial_face.jpg",
    "obama_partial_face2.jpg",
    "32bit.png",
]


@pytest.fixture(scope="module", params=PACKS)
def engine(
    request: pytest.FixtureRequest, installed_pack: Callable[[str], InstalledPack]
) -> Iterator[PackEngine]:
    try:
        built = PackEngine(installed_pack(request.param))
    except InferenceRuntimeMissing as error:
        pytest.skip(say.error(error))
    yield built
    built.close()


def _only(engine: PackEngine, image_rgb: ImageRGB) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    (face,) = engine.analyze(image_rgb)
    return face.embedding


@pytest.mark.parametrize("name", ONE_PERSON)
def test_two_people_are_told_apart_in_every_photo(
    engine: PackEngine, sample: Callable[[str], ImageRGB], name: str
) -> None:
    obama, biden = _only(engine, sample("obama.jpg")), _only(engine, sample("biden.jpg"))
    probe = _only(engine, sample(name))
    assert float(probe @ obama) >= engine.summary.identify_threshold
    assert float(probe @ biden) < engine.summary.verify_threshold


def test_the_astronaut_has_one_face_and_is_nobody_known(
    engine: PackEngine, sample: Callable[[str], ImageRGB]
) -> None:
    astronaut = _only(engine, sample("astronaut.png"))
    for name in ("obama.jpg", "biden.jpg"):
        assert float(astronaut @ _only(engine, sample(name))) < engine.summary.verify_threshold


def test_a_closer_search_does_not_move_the_face(
    engine: PackEngine, sample: Callable[[str], ImageRGB]
) -> None:
    picture = sample("obama.jpg")
    (usual,) = engine.detect(picture)
    (other,) = engine.detect(picture, detail="high")
    distance = np.linalg.norm(usual.landmarks - other.landmarks, axis=1)
    assert float(distance.max()) < 0.1 * usual.box.width


def test_a_small_face_beside_a_large_one_is_seen_on_demand(
    engine: PackEngine, sample: Callable[[str], ImageRGB]
) -> None:
    photo, other = sample("obama.jpg"), sample("biden.jpg")
    wide = np.full((1600, 2400, 3), 110, dtype=np.uint8)
    wide[200:1200, 100:900] = cv2.resize(photo[:1000, 100:900], (800, 1000))
    wide[1000:1070, 1800:1860] = cv2.resize(other[:900], (60, 70), interpolation=cv2.INTER_AREA)
    assert len(engine.detect(wide)) == 1
    assert len(engine.detect(wide, detail="high")) == 2


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_photo_shows_the_same_person(
    engine: PackEngine, sample: Callable[[str], ImageRGB], quarters: int
) -> None:
    picture = sample("obama.jpg")
    upright = _only(engine, picture)
    turned = np.ascontiguousarray(np.rot90(picture, -quarters))
    (face,) = engine.analyze(turned)
    roll = face.pose.roll_degrees - 90 * quarters
    assert (roll + 180) % 360 - 180 == pytest.approx(0, abs=10)
    assert float(face.embedding @ upright) > 0.9
    assert face.quality.acceptable
    shown = portrait_landmarks(face.landmarks)
    assert shown[0, 0] < shown[1, 0]
    assert shown[0, 1] < shown[3, 1]


def test_a_face_that_fills_the_frame_is_found(
    engine: PackEngine, sample: Callable[[str], ImageRGB]
) -> None:
    picture = sample("obama.jpg")
    (face,) = engine.detect(picture)
    box = face.box
    cut = 0.15
    close = picture[
        int(box.top + cut * box.height) : int(box.bottom - cut * box.height),
        int(box.left + cut * box.width) : int(box.right - cut * box.width),
    ]
    large = cv2.resize(np.ascontiguousarray(close), None, fx=6, fy=6)
    (found,) = engine.detect(np.asarray(large, dtype=np.uint8))
    assert found.box.width > 0.8 * large.shape[1]


@pytest.mark.parametrize(
    ("reason", "spoil"),
    [
        ("blurred", lambda picture: cv2.GaussianBlur(picture, (0, 0), 12)),
        ("too_dark", lambda picture: (picture * 0.12).astype(np.uint8)),
        ("too_bright", lambda picture: (255 - (255 - picture) * 0.12).astype(np.uint8)),
        ("too_small", lambda picture: cv2.resize(picture, None, fx=0.12, fy=0.12)),
        ("cut_off", lambda picture: np.ascontiguousarray(picture[:, 470:])),
    ],
)
def test_a_spoilt_photo_says_what_is_wrong_with_it(
    engine: PackEngine,
    sample: Callable[[str], ImageRGB],
    reason: str,
    spoil: Callable[[ImageRGB], ImageRGB],
) -> None:
    picture = sample("obama.jpg")
    (good,) = engine.detect(picture)
    (bad,) = engine.detect(spoil(picture))
    assert good.quality.acceptable
    assert good.quality.reasons == ()
    assert reason in bad.quality.reasons
    assert not bad.quality.acceptable
    assert bad.quality.score < good.quality.score


@pytest.mark.parametrize("name", [*ONE_PERSON, "obama.jpg", "biden.jpg", "astronaut.png"])
def test_nobody_is_doubted_to_be_one(
    engine: PackEngine, sample: Callable[[str], ImageRGB], name: str
) -> None:
    picture = sample(name)
    for turned in (picture, np.ascontiguousarray(np.rot90(picture))):
        for face in engine.detect(turned):
            if face.quality.size_px > LEAST_SIZE_PX:
                assert "not_a_face" not in face.quality.reasons


@pytest.fixture(scope="module")
def yunet_engine(installed_pack: Callable[[str], InstalledPack]) -> Iterator[PackEngine]:
    """CenterFace takes neither the dog nor these drawings for faces to begin with."""
    try:
        built = PackEngine(installed_pack("compact"))
    except InferenceRuntimeMissing as error:
        pytest.skip(say.error(error))
    yield built
    built.close()


def test_a_dog_is_doubted_to_be_a_face(yunet_engine: PackEngine) -> None:
    photo = "dlib_faces/examples/faces/dogs.jpg"
    picture = _READER.decode((shared_data(photo) / photo).read_bytes()).image_rgb
    (dog,) = yunet_engine.detect(picture)
    assert dog.quality.reasons == ("not_a_face",)


@pytest.mark.parametrize("seed", [6, 9, 14, 15])
def test_a_drawn_head_is_doubted_to_be_a_face(yunet_engine: PackEngine, seed: int) -> None:
    (drawn,) = yunet_engine.detect(draw_head(np.random.default_rng(seed)))
    assert drawn.quality.reasons == ("not_a_face",)


def test_who_is_asked_second_doubts_drawings_that_the_first_takes_for_faces(
    installed_pack: Callable[[str], InstalledPack],
) -> None:
    engine = PackEngine(installed_pack("standard"))
    for seed in (2, 8, 12, 19):
        drawn = draw_head(np.random.default_rng(seed))
        (found,), (analyzed,) = engine.detect(drawn), engine.analyze(drawn)
        assert found.quality.reasons == ("not_a_face",)
        assert analyzed.quality == found.quality
    engine.close()


def test_who_is_asked_second_doubts_nobody_who_is_one(
    installed_pack: Callable[[str], InstalledPack], sample: Callable[[str], ImageRGB]
) -> None:
    engine = PackEngine(installed_pack("standard"))
    for name in ("obama.jpg", "biden.jpg", "obama_partial_face.jpg", "astronaut.png"):
        (face,) = engine.analyze(sample(name))
        assert "not_a_face" not in face.quality.reasons
    engine.close()


@pytest.mark.parametrize("name", ["mobile", "classic"])
def test_both_runtimes_give_the_same_embedding(
    installed_pack: Callable[[str], InstalledPack], sample: Callable[[str], ImageRGB], name: str
) -> None:
    pytest.importorskip("openvino", reason="the second runtime is not installed")
    picture = sample("obama.jpg")
    one = _only(PackEngine(installed_pack(name), runtime="openvino"), picture)
    other = _only(PackEngine(installed_pack(name), runtime="onnxruntime"), picture)
    assert float(one @ other) > 0.9999


def test_an_engine_that_is_warm_sees_what_a_cold_one_sees(
    installed_pack: Callable[[str], InstalledPack], sample: Callable[[str], ImageRGB]
) -> None:
    pytest.importorskip("openvino", reason="nothing is prepared for the other runtime")
    engine = PackEngine(installed_pack("compact"), threads=1)
    photos = [sample(name) for name in ("obama.jpg", "biden.jpg")]
    cold = [engine.analyze(photo)[0] for photo in photos]
    engine.warm_up()
    warm = [engine.analyze(photo)[0] for photo in photos]
    for one, other in zip(cold, warm, strict=True):
        assert np.abs(one.landmarks - other.landmarks).max() < 0.01
        assert float(one.embedding @ other.embedding) > 0.9999
    engine.close()


def test_a_file_of_one_size_serves_pictures_of_every_size(
    installed_pack: Callable[[str], InstalledPack], sample: Callable[[str], ImageRGB]
) -> None:
    # YuNet's own file takes 640 by 640 pixels; ONNX Runtime cannot change that.
    from mien.vision.detectors.detector import Detector
    from mien.vision.detectors.yunet import FAMILY
    from mien.vision.sessions import open_session

    path = installed_pack("compact").paths["face_detection_yunet_2023mar.onnx"]
    session = open_session(path, runtime="onnxruntime", input_shape=(1, 3, None, None))
    detector = Detector(session, FAMILY, score_threshold=0.7, nms_iou=0.3)
    for name in ("obama.jpg", "obama_partial_face.jpg", "astronaut.png"):
        assert len(detector.find_at(sample(name), 320).scores) == 1


@pytest.mark.processes
@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_a_forked_process_is_told_not_to_use_the_models(
    installed_pack: Callable[[str], InstalledPack], runtime: str
) -> None:
    try:
        engine = PackEngine(installed_pack("classic"), runtime=runtime)  # type: ignore[arg-type]  # from a parameter
    except InferenceRuntimeMissing as error:
        pytest.skip(say.error(error))
    picture = np.zeros((64, 64, 3), dtype=np.uint8)
    engine.detect(picture)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            engine.detect(picture)
            os.write(writing, b"nothing")
        except SessionForked as error:
            os.write(writing, error.code.encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        assert answer.read() == b"session_forked"
    os.waitpid(child, 0)


def test_a_missing_file_is_named(installed_pack: Callable[[str], InstalledPack]) -> None:
    installed = installed_pack("classic")
    gone = {name: Path("/nowhere") / name for name in installed.paths}
    with pytest.raises(ModelFileMissing, match=r"model_file_missing\.file"):
        PackEngine(InstalledPack(installed.manifest, gone))


def test_where_the_card_is_gone_that_was_the_quickest_the_engine_goes_on_without(
    installed_pack: Callable[[str], InstalledPack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.vision.sessions.has_cuda", lambda: True)

    def without_card(*_: object) -> None:
        raise InferenceRuntimeMissing("cuda")

    monkeypatch.setattr("mien.vision.sessions._on_card", without_card)
    measured = MeasuredRuntimes({"recognizer": {"cuda": 1.0, "onnxruntime": 5.0}})
    with capture_logs() as logs:
        engine = PackEngine(installed_pack("mobile"), measured=measured)
    engine.close()
    assert engine.summary.recognizer.endswith("(onnxruntime)")
    assert [log["key"] for log in logs] == ["inference_runtime_missing.cuda"]
    with pytest.raises(InferenceRuntimeMissing, match="cuda"):
        PackEngine(installed_pack("mobile"), runtime="cuda")
