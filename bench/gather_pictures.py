"""Pictures of what may be taken for a human face, sorted into one folder a kind.

They come from Debian packages, unpacked (nothing is installed):

    apt-get download openclipart-png tuxpaint-stamps-default gcompris-qt-data wesnoth-1.16-data
    for package in *.deb; do dpkg-deb -x "$package" unpacked; done
    python bench/gather_pictures.py unpacked pictures

What is absent is passed over and told. Transparent pictures are laid on white, with a margin.
"""

import argparse
import io
import re
import struct
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

_STAMPS, _CLIPS = "usr/share/tuxpaint/stamps", "usr/share/openclipart/png"
_PORTRAITS = "usr/share/games/wesnoth/1.16/data/core/images/portraits"
_RESOURCES = "usr/share/gcompris-qt/rcc"
# Of each kind: folders, whose pictures all count, and files that hold several pictures.
SOURCES: dict[str, tuple[str, ...]] = {
    "animals": (
        f"{_STAMPS}/animals",
        *(f"{_RESOURCES}/{name}.rcc" for name in ("erase", "explore_farm_animals")),
        f"{_RESOURCES}/explore_world_animals.rcc",
    ),
    "drawings": (
        f"{_CLIPS}/people",
        f"{_CLIPS}/animals",
        f"{_CLIPS}/recreation/holiday",
        f"{_RESOURCES}/lang.rcc",
    ),
    "paintings": (_PORTRAITS, f"{_RESOURCES}/paintings.rcc"),
    "statues": (f"{_STAMPS}/town/monuments", f"{_RESOURCES}/explore_monuments.rcc"),
    "toys": (
        f"{_STAMPS}/people/toys",
        f"{_STAMPS}/seasonal",
        f"{_STAMPS}/symbols/chess",
        f"{_CLIPS}/recreation/toys",
    ),
}
_LEAST_SIDE, _MOST_SIDE, _MOST_ASPECT = 48, 1200, 12
_MARGIN_SHARE = 1 / 6
_ENDINGS = {".png", ".jpg", ".jpeg", ".webp"}


def gather(unpacked: Path, kind: str) -> Iterator[tuple[str, Image.Image]]:
    """The pictures of a kind, each with a name that is always the same.

    Args:
        unpacked: the root of the unpacked packages.
        kind: of `SOURCES`.
    """
    for source in SOURCES[kind]:
        path = unpacked / source
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.suffix.lower() in _ENDINGS:
                    yield str(file.relative_to(unpacked)).replace("/", "_"), _open(file)
        elif path.is_file():
            for number, content in enumerate(_pictures_within(path.read_bytes())):
                yield f"{path.stem}_{number}", _open(io.BytesIO(content))


def _open(file: Path | io.BytesIO) -> Image.Image:
    opened = Image.open(file)
    margin = round(_MARGIN_SHARE * max(opened.size)) if "A" in opened.getbands() else 0
    picture = opened.convert("RGBA")
    size = (picture.width + 2 * margin, picture.height + 2 * margin)
    white = Image.new("RGBA", size, (255, 255, 255, 255))
    white.alpha_composite(picture, (margin, margin))
    whole = white.convert("RGB")
    whole.thumbnail((_MOST_SIDE, _MOST_SIDE))
    return whole


def _pictures_within(resources: bytes) -> Iterator[bytes]:
    """The pictures that a file of Qt resources holds uncompressed, each behind its length."""
    for found in re.finditer(
        rb"RIFF....WEBP|\xff\xd8\xff[\xe0\xe1]|\x89PNG\r\n\x1a\n", resources, re.DOTALL
    ):
        (length,) = struct.unpack(">I", resources[found.start() - 4 : found.start()])
        content = resources[found.start() : found.start() + length]
        if len(content) == length > _LEAST_BYTES:
            yield content


_LEAST_BYTES = 1000


def _is_usable(picture: Image.Image) -> bool:
    return min(picture.size) >= _LEAST_SIDE and max(picture.size) <= _MOST_ASPECT * min(
        picture.size
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("unpacked", type=Path, help="root of the unpacked packages")
    parser.add_argument("to", type=Path, help="folder to make")
    options = parser.parse_args(arguments)
    for kind, sources in SOURCES.items():
        for source in sources:
            if not (options.unpacked / source).exists():
                print(f"absent: {source}", file=sys.stderr)
        count = 0
        for name, picture in gather(options.unpacked, kind):
            if _is_usable(picture):
                (options.to / kind).mkdir(parents=True, exist_ok=True)
                picture.save(options.to / kind / f"{Path(name).stem}.png")
                count += 1
        print(f"{kind}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
