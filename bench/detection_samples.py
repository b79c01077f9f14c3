"""Photos as people send them, with faces marked by hand: profiles, lowered and raised heads, masks.

They are samples of `insightface_samples`, which holds no marks of its own. Few: each face counts, and
none has a half of its own to choose by.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from bench.detection_sets import Example
from bench.detection_sets import read

Marks = Sequence[tuple[int, int, int, int]]
"""Left, top, right and bottom of faces, in hundredths of the picture's width and height."""

_TESTS = "cpp-package/inspireface/test_res/data"
_IMAGES = "python-package/insightface/data/images"

PROFILES: Final[Mapping[str, Marks]] = {
    f"{_TESTS}/RD/d2.jpeg": [(38, 35, 92, 82)],
    f"{_TESTS}/RD/d5.jpeg": [(38, 17, 63, 40)],
    f"{_TESTS}/bulk/yifei.jpg": [(44, 7, 63, 26)],
    f"{_TESTS}/pose/left_face.jpeg": [(16, 24, 55, 72)],
    f"{_TESTS}/pose/right_face.png": [(42, 10, 61, 57)],
}
"""Seen from the side, two of them wholly."""

LEANING: Final[Mapping[str, Marks]] = {
    f"{_TESTS}/emotion/anger.png": [(22, 24, 68, 87)],
    f"{_TESTS}/pose/left_wryneck.png": [(23, 15, 66, 56)],
    f"{_TESTS}/pose/lower_face.jpeg": [(42, 41, 63, 68)],
    f"{_TESTS}/pose/right_wryneck.png": [(36, 15, 70, 46)],
    f"{_TESTS}/pose/rise_face.jpeg": [(41, 23, 65, 60)],
    f"{_TESTS}/reaction/close_eyes.jpeg": [(34, 32, 78, 73)],
}
"""Lowered, raised, or leaning to a side."""

MASKED: Final[Mapping[str, Marks]] = {
    f"{_TESTS}/bulk/mask.png": [(9, 22, 72, 80)],
    f"{_TESTS}/bulk/mask2.jpg": [(37, 22, 67, 56)],
    f"{_TESTS}/crop/crop_mask.png": [(12, 15, 78, 96)],
}
"""With a mask over nose and mouth."""

FRONTS: Final[Mapping[str, Marks]] = {
    f"{_TESTS}/RD/d1.jpeg": [(25, 25, 80, 83)],
    f"{_TESTS}/RD/d3.jpeg": [(22, 24, 56, 53)],
    f"{_TESTS}/RD/d4.jpeg": [(25, 16, 78, 62)],
    f"{_TESTS}/attribute/1423.jpg": [(35, 27, 75, 69)],
    f"{_TESTS}/attribute/1561.jpg": [(30, 23, 73, 74)],
    f"{_TESTS}/attribute/1996.jpg": [(37, 23, 75, 67)],
    f"{_TESTS}/attribute/2963.jpg": [(32, 26, 65, 72)],
    f"{_TESTS}/attribute/7242.jpg": [(1, 26, 33, 72), (35, 22, 68, 72)],
    f"{_TESTS}/bulk/Nathalie_Baye_0002.jpg": [(32, 27, 63, 78)],
    f"{_TESTS}/bulk/Rob_Lowe_0001.jpg": [(30, 25, 70, 72)],
    f"{_TESTS}/bulk/Rob_Lowe_0002.jpg": [(29, 24, 73, 72)],
    f"{_TESTS}/bulk/blur.jpg": [(26, 9, 68, 60)],
    f"{_TESTS}/bulk/face_sample.png": [(28, 24, 71, 68)],
    f"{_TESTS}/bulk/image_T1.jpeg": [(26, 18, 62, 54)],
    f"{_TESTS}/bulk/jntm.jpg": [(25, 23, 67, 61)],
    f"{_TESTS}/bulk/kun.jpg": [(29, 28, 71, 69)],
    f"{_TESTS}/bulk/kun_crop.jpg": [(29, 14, 70, 63)],
    f"{_TESTS}/bulk/r180.jpg": [(27, 30, 69, 69)],
    f"{_TESTS}/bulk/r270.jpg": [(28, 27, 68, 68)],
    f"{_TESTS}/bulk/r90.jpg": [(32, 26, 70, 70)],
    f"{_TESTS}/bulk/rgb_fake.jpg": [(32, 22, 61, 51)],
    f"{_TESTS}/bulk/woman_search.jpeg": [(41, 22, 62, 41)],
    f"{_TESTS}/crop/crop.png": [(6, 15, 86, 98)],
    f"{_TESTS}/emotion/happy.png": [(18, 22, 86, 92)],
    f"{_TESTS}/emotion/sad.png": [(26, 30, 74, 87)],
    f"{_TESTS}/reaction/close_open_eyes.jpeg": [(27, 19, 63, 52)],
    f"{_TESTS}/reaction/open_eyes.png": [(38, 24, 83, 82)],
    f"{_IMAGES}/Tom_Hanks_54745.png": [(15, 25, 78, 99)],
    f"{_IMAGES}/t1.jpg": [
        (3, 28, 12, 46),
        (22, 12, 31, 28),
        (36, 28, 46, 52),
        (58, 33, 68, 52),
        (70, 3, 80, 20),
        (88, 28, 96, 46),
    ],
}
"""The rest: mostly from the front, some on their side, one blurred, one on a screen."""

NOBODY: Final[Mapping[str, Marks]] = {
    f"{_TESTS}/bulk/kun_cartoon_crop.jpg": [],
    f"{_TESTS}/bulk/kun_cartoon_crop_r90.jpg": [],
    f"{_TESTS}/bulk/view.jpg": [],
    f"{_TESTS}/crop/no_face.png": [],
    f"{_IMAGES}/mask_black.jpg": [],
    f"{_IMAGES}/mask_blue.jpg": [],
    f"{_IMAGES}/mask_green.jpg": [],
    f"{_IMAGES}/mask_white.jpg": [],
}
"""Two cartoons, a landscape, a dark patch, and masks that nobody wears."""

SAMPLES: Final[Mapping[str, Mapping[str, Marks]]] = {
    "samples: from the side": PROFILES,
    "samples: lowered, raised, leaning": LEANING,
    "samples: masks": MASKED,
    "samples: the rest": FRONTS,
    "no human face: samples": NOBODY,
}
"""What the pictures show, by the name of the set."""


def marked(folder: Path, marks: Mapping[str, Marks]) -> Iterator[Example]:
    """The pictures of a table that are here, with what is marked in them.

    Args:
        folder: of `insightface_samples`.
        marks: by the path of a picture within it.
    """
    for name, faces in marks.items():
        path = folder / name
        if path.is_file():
            image = read(path)
            height, width = image.shape[:2]
            shares = np.array(faces, dtype=np.float64).reshape(-1, 4) / 100
            boxes = shares * np.array([width, height, width, height])
            # People at the back of somebody's photo are not marked; where nobody is, none are.
            yield Example(image, boxes, None, others=bool(faces))
