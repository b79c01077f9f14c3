"""`mien people`."""

import json
from pathlib import Path

import pytest

from commanding import Mien
from drawing import draw_photo

pytestmark = pytest.mark.thorough


def write(path: Path, *people: str, size: int = 120) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(draw_photo(people, face_px=size))
    return path


@pytest.fixture
def ada(tmp_path: Path) -> Path:
    return write(tmp_path / "ada.png", "ada")


def test_somebody_is_added_with_photos_and_more_photos_later(
    mien: Mien, ada: Path, tmp_path: Path
) -> None:
    done = mien("people", "add", "Ada", ada, "--notes", "n", "--metadata", '{"a": 1}')
    assert done.exit_code == 0, done.stderr
    person_id = done.stdout.strip()
    more = write(tmp_path / "more" / "2.png", "ada", size=90)
    done = mien("people", "add", "ADA", more.parent, "--json")
    assert done.exit_code == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["new"], made["refused"]) == (False, [])
    assert made["person"]["id"] == person_id
    assert made["person"]["face_count"] == 2
    assert (made["person"]["notes"], made["person"]["metadata"]) == ("n", {"a": 1})
    assert [face["photo"] for face in made["faces"]] == [str(more)]


def test_somebody_is_added_without_a_photo(mien: Mien) -> None:
    assert mien("people", "add", "Ada").exit_code == 0
    done = mien("people", "add", "ada")
    assert done.exit_code == 1
    assert "(name_taken)" in done.stderr


def test_a_refused_photo_adds_nobody(mien: Mien, tmp_path: Path) -> None:
    group = write(tmp_path / "group.png", "ada", "bob")
    done = mien("people", "add", "Ada", group)
    assert done.exit_code == 1
    assert "(several_faces_found)" in done.stderr
    assert f"{group}: There are 2 faces" in " ".join(done.stderr.split())
    assert "--take largest" in done.stderr
    empty = write(tmp_path / "empty.png")
    assert mien("people", "add", "Ada", group, empty).exit_code == 1
    assert json.loads(mien("people", "list", "--json").stdout)["total"] == 0
    assert mien("people", "add", "Ada", group, "--face", "2").exit_code == 0
    done = mien("people", "add", "Bob", group, "--take", "largest")
    assert (done.exit_code, "(several_faces)" in done.stderr) == (0, True)
    done = mien("people", "add", "Ada", empty, write(tmp_path / "b.png", "ada"), "--json")
    assert done.exit_code == 3
    assert [each["code"] for each in json.loads(done.stdout)["refused"]] == ["no_face_found"]


@pytest.mark.parametrize("metadata", ["{", "[1]", "1"])
def test_metadata_is_a_json_object(mien: Mien, metadata: str) -> None:
    done = mien("people", "add", "Ada", "--metadata", metadata)
    assert done.exit_code == 2
    assert "--metadata" in done.stderr


def test_everybody_is_listed(mien: Mien, ada: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.gallery.people.list_people.MOST_A_PAGE", 2)
    for name in ("Cy", "Bob", "Dee", "Eve", "Fay"):
        mien("people", "add", name)
    mien("people", "add", "Ada", ada)
    names = [line.split("\t")[1] for line in mien("people", "list").stdout.splitlines()]
    assert names == ["Ada", "Bob", "Cy", "Dee", "Eve", "Fay"]
    done = mien("people", "list", "--newest", "--query", "E", "--json")
    found = json.loads(done.stdout)
    assert [person["name"] for person in found["people"]] == ["Eve", "Dee"]
    assert found["total"] == 2
    mien("people", "add", "Zoe Abel")
    listed = mien("people", "list", "--order", "surname", "--filter", "no-face").stdout
    assert [line.split("\t")[1] for line in listed.splitlines()][:2] == ["Zoe Abel", "Bob"]
    listed = mien("people", "list", "--order", "faces").stdout
    assert listed.split("\t")[1] == "Ada"
    assert mien("people", "list", "--newest", "--order", "name").exit_code == 2
    assert mien("people", "list", "--without-face", "--filter", "one-face").exit_code == 2
    assert mien("people", "list", "--gallery", "nowhere").exit_code == 1


def test_people_without_a_face_are_listed_alone(mien: Mien, ada: Path) -> None:
    mien("people", "add", "Ada", ada)
    mien("people", "add", "Bob")
    found = json.loads(mien("people", "list", "--without-face", "--json").stdout)
    assert [person["name"] for person in found["people"]] == ["Bob"]
    shown = json.loads(mien("galleries", "show", "default", "--json").stdout)
    assert (shown["person_count"], shown["searched_person_count"]) == (2, 1)


def test_somebody_is_shown_by_name_or_id(mien: Mien, ada: Path) -> None:
    person_id = mien("people", "add", "Ada", ada, "--notes", "note").stdout.strip()
    by_name = json.loads(mien("people", "show", "ADA", "--json").stdout)
    by_id = json.loads(mien("people", "show", person_id, "--json").stdout)
    assert by_name == by_id
    assert by_name["name"] == "Ada"
    assert [face["person_id"] for face in by_name["faces"]] == [person_id]
    assert "note" in mien("people", "show", "Ada").stdout
    assert mien("people", "show", "Nobody").exit_code == 1


def test_somebody_is_renamed(mien: Mien) -> None:
    mien("people", "add", "Ada")
    mien("people", "add", "Bob")
    assert mien("people", "change", "ada", "--name", "Ada Lovelace").exit_code == 0
    done = mien("people", "change", "Ada Lovelace", "--name", "bob")
    assert done.exit_code == 1
    assert "(name_taken)" in done.stderr
    renamed = json.loads(mien("people", "change", "Bob", "--name", "Robert", "--json").stdout)
    assert renamed["name"] == "Robert"


def test_two_people_share_a_name_and_are_named_by_id(mien: Mien, ada: Path) -> None:
    first = mien("people", "add", "Ada", ada, "--notes", "Choir").stdout.strip()
    bob = write(ada.parent / "bob.png", "bob")
    refused = mien("people", "add", "Ada")
    assert refused.exit_code == 1
    assert "--same-name" in refused.stderr
    assert first in refused.stderr
    done = mien("people", "add", "Ada", bob, "--same-name")
    assert done.exit_code == 0, done.stderr
    second = done.stdout.strip()
    assert second != first
    names = [line.split("\t")[1] for line in mien("people", "list").stdout.splitlines()]
    assert sorted(names) == sorted(["Ada (Choir)", f"Ada ({second[:8]})"])
    for command in (
        ("show", "ada"),
        ("remove", "ada", "--yes"),
        ("rename", "ada", "Eve"),
        ("add", "Ada", bob),
    ):
        done = mien("people", *command)
        assert done.exit_code == 1
        assert "(person_ambiguous)" in done.stderr
        assert first in done.stderr
        assert second in done.stderr
    more = write(ada.parent / "more.png", "bob", size=90)
    assert mien("people", "add", second, more).stdout.strip() == second
    assert mien("people", "rename", second, "Bob").exit_code == 0
    assert mien("people", "rename", second, "ADA").exit_code == 1
    assert mien("people", "rename", second, "ADA", "--same-name").exit_code == 0
    assert mien("people", "add", "Ada", "--same-name").exit_code == 0


def test_a_folder_of_a_name_that_several_have_is_told_of(mien: Mien, tmp_path: Path) -> None:
    mien("people", "add", "Ada")
    mien("people", "add", "Ada", "--same-name")
    write(tmp_path / "in" / "Ada" / "1.png", "ada")
    write(tmp_path / "in" / "Bob" / "1.png", "bob")
    done = mien("people", "import", tmp_path / "in", "--json")
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert [each["code"] for each in told["refused"]] == ["person_ambiguous"]
    assert [each["name"] for each in told["people"]] == ["Bob"]


def test_somebody_is_forgotten_with_proof(mien: Mien, ada: Path, home: Path) -> None:
    mien("people", "add", "Ada", ada)
    done = mien("people", "remove", "Ada")
    assert done.exit_code == 2
    assert "--yes" in done.stderr
    done = mien("people", "remove", "ada", "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    proof = json.loads(done.stdout)
    assert (proof["complete"], proof["faces"], proof["files"]) == (True, 1, 2)
    assert [path for path in (home / "files").glob("??/*") if path.is_file()] == []
    assert mien("people", "remove", "Ada", "--yes").exit_code == 1


@pytest.mark.usefixtures("at_a_terminal")
def test_a_person_at_the_terminal_is_asked_first(mien: Mien) -> None:
    mien("people", "add", "Ada")
    assert mien("people", "remove", "Ada", input="n\n").exit_code == 130
    assert mien("people", "show", "Ada").exit_code == 0
    done = mien("people", "remove", "Ada", input="y\n")
    assert done.exit_code == 0
    assert "nothing is left" in done.stderr


def test_a_proof_that_is_not_complete_is_a_failure(
    mien: Mien, ada: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mien("people", "add", "Ada", ada)
    monkeypatch.setattr("mien.storage.folder_store.FolderStore.delete", lambda *_: 0)
    done = mien("people", "remove", "Ada", "--yes")
    assert done.exit_code == 1
    assert "2 files" in done.stderr


def test_originals_that_may_show_somebody_are_searched_when_asked(
    mien: Mien, tmp_path: Path
) -> None:
    group = write(tmp_path / "group.png", "ada", "bob", "cy")
    for who in ("bob", "cy", "ada"):
        alone = write(tmp_path / f"{who}.png", who)
        assert mien("people", "add", who, alone).exit_code == 0
    assert mien("people", "add", "ada", group, "--take", "largest").exit_code == 0
    rows = [line.split("\t") for line in mien("people", "list").stdout.splitlines()]
    [ada] = [row[0] for row in rows if row[1] == "ada"]
    done = mien("people", "remove", "bob", "--yes", "--json")
    assert done.exit_code == 3
    [unclear] = json.loads(done.stdout)["not_checked"]
    assert unclear["originals"][0]["person_ids"] == [ada]
    done = mien("people", "remove", "cy", "--yes", "--delete-originals")
    assert done.exit_code == 0, done.stderr
    assert "deleted: photo " in done.stderr
    assert ada in done.stderr


def test_a_folder_of_people_is_imported_and_refusals_are_told(mien: Mien, tmp_path: Path) -> None:
    album = tmp_path / "album"
    write(album / "Ada Lovelace" / "1.png", "ada")
    write(album / "Ada Lovelace" / "deep" / "2.png", "ada", size=90)
    write(album / "Bob" / "1.png", "bob")
    write(album / "Bob" / "group.png", "cy", "bob")
    couple = write(album / "Dan" / "couple.png", "dan", "eve")
    nobody = write(album / "Cy" / "empty.png")
    text = album / "Cy" / "text.jpg"
    text.write_bytes(b"text")
    bad_name = write(album / ("x" * 201) / "1.png", "eve")
    loose = write(album / "loose.png", "eve")
    (album / "Empty").mkdir()
    (album / "Bob" / "notes.txt").write_text("no picture")
    write(album / ".hidden" / "1.png", "eve")

    done = mien("people", "import", album, "--json")
    assert done.exit_code == 3
    found = json.loads(done.stdout)
    assert [(each["name"], each["faces"], each["new"]) for each in found["people"]] == [
        ("Ada Lovelace", 2, True),
        # The face on which Bob's other picture agrees.
        ("Bob", 2, True),
    ]
    assert {each["photo"]: each["code"] for each in found["refused"]} == {
        str(couple): "several_faces_found",
        str(nobody): "no_face_found",
        str(text): "unsupported_image",
        str(bad_name): "invalid_input",
    }
    for path in (couple, nobody, text, bad_name, loose, album / "Empty"):
        assert str(path) in done.stderr
    names = [line.split("\t")[1] for line in mien("people", "list").stdout.splitlines()]
    # Somebody has to say which face is Dan's.
    assert names == ["Ada Lovelace", "Bob", "Dan"]


def test_an_import_takes_the_largest_of_several_faces_when_asked(
    mien: Mien, tmp_path: Path
) -> None:
    album = tmp_path / "album"
    group = write(album / "Ada" / "group.png", "ada", "bob")
    write(album / "Ada" / "none.png")
    done = mien("people", "import", album, "--json")
    assert done.exit_code == 1
    refused, without = json.loads(done.stdout)["refused"]
    (reason,) = without["reasons"]
    assert (reason["code"], reason["figure"], bool(reason["advice"])) == ("no_face_found", 0, True)
    assert (refused["photo"], refused["code"]) == (str(group), "several_faces_found")
    assert "--take largest" in refused["detail"]
    (reason,) = refused["reasons"]
    assert (reason["code"], reason["figure"], reason["limit"]) == ("several_faces", 2.0, 1.0)
    assert "--take largest" in reason["advice"]
    done = mien("people", "import", album, "--take", "largest", "--json")
    assert done.exit_code == 3, done.stderr
    report = json.loads(done.stdout)
    assert [each["code"] for each in report["refused"]] == ["no_face_found"]
    (warning,) = report["warnings"]
    assert (warning["photo"], warning["code"]) == (str(group), "several_faces")
    assert (warning["figure"], warning["limit"], warning["unit"]) == (2.0, 1.0, "faces")
    again = json.loads(mien("people", "import", album, "--take", "largest", "--json").stdout)
    assert again["already_there"] == [str(group)]


def test_a_photo_that_looks_like_an_example_is_told_with_whose(mien: Mien, tmp_path: Path) -> None:
    write(tmp_path / "one.png", "ada")
    mien("people", "add", "Ada", tmp_path / "one.png")
    smaller = write(tmp_path / "two.png", "ada", size=110)
    done = mien("people", "add", "Ada", smaller)
    assert "(same_photo)" in done.stderr
    assert "It is an example of Ada, " in done.stderr
    again = mien("people", "add", "Ada", smaller)
    assert "was not stored again." in again.stderr
    assert "similar" not in again.stderr


def test_an_import_where_all_is_well_or_nothing_is(mien: Mien, tmp_path: Path) -> None:
    write(tmp_path / "good" / "Ada" / "1.png", "ada")
    done = mien("people", "import", tmp_path / "good")
    assert done.exit_code == 0, done.stderr
    assert "Added 1 face of 1 person" in done.stderr
    for name in "ab":
        write(tmp_path / "bad" / "Ada" / f"{name}.png")
    assert mien("people", "import", tmp_path / "bad").exit_code == 1
    (tmp_path / "void" / "Ada").mkdir(parents=True)
    for folder in (tmp_path / "void", tmp_path / "void" / "Ada"):
        done = mien("people", "import", folder)
        assert done.exit_code == 1
        assert "(invalid_input)" in done.stderr
    done = mien("people", "import", tmp_path / "good", "--gallery", "nowhere")
    assert done.exit_code == 1
    assert "(gallery_not_found)" in done.stderr


def test_importing_again_adds_only_what_has_joined_the_folder(mien: Mien, tmp_path: Path) -> None:
    album = tmp_path / "album"
    first = write(album / "Ada" / "1.png", "ada")
    mien("people", "import", album)
    done = mien("people", "import", album)
    assert done.exit_code == 0, done.stderr
    assert done.stderr.splitlines()[:3] == ["Notes: 1", "  already stored: 1", f"    {first}"]
    assert "Added 0 faces" in done.stderr
    write(album / "Ada" / "2.png", "ada", size=90)
    (album / "Bob").mkdir()
    (album / "Bob" / "1.png").write_bytes(first.read_bytes())
    found = json.loads(mien("people", "import", album, "--json").stdout)
    assert found["already_there"] == [str(first)]
    # The same file under another name is an example of somebody else.
    assert [(each["name"], each["faces"], each["new"]) for each in found["people"]] == [
        ("Ada", 1, False),
        ("Bob", 1, True),
    ]


def test_a_gallery_that_keeps_no_photos_knows_them_again_all_the_same(
    mien: Mien, tmp_path: Path
) -> None:
    mien("galleries", "add", "club", "--no-keep-photos")
    photo = write(tmp_path / "Ada" / "1.png", "ada")
    for already in ([], [str(photo)]):
        done = mien("people", "import", tmp_path, "--gallery", "club", "--json")
        assert json.loads(done.stdout)["already_there"] == already


def test_a_photo_that_the_gate_refuses_is_told_and_may_be_let_through(
    mien: Mien, tmp_path: Path
) -> None:
    small = write(tmp_path / "small.png", "ada", size=34)
    done = mien("people", "add", "Ada", small)
    assert done.exit_code == 1
    assert "The face is 34 pixels wide; at least 40 are required." in done.stderr
    assert "(photo_not_good_enough)" in done.stderr
    done = mien("people", "add", "Ada", small, "--gate", "off")
    assert done.exit_code == 0, done.stderr
    assert "(too_small)" in done.stderr
    assert mien("people", "add", "Ada", small, "--gate", "lax").exit_code == 2


def test_an_import_tells_what_was_refused_and_what_may_be_a_mistake(
    mien: Mien, tmp_path: Path
) -> None:
    album = tmp_path / "album"
    write(album / "Ada" / "1.png", "ada")
    stray = write(album / "Ada" / "2.png", "bob", size=90)
    small = write(album / "Ada" / "3.png", "ada", size=34)
    bob = write(album / "Bob" / "1.png", "bob")
    done = mien("people", "import", album, "--json")
    assert done.exit_code == 3
    report = json.loads(done.stdout)
    (refused,) = report["refused"]
    assert (refused["photo"], refused["code"]) == (str(small), "photo_not_good_enough")
    assert [reason["code"] for reason in refused["reasons"]] == ["too_small"]
    told = [(each["photo"], each["code"]) for each in report["warnings"]]
    assert told[0] == (str(stray), "unlike_this_person")
    assert told[-1] == (str(bob), "looks_like_another")
    assert report["warnings"][-1]["person"]["name"] == "Ada"
    again = mien("people", "import", album, "--gallery", "default", "--gate", "off")
    assert again.exit_code == 0
    assert f"{small}: The face is 34 pixels wide" in again.stderr
    assert "to check: 1." in again.stderr


def test_an_import_tells_the_serious_first_and_what_was_asked_for_as_a_note(
    mien: Mien, tmp_path: Path
) -> None:
    album = tmp_path / "album"
    write(album / "Ada" / "1.png", "ada")
    write(album / "Ada" / "2.png", "ada", "cy")
    stray = write(album / "Ada" / "3.png", "bob", size=90)
    refused = [write(album / "Ada" / f"none-{number}.png") for number in range(2)]
    (album / "Ada" / "text.jpg").write_bytes(b"text")
    loose = write(album / "loose.png", "eve")
    done = mien("people", "import", album, "--take", "largest")
    assert done.exit_code == 3, done.stderr
    lines = done.stderr.splitlines()
    headings = [line for line in lines[1:] if not line.startswith("    ")]
    assert headings[:-1] == [
        "Rejected: 3",
        "  no_face_found: 2",
        "  unsupported_image: 1",
        "Stored, please check: 2",
        "  same_photo: 1",
        "  unlike_this_person: 1",
        "Notes: 2",
        "  several_faces: 1",
        "  not in a person's folder: 1",
    ]
    assert headings[-1].endswith("rejected: 3; to check: 2.")

    def place(path: Path) -> int:
        return next(number for number, line in enumerate(lines) if line.startswith(f"    {path}"))

    order = [*refused, stray, loose]
    assert sorted(order, key=place) == order


def test_what_may_be_a_mistake_is_listed_after_an_import(mien: Mien, tmp_path: Path) -> None:
    for number, drawn in enumerate(["ada", "bob"]):
        write(tmp_path / "album" / "Ada" / f"{number}.png", drawn, size=120 - 9 * number)
    write(tmp_path / "album" / "Bob" / "1.png", "bob")
    assert mien("people", "import", tmp_path / "album").exit_code == 0
    done = mien("people", "review", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    [face] = found["faces"]
    assert face["person"]["name"] == "Ada"
    assert "unlike_this_person" in {each["code"] for each in face["face"]["warnings"]}
    assert "unlike_this_person\tAda\t\t" in mien("people", "review").stdout
    assert "unlike_this_person" in mien("people", "show", "Ada").stdout
    assert mien("people", "review", "--limit", "0").exit_code != 0


def test_a_gallery_in_which_all_is_well_has_nothing_to_review(mien: Mien, ada: Path) -> None:
    mien("people", "add", "Ada", ada)
    done = mien("people", "review")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
