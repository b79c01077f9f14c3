import numpy as np
import pytest

from mien.vision.planes import to_planes


def test_pictures_are_taken_apart_by_channel_in_the_order_of_the_network() -> None:
    images = np.random.default_rng(1).integers(0, 255, (3, 5, 7, 3), dtype=np.uint8)
    rgb, bgr = to_planes(images, color="rgb"), to_planes(images, color="bgr")
    assert rgb.dtype == np.float32
    assert rgb.shape == (3, 3, 5, 7)
    assert (rgb == images.transpose(0, 3, 1, 2)).all()
    assert (bgr == rgb[:, ::-1]).all()


def test_each_channel_has_its_own_mean_and_scale() -> None:
    image = np.full((1, 2, 2, 3), 100, dtype=np.uint8)
    planes = to_planes(image, color="rgb", mean=(0, 50, 100), scale=(1, 2, 4))
    assert planes[0, :, 0, 0].tolist() == pytest.approx([100, 25, 0])
