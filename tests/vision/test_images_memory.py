import subprocess
import sys

import pytest

# In a process of its own: how much memory a process keeps depends on all that it has done before.
_CODE = """
import io, resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from PIL import Image

from mien.vision.reader import ImageReader

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6

buffer = io.BytesIO()
Image.new("RGBA", (3500, 3500), (1, 2, 3, 4)).save(buffer, "PNG")
reader = ImageReader(max_bytes=10**8, max_pixels=10**8)
all_here = Barrier(4)

def decode(_):
    all_here.wait(30)
    reader.decode(buffer.getvalue())
    all_here.wait(30)

before = megabytes()
with ThreadPoolExecutor(4) as pool:
    list(pool.map(decode, range(4)))
print(megabytes() - before)
"""


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
def test_large_pictures_leave_no_memory_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CODE], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout) < 100
