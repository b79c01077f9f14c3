from pathlib import Path

import pytest

from mien.errors import InvalidInput
from mien.evaluation.one_person import merge_people
from mien.evaluation.one_person import read_one_person


def test_one_person_a_line_with_tabs_between_the_folders(tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text("# twice there\nAda\tAda L.\n\nBob\tRob\tRobert\n")
    assert read_one_person(listed) == [["Ada", "Ada L."], ["Bob", "Rob", "Robert"]]


def test_a_list_may_begin_with_the_mark_that_windows_editors_write(tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_bytes("\ufeffAda\tAda L.\n".encode())
    assert read_one_person(listed) == [["Ada", "Ada L."]]


def test_a_line_of_one_folder_is_named(tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text("Ada\tAda L.\nBob Rob\n")
    with pytest.raises(InvalidInput, match="list_one_folder"):
        read_one_person(listed)


def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InvalidInput, match="list_not_readable"):
        read_one_person(listed)


def test_photos_come_together_under_the_first_name() -> None:
    photos = {"Ada": ["1"], "Bob": ["2"], "Ada L.": ["3"]}
    assert merge_people(photos, [["Ada", "Ada L."], ["Nobody", "No one"]]) == {
        "Ada": ["1", "3"],
        "Bob": ["2"],
    }


@pytest.mark.parametrize(
    "lists",
    [
        [["A", "B"], ["B", "C"], ["C", "D"]],
        [["A", "B"], ["C", "B"], ["D", "C"]],
        [["A", "B"], ["C", "D"], ["D", "B"]],
        [["A", "C"], ["B", "D"], ["C", "D"]],
    ],
)
def test_lines_that_share_a_name_are_one_person(lists: list[list[str]]) -> None:
    photos = {name: [name.lower()] for name in "DCBAE"}
    merged = merge_people(photos, lists)
    assert {name: sorted(some) for name, some in merged.items()} == {
        "A": ["a", "b", "c", "d"],
        "E": ["e"],
    }
