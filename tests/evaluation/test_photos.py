from pathlib import Path

import pytest

from mien.errors import InvalidInput
from mien.evaluation.pairs_file import PhotoName
from mien.evaluation.photos import find_named
from mien.evaluation.photos import people_folder
from mien.evaluation.photos import photos_of_people


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def test_people_may_lie_in_the_folder_or_in_images_below_it(tmp_path: Path) -> None:
    touch(tmp_path / "set" / "images" / "Ann" / "Ann_0001.jpg")
    assert people_folder(tmp_path / "set") == tmp_path / "set" / "images"
    assert people_folder(tmp_path / "set" / "images") == tmp_path / "set" / "images"
    # Somebody called so has photos, not people, in the folder.
    touch(tmp_path / "other" / "images" / "images_0001.jpg")
    touch(tmp_path / "other" / "Ann" / "Ann_0001.jpg")
    assert people_folder(tmp_path / "other") == tmp_path / "other"


def test_a_folder_without_people_is_refused(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg")
    with pytest.raises(InvalidInput, match="people_folders"):
        people_folder(tmp_path)
    (tmp_path / "Ann").mkdir()
    with pytest.raises(InvalidInput, match="no_pictures_of_people"):
        photos_of_people(tmp_path)


def test_photos_are_found_by_number_whatever_their_ending(tmp_path: Path) -> None:
    for name in ("Ann_A_0001.JPG", "Ann_A_2.png", "Ann_A_00013.webp", "Ann_A_0004.txt"):
        touch(tmp_path / "Ann_A" / name)
    wanted = [PhotoName("Ann_A", number) for number in (1, 2, 13)]
    assert list(find_named(tmp_path, wanted).values()) == [
        "Ann_A/Ann_A_0001.JPG",
        "Ann_A/Ann_A_2.png",
        "Ann_A/Ann_A_00013.webp",
    ]


def test_a_folder_called_like_a_photo_is_none(tmp_path: Path) -> None:
    touch(tmp_path / "Ann" / "Ann_0001.jpg" / "more.jpg")
    touch(tmp_path / "Ann" / "Ann_1.png")
    assert list(find_named(tmp_path, [PhotoName("Ann", 1)]).values()) == ["Ann/Ann_1.png"]


def test_photos_that_are_not_there_are_counted_and_named(tmp_path: Path) -> None:
    touch(tmp_path / "Ann" / "Ann_0001.jpg")
    wanted = [PhotoName("Ann", 1), PhotoName("Ann", 2), PhotoName("Bob", 1)]
    with pytest.raises(InvalidInput) as refused:
        find_named(tmp_path, wanted)
    words = refused.value.words
    assert (words["missing"], words["wanted"]) == (2, 3)
    assert words["first"] == "Ann/Ann_0002.jpg, Bob/Bob_0001.jpg"


def test_every_picture_below_a_persons_folder_is_the_persons(tmp_path: Path) -> None:
    for name in (
        "Ann/b.png",
        "Ann/deep/a.jpg",
        "Ann/.x/t.png",
        "Ann/n.txt",
        ".y/c.png",
        "Bo/1.JPG",
    ):
        touch(tmp_path / name)
    assert photos_of_people(tmp_path) == {
        "Ann": ["Ann/b.png", "Ann/deep/a.jpg"],
        "Bo": ["Bo/1.JPG"],
    }
