from pathlib import Path

import pytest

from drawing import draw_photo
from labelled import write
from mien.evaluation.acquire import acquire
from mien.vision.fake import FakeEngine
from mien.vision.reader import ImageReader


def test_a_file_that_is_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "small.png", draw_photo(["Ada"]))
    limit = (tmp_path / "small.png").stat().st_size
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(limit + 1)
    read: list[str] = []
    read_bytes = Path.read_bytes

    def watched(path: Path) -> bytes:
        read.append(path.name)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", watched)
    reader = ImageReader(max_bytes=limit, max_pixels=10**7)
    found = acquire(FakeEngine(), reader, tmp_path, ["huge.png", "small.png"], face="largest")
    assert found.refused == {"huge.png": "image_too_large"}
    assert list(found.samples) == ["small.png"]
    assert read == ["small.png"]
