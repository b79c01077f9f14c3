"""What a picture takes is what was planned for it; each measured in a process of its own."""

import subprocess
import sys

import pytest

from mien.sizing import photos_bytes
from mien.vision.decoding.memory import budget_bytes
from own_modules import environment_with_own_modules

# The peak of what a process holds is known to the system, whoever asks for the memory.
_CODE = """
import io, re, sys
from pathlib import Path
import numpy as np
from PIL import Image
import tiff_files
from mien.vision.kinds import KINDS, kind_of
from mien.vision import images
from mien.vision.reader import ImageReader

WIDTH, HEIGHT = 4000, 3000
def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
def now():
    return int(re.search(r"VmRSS:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
def make(name):
    kind, _, mode = name.partition("-")
    buffer = io.BytesIO()
    options = {}
    if kind == "TIFF" and mode not in {"CMYK", "P"}:
        number, samples, photometric = {
            "F": ("f4", 1, 1), "F64": ("f8", 3, 2), "I32": ("u4", 1, 1), "RGB16": ("u2", 3, 2),
        }[mode]
        numbers = np.zeros((HEIGHT, WIDTH, samples), number)
        return tiff_files.write_tiff(
            tiff_files.Page(numbers=numbers, photometric=photometric, compression=8)
        )
    if mode == "progressive":
        mode, options = "RGB", {"progressive": True}
    if mode == "I;16":
        image = Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint16))
    else:
        image = Image.new(mode, (WIDTH, HEIGHT))
    if kind == "HEIF":
        import pillow_heif
        pillow_heif.from_pillow(image).save(buffer, quality=10)
    else:
        image.save(buffer, kind, **options)
    return buffer.getvalue()

reader = ImageReader(max_bytes=10**9, max_pixels=50_000_000)
small = io.BytesIO()
if sys.argv[1] == "make":
    Path(sys.argv[3]).write_bytes(make(sys.argv[2]))
else:
    data = Path(sys.argv[3]).read_bytes()
    Image.new("RGB", (9, 9)).save(small, "PNG")
    reader.decode(small.getvalue())
    planned = images._plan(data, kind_of(data), 50_000_000).need_bytes
    # Nothing that was held before counts.
    Path("/proc/self/clear_refs").write_text("5")
    before = now()
    reader.decode(data)
    print(planned, peak() - before)
"""
_KINDS = [
    *("JPEG-RGB", "JPEG-L", "JPEG-CMYK", "JPEG-progressive"),
    *("PNG-RGB", "PNG-RGBA", "PNG-L", "PNG-LA", "PNG-P", "PNG-1", "PNG-I;16"),
    *("WEBP-RGB", "WEBP-RGBA", "GIF-P", "BMP-RGB"),
    *("AVIF-RGB", "AVIF-RGBA", "HEIF-RGB", "HEIF-RGBA"),
    *("TIFF-F", "TIFF-F64", "TIFF-I32", "TIFF-RGB16", "TIFF-CMYK", "TIFF-P"),
]


@pytest.mark.processes
@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
@pytest.mark.parametrize("name", _KINDS)
def test_no_kind_takes_more_than_was_planned(name: str, tmp_path: object) -> None:
    path = f"{tmp_path}/picture"
    for step in ("make", "read"):
        done = subprocess.run(
            [sys.executable, "-c", _CODE, step, name, path],
            env=environment_with_own_modules(),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    planned, taken = map(int, done.stdout.split())
    # Pages that the system has not given out yet are not counted, so that less may be taken.
    assert taken <= planned * 1.05
    assert planned <= budget_bytes(50_000_000)


def test_what_a_worker_is_said_to_need_holds_all_that_is_decoded_and_one_that_is_searched() -> None:
    assert photos_bytes(50_000_000) >= budget_bytes(50_000_000) + 3 * 50_000_000
