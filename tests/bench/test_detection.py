import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bench import detection_list
from bench import gather_pictures
from bench.confidence import LIMITS
from bench.confidence import weigh
from bench.detection import Findings
from bench.detection import is_on
from bench.detection import measure
from bench.detection_fisheye import see_through_fisheye
from bench.detection_fisheye import through_lens
from bench.detection_list import NO_HUMAN_FACE
from bench.detection_list import absent_sets
from bench.detection_list import list_sets
from bench.detection_samples import SAMPLES
from bench.detection_samples import marked
from bench.detection_sets import Example
from bench.detection_sets import close_up
from bench.detection_sets import make
from bench.detection_sets import open_source
from bench.detection_sets import paste
from bench.detection_sets import turn
from bench.detection_sets import whole
from bench.detection_worn import wear_mask
from bench.detection_worn import wear_sunglasses
from numpy.typing import NDArray
from PIL import Image

from drawing import draw_picture
from mien.vision.fake import FakeEngine
from mien.vision.types import ImageRGB

RED = (200, 30, 30)


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """Photos like those of the set, with a red square where the face is."""
    for number in range(12):
        folder = tmp_path / "images" / f"Person_{number}"
        folder.mkdir(parents=True)
        picture = np.full((250, 250, 3), 90 + number, dtype=np.uint8)
        picture[68:182, 68:182] = RED
        Image.fromarray(picture).save(folder / f"Person_{number}_0001.png")
        (folder / f"Person_{number}_0001.png").rename(folder / f"Person_{number}_0001.jpg")
    return tmp_path


def _red_box(image_rgb: ImageRGB) -> NDArray[np.float64]:
    mask = (image_rgb[..., 0] > 150) & (image_rgb[..., 1] < 80)
    ys, xs = np.nonzero(mask)
    return np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], dtype=np.float64)


def _photo() -> ImageRGB:
    picture = np.full((250, 250, 3), 100, dtype=np.uint8)
    picture[68:182, 68:182] = RED
    return picture


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_the_known_box_turns_with_the_picture(quarters: int) -> None:
    picture = np.full((250, 400, 3), 100, dtype=np.uint8)
    picture[20:60, 300:380] = RED
    turned = turn(Example(picture, np.array([[300.0, 20, 380, 60]])), quarters)
    assert np.abs(turned.boxes[0] - _red_box(turned.image_rgb)).max() < 1
    assert turned.roll_degrees == 90 * quarters


def test_a_pasted_face_is_where_it_is_said_to_be() -> None:
    example = paste(np.random.default_rng(3), [_photo()], (900, 700), [180.0])
    left, top, right, bottom = (round(edge) for edge in example.boxes[0])
    assert right - left == pytest.approx(180, abs=2)
    inside = example.image_rgb[top + 4 : bottom - 4, left + 4 : right - 4]
    assert np.abs(inside.astype(int) - RED).max() < 4
    around = example.image_rgb[top - 6, left - 6].astype(int)
    assert np.abs(around - RED).max() > 20


def test_a_close_up_is_all_face() -> None:
    example = close_up(_photo(), 0.8, 500)
    assert (example.image_rgb[:, :, 0] > 150).mean() > 0.9
    assert example.boxes.tolist() == [[0, 0, 500, example.image_rgb.shape[0]]]


def test_the_same_seed_makes_the_same_pictures(faces: Path) -> None:
    source = open_source(faces, half="reporting", seed=4)

    def pictures() -> Iterator[Example]:
        return make(
            source,
            lambda random, photos: paste(random, photos, (300, 300), [80.0]),
            name="a",
            count=3,
        )

    for one, other in zip(pictures(), pictures(), strict=True):
        assert (one.image_rgb == other.image_rgb).all()
        assert (one.boxes == other.boxes).all()


def test_nobody_is_in_both_halves(faces: Path) -> None:
    one = {path.parent for path in open_source(faces, half="choosing", seed=0).photos}
    other = {path.parent for path in open_source(faces, half="reporting", seed=0).photos}
    assert not one & other
    assert len(one | other) == 12


def test_findings_are_counted() -> None:
    box = np.array([50.0, 50, 100, 110])
    assert is_on(box, box + 8)
    assert not is_on(box, box + 60)
    example = Example(_photo(), np.array([box, box + 100]), roll_degrees=90)
    found = Findings(
        np.stack([box + 3, box - 2, np.array([200.0, 10, 240, 50])]), np.array([80.0, 300, 0])
    )
    tally = measure(iter([example]), lambda _: found)
    assert (tally.pictures, tally.faces, tally.found) == (1, 2, 1)
    assert tally.level == 1
    assert tally.false == 1
    assert tally.duplicates == 1


def test_people_in_the_background_are_not_called_false() -> None:
    elsewhere = Findings(np.array([[0.0, 0, 20, 20]]))
    tally = measure(iter([whole(_photo())]), lambda _: elsewhere)
    assert (tally.found, tally.false) == (0, 0)


def test_what_is_doubted_is_counted_beside_what_is_found_and_what_is_false() -> None:
    box = np.array([50.0, 50, 100, 110])
    found = Findings(
        np.stack([box, box + 100, np.array([200.0, 10, 240, 50])]),
        doubted=np.array([False, True, True]),
    )
    tally = measure(iter([Example(_photo(), np.array([box, box + 100]))]), lambda _: found)
    assert (tally.found, tally.doubted_found) == (2, 1)
    assert (tally.false, tally.doubted_false) == (1, 1)


def test_a_folder_of_what_is_no_face_is_a_set_of_one_half(faces: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    (pictures / "toys").mkdir(parents=True)
    for number in range(20):
        Image.fromarray(_photo()).save(pictures / "toys" / f"{number}.png")
    counts = {}
    for half in ("choosing", "reporting"):
        sets = list_sets(
            open_source(faces, half=half, seed=0), tmp_path, count=50, pictures=pictures, half=half
        )
        counts[half] = len(list(sets[f"{NO_HUMAN_FACE}toys"]()))
    assert sum(counts.values()) == 20
    assert min(counts.values()) > 0
    assert "toys" not in absent_sets(pictures)
    assert {"animals", "statues"} <= set(absent_sets(pictures))
    assert "toys" in absent_sets(None)


def test_the_share_below_each_limit_is_of_what_would_be_stored() -> None:
    pictures = [
        draw_picture(["rex"], doubtful=True),
        draw_picture(["ada"]),
        draw_picture(["ada"], face_px=30),
    ]
    row = weigh(FakeEngine(), lambda: iter([Example(each) for each in pictures]))
    assert (row.pictures, row.found, row.storable) == (3, 3, 2)
    assert row.refused == (0.5,) * len(LIMITS)


def test_pictures_are_gathered_by_kind_from_folders_and_from_resources(tmp_path: Path) -> None:
    unpacked, to = tmp_path / "unpacked", tmp_path / "to"
    stamps = unpacked / "usr/share/tuxpaint/stamps/animals/dogs"
    stamps.mkdir(parents=True)
    Image.new("RGBA", (90, 120), (0, 0, 0, 0)).save(stamps / "rex.png")
    Image.new("RGB", (20, 20)).save(stamps / "too_small.png")
    photo = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (80, 80, 3), np.uint8)).save(
        photo, "JPEG"
    )
    resources = unpacked / "usr/share/gcompris-qt/rcc/explore_monuments.rcc"
    resources.parent.mkdir(parents=True)
    content = photo.getvalue()
    resources.write_bytes(b"qres" + len(content).to_bytes(4, "big") + content + b"tail")
    assert gather_pictures.main([str(unpacked), str(to)]) == 0
    (animal,) = (to / "animals").iterdir()
    with Image.open(animal) as picture:
        assert picture.size == (130, 160)
        assert picture.getpixel((65, 80)) == (255, 255, 255)
    (statue,) = (to / "statues").iterdir()
    with Image.open(statue) as picture:
        assert picture.size == (80, 80)


def test_what_is_worn_covers_its_part_of_the_face_and_little_else() -> None:
    random = np.random.default_rng(5)
    for _ in range(12):
        for wear, low, high in ((wear_mask, 0.58, 0.95), (wear_sunglasses, 0.35, 0.42)):
            covered = wear(random, _photo())
            changed = np.abs(covered.image_rgb.astype(int) - _photo()).max(axis=2) > 12
            left, top, _, bottom = covered.boxes[0]
            side = bottom - top
            rows = slice(round(top + low * side), round(top + high * side))
            inner = slice(round(left + 0.35 * side), round(left + 0.65 * side))
            eyes = slice(round(left + 0.26 * side), round(left + 0.36 * side))
            assert changed[rows, inner if wear is wear_mask else eyes].mean() > 0.9
            assert changed[: round(top + 0.2 * side)].sum() == 0
            assert changed[round(top + 1.2 * side) :].sum() == 0


@pytest.mark.parametrize("angles", [(0, 30), (45, 58)])
def test_a_face_seen_through_a_fisheye_is_where_it_is_said_to_be(angles: tuple[int, int]) -> None:
    example = see_through_fisheye(
        np.random.default_rng(2), [_photo()] * 3, angles=angles, sizes=(150, 200)
    )
    assert len(example.boxes) > 1
    for left, top, right, bottom in example.boxes.round().astype(int):
        x, y = (left + right) // 2, (top + bottom) // 2
        middle = example.image_rgb[y - 5 : y + 5, x - 5 : x + 5]
        assert np.abs(middle.astype(int) - RED).max() < 30
    corners = np.array([[example.image_rgb[y, x].max() for x in (0, -1)] for y in (0, -1)])
    assert (corners == 0).all()


def test_the_lens_presses_together_what_lies_far_from_its_middle() -> None:
    middle = through_lens(np.array([[1124.0, 1124.0], [1134.0, 1124.0]]))
    edge = through_lens(np.array([[1700.0, 1124.0], [1710.0, 1124.0]]))
    assert np.ptp(middle[:, 0]) == pytest.approx(10, abs=0.1)
    assert np.ptp(edge[:, 0]) < 4


def test_marks_of_samples_are_shares_of_the_picture(tmp_path: Path) -> None:
    Image.fromarray(_photo()[:200]).save(tmp_path / "a.png")
    marks = {"a.png": [(10, 20, 50, 60)], "absent.png": [(0, 0, 1, 1)]}
    (example,) = marked(tmp_path, marks)
    assert example.boxes.tolist() == [[25, 40, 125, 120]]
    assert example.others


def test_every_mark_lies_in_its_picture() -> None:
    boxes = [box for marks in SAMPLES.values() for faces in marks.values() for box in faces]
    assert len(boxes) > 40
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= 100
        assert 0 <= top < bottom <= 100


def test_the_most_turned_are_of_one_half_alone(
    faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = tmp_path / "turned.txt"
    names = [f"Person_{number}_0001" for number in range(0, 12, 2)]
    turned.write_text("\n".join(["# a remark", *names, "Nobody_0001"]))
    monkeypatch.setattr(detection_list, "TURNED", turned)
    counts = [
        len(
            list(
                list_sets(open_source(faces, half=half, seed=0), tmp_path, count=9)["most turned"]()
            )
        )
        for half in ("choosing", "reporting")
    ]
    assert sum(counts) == len(names)
    assert min(counts) > 0
