"""Commands say which of the faces they answer for may be none."""

from pathlib import Path

from commanding import Mien
from drawing import draw_photo


def test_identify_says_which_face_may_be_none(mien: Mien, tmp_path: Path) -> None:
    animal, person = tmp_path / "animal.png", tmp_path / "person.png"
    animal.write_bytes(draw_photo(["rex"], doubtful=True))
    person.write_bytes(draw_photo(["ada"]))
    mien("db", "upgrade")
    told = mien("identify", person, animal)
    lines = [line for line in told.stderr.splitlines() if line]
    assert [("animal.png" in line, "face 1" in line) for line in lines] == [(True, True)]


def test_detect_names_the_reason_in_its_table(mien: Mien, tmp_path: Path) -> None:
    animal = tmp_path / "animal.png"
    animal.write_bytes(draw_photo(["rex"], doubtful=True))
    mien("db", "upgrade")
    assert "not_a_face" in mien("detect", animal).stdout
