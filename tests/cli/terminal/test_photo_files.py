"""`mien detect`, `identify` and `verify`."""

import json
from pathlib import Path

import pytest

from commanding import Mien
from drawing import draw_photo
from mien.runtime import using_engine
from nearsighted import NearsightedEngine

pytestmark = pytest.mark.thorough

ADA = draw_photo(["ada"])


def write(path: Path, *people: str, data: bytes | None = None, size: int = 120) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(draw_photo(people, face_px=size) if data is None else data)
    return path


@pytest.fixture(autouse=True)
def _database(mien: Mien) -> None:
    mien("db", "upgrade")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    write(folder / "a.png", "ada")
    write(folder / "deep" / "B.PNG", "bob", "cy")
    write(folder / "empty.png")
    write(folder / "notes.txt", data=b"no picture")
    write(folder / ".thumbnails" / "t.png", "eve")
    return folder


def test_detect_finds_the_faces_of_a_photo(mien: Mien, tmp_path: Path) -> None:
    photo = write(tmp_path / "g.png", "ada", "bob")
    done = mien("detect", photo)
    assert done.exit_code == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[:2] for line in lines] == [[str(photo), "1"], [str(photo), "2"]]
    assert [line[-1] for line in lines] == ["good", "good"]


def test_detect_speaks_json_in_the_shapes_of_the_api(mien: Mien, album: Path) -> None:
    done = mien("detect", "--json", album)
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["refused"] == []
    assert {Path(each["photo"]).name: len(each["faces"]) for each in found["photos"]} == {
        "a.png": 1,
        "B.PNG": 2,
        "empty.png": 0,
    }
    face = found["photos"][0]["faces"][0]
    assert set(face["box"]) == {"x", "y", "width", "height"}
    assert len(face["landmarks"]) == 5
    assert face["quality"]["acceptable"] is True
    assert set(found["photos"][0]["image"]) == {"width", "height"}


@pytest.mark.parametrize("command", ["detect", "identify"])
def test_small_faces_are_found_when_one_looks_closely(
    mien: Mien, tmp_path: Path, command: str
) -> None:
    photo = write(tmp_path / "small.png", "ada", "bob", size=60)
    with using_engine(NearsightedEngine()):
        assert mien(command, photo).stdout == ""
        assert len(mien(command, "--detail", "high", photo).stdout.splitlines()) == 2
    refused = mien(command, "--detail", "higher", photo)
    assert refused.exit_code == 2
    assert "'normal', 'high'" in refused.stderr


def test_comparing_and_adding_look_closely_when_asked(mien: Mien, tmp_path: Path) -> None:
    one = write(tmp_path / "people" / "Ada" / "1.png", "ada", size=60)
    two = write(tmp_path / "people" / "Ada" / "2.png", "ada", size=70)
    closely = ["--detail", "high"]
    with using_engine(NearsightedEngine()):
        for command in (
            ["verify", one, two],
            ["people", "add", "Ada", one],
            ["people", "import", tmp_path / "people"],
            ["verify", "--person", "Ada", two],
        ):
            assert "no_face_found" in mien(*command).stderr
            done = mien(*command, *closely)
            assert done.exit_code == 0, done.stderr


def test_a_photo_without_a_face_is_said_to_have_none(mien: Mien, tmp_path: Path) -> None:
    photo = write(tmp_path / "e.png")
    done = mien("detect", photo)
    assert (done.exit_code, done.stdout) == (0, "")
    assert f"{photo}: no face" in done.stderr


def test_one_bad_photo_alone_is_an_error(mien: Mien, tmp_path: Path) -> None:
    photo = write(tmp_path / "x.png", data=b"text")
    done = mien("detect", photo)
    assert done.exit_code == 1
    assert "(unsupported_image)" in done.stderr
    done = mien("identify", "--json", photo)
    assert done.exit_code == 1
    assert json.loads(done.stderr.splitlines()[-1])["code"] == "unsupported_image"


def test_some_bad_photos_are_told_of_and_stop_nothing(mien: Mien, album: Path) -> None:
    bad = write(album / "0.jpg", data=b"text")
    cut = write(album / "cut.png", data=ADA[:300])
    done = mien("detect", album)
    assert done.exit_code == 3
    assert len(done.stdout.splitlines()) == 3
    assert f"{bad}: " in done.stderr
    assert f"{cut}: " in done.stderr
    found = json.loads(mien("detect", "--json", album).stdout)
    assert {each["code"] for each in found["refused"]} == {
        "unsupported_image",
        "unreadable_image",
    }
    assert mien("detect", bad, cut).exit_code == 1


def test_a_photo_too_large_is_refused_before_it_is_read(
    mien: Mien, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIEN_MAX_UPLOAD_BYTES", "1024")
    big = tmp_path / "big.jpg"
    with big.open("wb") as file:
        file.truncate(10_000_000_000)
    done = mien("detect", big)
    assert done.exit_code == 1
    assert "10,000,000,000" in done.stderr


def test_what_is_not_there_is_a_wrong_call(mien: Mien, tmp_path: Path) -> None:
    assert mien("detect", tmp_path / "none.png").exit_code == 2
    assert mien("detect").exit_code == 2
    (tmp_path / "void").mkdir()
    done = mien("detect", tmp_path / "void")
    assert done.exit_code == 1
    assert "has no pictures" in done.stderr


def test_identify_names_those_who_are_known(mien: Mien, album: Path) -> None:
    mien("people", "add", "Ada", album / "a.png")
    done = mien("identify", album, "--limit", "2")
    assert done.exit_code == 0, done.stderr
    rows = [line.split("\t")[1:4] for line in done.stdout.splitlines()]
    assert sorted(rows) == [["1", "match", "Ada"], ["1", "unknown", ""], ["2", "unknown", ""]]
    assert "empty.png: no face" in done.stderr


def test_identify_speaks_json_in_the_shapes_of_the_api(mien: Mien, album: Path) -> None:
    mien("people", "add", "Ada", album / "a.png")
    done = mien("identify", "--json", "--threshold", "0.9", album / "a.png")
    [seen] = json.loads(done.stdout)["photos"]
    assert (seen["gallery"], seen["threshold"]) == ("default", 0.9)
    [face] = seen["faces"]
    assert face["decision"] == "match"
    [candidate] = face["candidates"]
    assert candidate["person"]["name"] == "Ada"
    assert candidate["similarity"] == pytest.approx(1)


def test_identify_says_which_value_is_wrong(mien: Mien, album: Path) -> None:
    for option, value, code in (
        ("--gallery", "nowhere", "gallery_not_found"),
        ("--limit", "0", "invalid_input"),
        ("--threshold", "7", "invalid_input"),
    ):
        done = mien("identify", album, option, value)
        assert done.exit_code == 1
        assert f"({code})" in done.stderr
        assert len(done.stderr.splitlines()) <= 2


def test_verify_says_yes_with_0_and_no_with_4(mien: Mien, tmp_path: Path) -> None:
    one, same = write(tmp_path / "1.png", "ada"), write(tmp_path / "2.png", "ada", size=90)
    other = write(tmp_path / "3.png", "bob")
    done = mien("verify", one, same)
    assert done.exit_code == 0
    assert done.stdout.split("\t")[1] == "same person"
    done = mien("verify", one, same, other)
    assert done.exit_code == 4
    assert [line.split("\t")[1] for line in done.stdout.splitlines()] == [
        "same person",
        "different people",
    ]
    assert mien("verify", one, other, "--threshold", "-1").exit_code == 0


def test_a_refusal_names_the_photo_that_it_is_about(mien: Mien, tmp_path: Path) -> None:
    good, empty = write(tmp_path / "one.png", "ada"), write(tmp_path / "empty.png")
    for photos in ([empty, good], [good, empty]):
        assert f"Error: {empty}: No face" in mien("verify", *photos).stderr
    done = mien("verify", empty, good, good)
    assert done.stderr.count(f"{empty}: No face") == 2
    told = json.loads(mien("verify", good, empty, "--json").stderr)
    assert (told["code"], told["photo"]) == ("no_face_found", str(empty))


def test_verify_takes_a_folder_and_speaks_json(mien: Mien, album: Path) -> None:
    done = mien("verify", "--json", album / "a.png", album)
    assert done.exit_code == 3
    found = json.loads(done.stdout)
    assert [each["same_person"] for each in found["comparisons"]] == [True]
    assert sorted(each["code"] for each in found["refused"]) == [
        "no_face_found",
        "several_faces_found",
    ]
    assert mien("verify", album / "a.png", album / "deep", "--other-face", "1").exit_code == 4


def test_verify_compares_with_a_person_by_name_or_id(mien: Mien, album: Path) -> None:
    person_id = mien("people", "add", "Ada", album / "a.png").stdout.strip()
    for who in ("ada", person_id):
        done = mien("verify", "--person", who, "--json", album / "a.png")
        assert done.exit_code == 0, done.stderr
        assert json.loads(done.stdout)["comparisons"][0]["example_face_id"]
    assert mien("verify", "--person", "Ada", album / "deep", "--face", "1").exit_code == 4
    done = mien("verify", "--person", "Nobody", album / "a.png")
    assert done.exit_code == 1
    assert "(person_not_found)" in done.stderr


def test_verify_needs_something_to_compare_with(mien: Mien, album: Path) -> None:
    assert mien("verify", album / "a.png").exit_code == 2
    assert mien("verify", album, album / "a.png").exit_code == 2


@pytest.mark.parametrize("command", ["detect", "identify", "verify"])
def test_a_linked_folder_is_named_and_makes_the_code_three(
    mien: Mien, album: Path, command: str
) -> None:
    (album / "round").symlink_to(album)
    first = [album / "a.png"] if command == "verify" else []
    (album / "empty.png").unlink()
    done = mien(command, "--json", *first, album)
    assert done.exit_code == 3, done.stderr
    refused = json.loads(done.stdout)["refused"]
    assert ("unreadable_folder", str(album / "round")) in {
        (each["code"], each["photo"]) for each in refused
    }


def test_a_folder_with_nothing_but_a_link_names_the_link(mien: Mien, tmp_path: Path) -> None:
    (tmp_path / "only").mkdir()
    (tmp_path / "only" / "link").symlink_to(tmp_path)
    done = mien("detect", tmp_path / "only")
    assert done.exit_code == 1
    assert "(unreadable_folder)" in done.stderr
