"""Pictures of a video: at their moments, upright, and from nothing but the file itself."""

import io
from pathlib import Path

import numpy as np
import pytest

from making_videos import make_video
from making_videos import turned_clockwise
from making_videos import video_library
from mien.errors import VideoRefused
from mien.errors import VideoUnavailable
from mien.vision import video
from mien.vision.types import ImageRGB
from mien.vision.video import VideoPicture
from mien.vision.video import open_video
from mien.vision.video import require_library


def shade(value: int, *, width: int = 64, height: int = 48) -> ImageRGB:
    return np.full((height, width, 3), value, dtype=np.uint8)


def pictures_of(data: bytes, every: float = 0.5) -> list[VideoPicture]:
    with open_video(io.BytesIO(data)) as opened:
        return list(opened.pictures(every))


def refusal(data: bytes, every: float = 0.5) -> str:
    with pytest.raises(VideoRefused) as refused:
        pictures_of(data, every)
    return refused.value.key


@pytest.fixture(scope="module", autouse=True)
def _library() -> None:
    video_library()


@pytest.fixture(scope="module")
def short() -> bytes:
    """Two seconds that become lighter."""
    return make_video([shade(20 + 10 * number) for number in range(20)])


def test_pictures_come_at_the_asked_pace_with_their_moments(short: bytes) -> None:
    found = pictures_of(short)
    assert [each.at for each in found] == pytest.approx([0.0, 0.5, 1.0, 1.5])
    assert [int(each.image_rgb.mean()) for each in found] == pytest.approx(
        [20, 70, 120, 170], abs=4
    )
    assert found[0].image_rgb.shape == (48, 64, 3)


def test_a_pace_faster_than_the_video_gives_every_picture(short: bytes) -> None:
    assert len(pictures_of(short, every=0.01)) == 20


@pytest.mark.parametrize(
    ("format_name", "codec"),
    [("matroska", "mpeg4"), ("avi", "mjpeg"), ("mpegts", "mpeg2video"), ("webm", "libvpx-vp9")],
)
def test_the_usual_formats_are_read(format_name: str, codec: str) -> None:
    rate = 25
    made = make_video([shade(90)] * 2 * rate, format_name=format_name, codec=codec, rate=rate)
    if codec == "mjpeg":
        # MJPEG has its own range of greys; that it is read is what counts.
        assert len(pictures_of(made)) == 4
    else:
        assert [each.at for each in pictures_of(made)] == pytest.approx(
            [0, 0.52, 1.04, 1.56], abs=0.1
        )


def test_a_video_that_a_phone_held_upright_has_taken_is_turned() -> None:
    lying = shade(200)
    lying[:, :32] = 20
    upright = pictures_of(turned_clockwise(make_video([lying] * 3)))[0].image_rgb
    assert upright.shape == (64, 48, 3)
    assert upright[:24].mean() < 60
    assert upright[40:].mean() > 160


def test_large_pictures_are_made_smaller(monkeypatch: pytest.MonkeyPatch, short: bytes) -> None:
    monkeypatch.setattr(video, "LONG_SIDE", 32)
    assert pictures_of(short)[0].image_rgb.shape == (24, 32, 3)


@pytest.mark.parametrize("name", ["there.mp4", "/etc/hostname", "http://127.0.0.1:9/there.mp4"])
def test_a_list_that_names_other_files_is_no_video(
    name: str, short: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the list of formats FFmpeg opens it, from here.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.mp4").write_bytes(short)
    assert refusal(f"ffconcat version 1.0\nfile '{name}'\n".encode()) == "video_refused.unknown"
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{name}\n#EXT-X-ENDLIST\n"
    assert refusal(playlist.encode()) == "video_refused.unknown"
    sdp = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n"
    assert refusal(sdp.encode()) == "video_refused.unknown"


def test_no_path_is_followed_even_where_the_library_would(tmp_path: Path, short: bytes) -> None:
    """What stands behind the check of formats: no protocol may be used at all."""
    av = video_library()
    path = tmp_path / "there.mp4"
    path.write_bytes(short)
    with pytest.raises(av.error.FFmpegError):
        av.open(str(path), options={"protocol_whitelist": ""})


@pytest.mark.parametrize(
    "data", [b"", b"text, not a video " * 100, b"\xff\xd8\xff\xe0" + b"x" * 900]
)
def test_what_is_no_video_is_refused(data: bytes) -> None:
    assert refusal(data) == "video_refused.unknown"


def test_sound_alone_is_refused() -> None:
    av = video_library()
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert refusal(held.getvalue()) == "video_refused.no_pictures"


def test_pictures_that_are_packed_otherwise_are_refused() -> None:
    made = make_video([shade(90)] * 3, codec="ffv1", format_name="matroska")
    assert refusal(made) == "video_refused.codec"


def test_a_video_that_breaks_off_ends_there() -> None:
    whole = make_video([shade(5 * n) for n in range(40)], format_name="matroska", codec="mjpeg")
    kept = pictures_of(whole[: len(whole) * 6 // 10], every=0.1)
    assert 5 < len(kept) < 40


def test_a_video_of_which_nothing_is_left_is_damaged(short: bytes) -> None:
    begin = short.index(b"mdat") + 4
    assert refusal(short[:begin] + bytes(len(short) - begin)) in {
        "video_refused.damaged",
        "video_refused.unknown",
    }


def test_limits(short: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "MOST_SECONDS", 1)
    assert refusal(short) == "video_refused.too_long"
    monkeypatch.setattr(video.Video, "__init__", _without_duration)
    assert refusal(short) == "video_refused.too_long"
    monkeypatch.undo()
    monkeypatch.setattr(video, "MOST_PIXELS", 64 * 48 - 1)
    assert refusal(short) == "video_refused.damaged"
    monkeypatch.undo()
    monkeypatch.setattr(video, "MOST_RATE", 2)
    monkeypatch.setattr(video, "_SPARE_PICTURES", 1)
    assert refusal(short) == "video_refused.too_many_pictures"


def _without_duration(
    self: video.Video, container: object, stream: object, library: object
) -> None:
    self._container, self._stream, self._library = container, stream, library
    self.duration = None


def test_where_the_library_is_missing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(VideoUnavailable):
        require_library()
