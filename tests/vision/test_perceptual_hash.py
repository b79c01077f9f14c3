import cv2
import numpy as np

from drawing import draw_picture
from mien.vision.images import encode_jpeg
from mien.vision.perceptual_hash import hash_distance
from mien.vision.perceptual_hash import perceptual_hash
from mien.vision.reader import ImageReader
from mien.vision.types import ImageRGB

PICTURE = draw_picture(["ada"], size_wh=(320, 400))


def _changed(picture: ImageRGB) -> int:
    return hash_distance(perceptual_hash(PICTURE), perceptual_hash(picture))


def test_a_hash_is_sixteen_digits_and_always_the_same() -> None:
    assert len(perceptual_hash(PICTURE)) == 16
    assert perceptual_hash(PICTURE) == perceptual_hash(PICTURE.copy())


def test_light_size_and_compression_change_few_bits() -> None:
    small = cv2.resize(PICTURE, (160, 200), interpolation=cv2.INTER_AREA)
    assert _changed(np.asarray(small, dtype=np.uint8)) <= 4
    assert _changed((PICTURE * 0.8).astype(np.uint8)) <= 4
    reader = ImageReader(max_bytes=10**6, max_pixels=10**6)
    assert _changed(reader.decode(encode_jpeg(PICTURE, 50)).image_rgb) <= 4


def test_another_picture_changes_many_bits() -> None:
    assert _changed(np.ascontiguousarray(PICTURE[:, ::-1])) > 12
    noise = np.random.default_rng(7).integers(0, 256, size=PICTURE.shape, dtype=np.uint8)
    assert _changed(noise) > 12


def test_the_distance_counts_bits() -> None:
    assert hash_distance("0" * 16, "f" * 16) == 64
    assert hash_distance("0" * 15 + "1", "0" * 15 + "2") == 2
