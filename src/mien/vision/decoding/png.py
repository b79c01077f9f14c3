"""PNG: its pixels by Pillow, which never sees the texts and other parts around them."""

from mien.vision.decoding.memory import need_bytes
from mien.vision.decoding.plan import Plan
from mien.vision.decoding.with_pillow import draw
from mien.vision.decoding.with_pillow import open_picture
from mien.vision.formats.png import MEDIA_TYPE
from mien.vision.formats.png import read_png


def plan_png(data: bytes) -> Plan:
    """Plan a PNG.

    Raises:
        UnreadableImage, UnsupportedImage: see `mien.vision.formats.png`.
    """
    file = read_png(data)
    image = open_picture(file.for_decoder(), "PNG", MEDIA_TYPE)
    return Plan(
        width=file.width,
        height=file.height,
        need_bytes=need_bytes("PNG", image.mode, file.width * file.height, copied_bytes=len(data)),
        draw=lambda stored: draw(image, stored),
        turn=file.turn,
    )
