"""Drawn photos whose people `FakeEngine` knows."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from mien.vision.fake import draw_face
from mien.vision.types import ImageRGB


def draw_picture(
    people: Sequence[str],
    *,
    variant: int = 0,
    face_px: int = 120,
    size_wh: tuple[int, int] | None = None,
    doubtful: bool = False,
) -> ImageRGB:
    """A picture of these people from left to right; another variant is another photo of them.

    Args:
        people: one word a face; the same word is the same person.
        variant: changes the background and where the faces stand.
        face_px: side of a face.
        size_wh: of the picture; None makes it just wide enough.
        doubtful: whether the engine doubts that they are faces.
    """
    gap = face_px // 2
    needed = max(len(people), 1) * (face_px + gap) + gap
    width, height = size_wh or (max(needed, 320), max(2 * face_px, 240))
    random = np.random.default_rng(variant)
    background = random.integers(90, 220, size=3)
    picture = np.empty((height, width, 3), dtype=np.uint8)
    picture[:] = background
    picture += np.linspace(0, 30, height).astype(np.uint8)[:, None, None]
    shift_x, shift_y = random.integers(0, max(gap // 2, 1), size=2)
    for number, person in enumerate(people):
        left = gap // 2 + int(shift_x) + number * (face_px + gap)
        top = (height - face_px) // 2 + int(shift_y) - gap // 4
        picture[top : top + face_px, left : left + face_px] = draw_face(
            person, face_px, doubtful=doubtful
        )
    return picture


def encode(image_rgb: ImageRGB, format_name: str = "PNG", **options: object) -> bytes:
    """The bytes of a file holding this picture; Pillow's names of formats and options."""
    buffer = io.BytesIO()
    Image.fromarray(image_rgb).save(buffer, format_name, **options)
    return buffer.getvalue()


def draw_photo(
    people: Sequence[str] = (),
    *,
    variant: int = 0,
    face_px: int = 120,
    size_wh: tuple[int, int] | None = None,
    format_name: str = "PNG",
    doubtful: bool = False,
) -> bytes:
    """The bytes of a photo of these people; see `draw_picture`."""
    picture = draw_picture(
        people, variant=variant, face_px=face_px, size_wh=size_wh, doubtful=doubtful
    )
    return encode(picture, format_name)


def draw_group(people: Sequence[tuple[str, int]]) -> bytes:
    """The bytes of a photo of people from left to right, each with the side of their face."""
    pictures = [draw_picture([name], face_px=side, size_wh=(260, 300)) for name, side in people]
    return encode(np.concatenate(pictures, axis=1))
