import pytest

from drawing import draw_photo
from drawing import draw_picture
from mien.vision.fake import FakeEngine
from mien.vision.reader import ImageReader


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


def test_an_empty_drawing_has_no_face(engine: FakeEngine) -> None:
    assert not engine.analyze(draw_picture([]))


def test_every_drawn_person_is_found_from_left_to_right(engine: FakeEngine) -> None:
    faces = engine.analyze(draw_picture(["ada", "bob", "cleo"]))
    assert len(faces) == 3
    assert len({round(face.box.left) for face in faces}) == 3


@pytest.mark.thorough
@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("face_px", [40, 64, 120, 300])
def test_one_person_is_like_itself_and_unlike_others(
    engine: FakeEngine, format_name: str, face_px: int
) -> None:
    reader = ImageReader(max_bytes=10**7, max_pixels=10**7)
    names = [f"person {number}" for number in range(12)]
    embeddings = []
    for number, name in enumerate(names):
        known = engine.analyze(draw_picture([name], variant=number))[0].embedding
        data = draw_photo([name], variant=99, face_px=face_px, format_name=format_name)
        (probe,) = engine.analyze(reader.decode(data).image_rgb)
        assert float(known @ probe.embedding) > 0.75
        embeddings.append(probe.embedding)
    for number, one in enumerate(embeddings):
        assert all(float(one @ other) < 0.5 for other in embeddings[number + 1 :])


def test_the_same_photo_always_gives_the_same_embedding() -> None:
    picture = draw_picture(["ada"])
    one = FakeEngine().analyze(picture)[0].embedding
    other = FakeEngine().analyze(picture)[0].embedding
    assert (one == other).all()


def test_another_dimension_is_another_contract() -> None:
    assert FakeEngine().summary.contract_id.startswith("fake-64-")
    assert FakeEngine(128).summary.contract_id != FakeEngine().summary.contract_id
    assert FakeEngine(128).analyze(draw_picture(["ada"]))[0].embedding.shape == (128,)
