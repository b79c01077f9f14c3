from pathlib import Path

import pytest

from mien.errors import InvalidInput
from mien.evaluation.pairs_file import PhotoName
from mien.evaluation.pairs_file import parse_pairs
from mien.evaluation.pairs_file import read_pairs
from mien.words import say

TWO_FOLDS = ["2\t1", "Ann_A\t1\t4", "Ann_A\t2\tBob_B\t13", "Cy\t1\t2", "Cy\t3\tDi\t1"]


def complaint(*lines: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        parse_pairs(lines, source="pairs.txt")
    assert refused.value.field == "pairs"
    return say.error(refused.value)


def test_pairs_are_read_with_their_kind_and_fold(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text("\n".join(TWO_FOLDS))
    pairs = read_pairs(path)
    assert [(pair.same, pair.fold) for pair in pairs] == [
        (True, 0),
        (False, 0),
        (True, 1),
        (False, 1),
    ]
    assert pairs[1].one == PhotoName("Ann_A", 2)
    assert str(pairs[1].other) == "Bob_B/Bob_B_0013"


def test_a_single_number_at_the_top_means_one_fold() -> None:
    pairs = parse_pairs(["1", "Ann\t1\t2", "Ann\t1\tBob\t1"], source="")
    assert {pair.fold for pair in pairs} == {0}


def test_spaces_between_the_words_will_do() -> None:
    assert parse_pairs([line.replace("\t", " ") for line in TWO_FOLDS], source="") == parse_pairs(
        TWO_FOLDS, source=""
    )


def test_between_tabs_a_name_may_have_spaces() -> None:
    pairs = parse_pairs(["1\t1", "Ann van A\t1\t2", "Ann van A\t1\tBob B\t3"], source="")
    assert pairs[1].other == PhotoName("Bob B", 3)


def test_files_of_other_systems_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_bytes(("\ufeff" + "\r\n".join([*TWO_FOLDS, "", ""])).encode())
    assert read_pairs(path) == parse_pairs(TWO_FOLDS, source="")


def test_a_wrong_line_is_named() -> None:
    assert "line 3: a pair is" in complaint("1\t1", "Ann\t1\t2", "Ann\t1")
    assert "line 3: this must be a number" in complaint("1\t1", "Ann\t1\t2", "Ann\t1\tBob\tone")
    assert "line 2: this must be a number" in complaint("1\t1", "Ann\t-1\t2", "Ann\t1\tBob\t1")
    assert "line 2: this must be a number" in complaint("1\t1", "Ann\t²\t2", "Ann\t1\tBob\t1")
    # Empty lines count where a person counts them.
    assert "line 4: this must be a number" in complaint("1\t1", "", "Ann\t1\t2", "Ann\t1\tBob\tx")


def test_a_heading_that_is_none_is_refused() -> None:
    assert "the first line must give" in complaint("1 2 3", "Ann\t1\t2")
    assert "the first line must give" in complaint("0 300")
    assert "line 1: this must be a number" in complaint("Ann\t1\t2")
    assert "is empty" in complaint("", " ")


def test_missing_lines_are_counted() -> None:
    assert "4 lines should follow" in complaint(*TWO_FOLDS[:-1])


@pytest.mark.parametrize("name", ["..", ".", "../x", "a/b", "a\\b", "/etc", "a\0b"])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    assert "line 3: this is not the name" in complaint("1\t1", "Ann\t1\t2", f"Ann\t1\t{name}\t1")
    assert "line 2: this is not the name" in complaint("1\t1", f"{name}\t1\t2", "Ann\t1\tBob\t1")


def test_one_person_is_not_two() -> None:
    assert "line 3: two photos of the same person" in complaint(
        "1\t1", "Ann\t1\t2", "Ann\t1\tAnn\t2"
    )


def test_one_kind_of_pair_is_not_enough() -> None:
    assert "only one kind of pair" in complaint("1\t1", "Ann\t1\t2", "Ann\t1\t3")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not_readable"):
        read_pairs(tmp_path / "none.txt")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match="not_utf8"):
        read_pairs(tmp_path / "bytes")
