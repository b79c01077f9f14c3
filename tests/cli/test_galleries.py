"""`mien galleries`."""

import json

import pytest

from commanding import Mien
from mien.gallery.settings import GallerySettings
from mien.words.settings import label


def test_galleries_are_made_shown_changed_and_removed(mien: Mien) -> None:
    done = mien("galleries", "add", "club", "--threshold", "0.7", "--no-keep-photos", "--json")
    assert done.exit_code == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["name"], made["threshold"], made["keep_photos"]) == ("club", 0.7, False)
    found = json.loads(mien("galleries", "list", "--json").stdout)["galleries"]
    assert [each["name"] for each in found] == ["default", "club"]
    assert json.loads(mien("galleries", "show", "CLUB", "--json").stdout) == made

    mien("galleries", "change", "club", "--rename", "Chess", "--threshold", "auto")
    changed = json.loads(mien("galleries", "change", "chess", "--keep-photos", "--json").stdout)
    assert (changed["name"], changed["threshold"], changed["keep_photos"]) == ("Chess", None, True)

    assert mien("galleries", "remove", "chess").exit_code == 2
    done = mien("galleries", "remove", "chess", "--yes", "--json")
    assert json.loads(done.stdout) == {"name": "Chess", "people": 0, "faces": 0}
    assert mien("galleries", "show", "chess").exit_code == 1


def test_lines_for_pipes(mien: Mien) -> None:
    mien("galleries", "add", "club")
    lines = [line.split("\t") for line in mien("galleries", "list").stdout.splitlines()]
    assert [line[:4] for line in lines] == [
        ["default", "0", "0", "fake"],
        ["club", "0", "0", "fake"],
    ]
    assert "name\tclub" in mien("galleries", "show", "club").stdout


def test_every_setting_is_shown(mien: Mien) -> None:
    mien("galleries", "add", "club")
    shown = dict(line.split("\t") for line in mien("galleries", "show", "club").stdout.splitlines())
    assert shown["threshold"] == "automatic"
    assert shown["accepted FPIR"] == shown["accepted FMR"] == "0.001"
    labels = {"display_name": "shown as", "keep_photos": "photos"}
    assert {labels.get(name, label(name)) for name in GallerySettings.model_fields} <= set(shown)


@pytest.fixture
def _database(mien: Mien) -> None:
    mien("db", "upgrade")


@pytest.mark.usefixtures("_database")
def test_a_setting_without_words_of_its_own_is_shown(
    mien: Mien, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wider(GallerySettings):
        most_faces: int | None = None

    monkeypatch.setattr(GallerySettings, "of", classmethod(lambda _, _row: Wider(most_faces=5)))
    assert "most faces\t5" in mien("galleries", "show", "default").stdout


@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("create", "default"), "name_taken"),
        (("create", "a\nb"), "invalid_input"),
        (("create", "x", "--threshold", "3"), "invalid_input"),
        (("show", "nowhere"), "gallery_not_found"),
        (("change", "default", "--rename", "x"), "gallery_protected"),
        (("remove", "default", "--yes"), "gallery_protected"),
    ],
)
def test_errors_have_their_code(mien: Mien, arguments: tuple[str, ...], code: str) -> None:
    done = mien("galleries", *arguments)
    assert done.exit_code == 1
    assert f"({code})" in done.stderr


def test_a_threshold_is_a_number_or_auto(mien: Mien) -> None:
    assert mien("galleries", "change", "default", "--threshold", "high").exit_code == 2


@pytest.mark.usefixtures("at_a_terminal")
def test_a_person_at_the_terminal_is_asked_first(mien: Mien) -> None:
    mien("galleries", "add", "club")
    assert mien("galleries", "remove", "club", input="n\n").exit_code == 130
    assert mien("galleries", "remove", "club", input="y\n").exit_code == 0


@pytest.mark.usefixtures("_database")
def test_settings_are_weighed_beside_each_other(mien: Mien) -> None:
    arguments = ["weigh", "default", "--accepted-fpir", "0.01", "--threshold", "0.9"]
    lines = [line.split("\t") for line in mien("galleries", *arguments).stdout.splitlines()]
    assert [line[1] for line in lines] == ["0.500", "0.500", "0.900"]
    assert {line[0] for line in lines} == {"fixed"}
    found = json.loads(mien("galleries", *arguments, "--json").stdout)["settings"]
    assert [each["threshold"] for each in found] == [0.5, 0.5, 0.9]
    assert found[0]["searched_face_count"] == 0
    assert mien("galleries", "weigh", "none").exit_code == 1
    assert mien("galleries", "weigh", "default", "--accepted-fpir", "3").exit_code == 1
