"""The same verbs for every noun, and those that were there before."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from commanding import Mien
from drawing import draw_photo
from mien.cli import COMMANDS
from mien.cli import cli
from mien.cli.nouns import VERBS
from mien.cli.nouns import NounGroup

NOUNS = ["people", "faces", "galleries", "users", "keys", "models"]
FORMER = [
    ("galleries", "create", "add"),
    ("keys", "create", "add"),
    ("keys", "revoke", "remove"),
    ("users", "password", "change"),
]


def noun(name: str) -> NounGroup:
    group = COMMANDS[name].load()
    assert isinstance(group, NounGroup)
    return group


@pytest.mark.parametrize("name", NOUNS)
def test_the_common_verbs_come_first_and_in_one_order(name: str) -> None:
    names = noun(name).list_commands(click.Context(cli))
    common = [verb for verb in VERBS if verb in names]
    assert names[: len(common)] == common
    assert "list" in common


@pytest.mark.parametrize(("name", "former", "now"), FORMER)
def test_a_former_verb_works_and_is_not_shown(name: str, former: str, now: str) -> None:
    group, context = noun(name), click.Context(cli)
    assert group.get_command(context, former) is group.get_command(context, now)
    assert former not in group.list_commands(context)
    shown = CliRunner().invoke(cli, [name, "--help"]).stdout
    assert f"  {now} " in shown
    assert f"  {former} " not in shown
    assert CliRunner().invoke(cli, [name, former, "--help"]).exit_code == 0


def test_scripts_with_former_verbs_get_what_they_got(mien: Mien) -> None:
    mien("db", "upgrade")
    assert mien("galleries", "create", "club").exit_code == 0
    assert mien("galleries", "change", "club", "--rename", "team").exit_code == 0
    made = json.loads(mien("keys", "create", "k", "--scope", "read", "--json").stdout)
    assert set(made) == {"key", "id", "name", "scopes"}
    assert mien("keys", "revoke", made["id"]).exit_code == 0
    mien("people", "add", "Ada")
    renamed = json.loads(mien("people", "rename", "Ada", "Grace", "--json").stdout)
    assert renamed["name"] == "Grace"
    assert "rename" not in mien("people", "--help").stdout


def test_a_person_is_changed_in_what_is_said_alone(mien: Mien) -> None:
    mien("people", "add", "Ada", "--notes", "first", "--metadata", '{"a": 1}')
    changed = json.loads(mien("people", "change", "ada", "--notes", "second", "--json").stdout)
    assert (changed["name"], changed["notes"], changed["metadata"]) == ("Ada", "second", {"a": 1})
    changed = json.loads(
        mien("people", "change", "Ada", "--name", "Eve", "--metadata", "{}", "--json").stdout
    )
    assert (changed["name"], changed["notes"], changed["metadata"]) == ("Eve", "second", {})
    assert "Changed Eve." in mien("people", "change", "Eve", "--notes", "").stderr
    for wrong in ([], ["--metadata", "[]"], ["--metadata", "{"]):
        assert mien("people", "change", "Eve", *wrong).exit_code == 2


def test_faces_are_added_listed_shown_and_removed(mien: Mien, tmp_path: Path) -> None:
    photo, group = tmp_path / "1.png", tmp_path / "2.png"
    photo.write_bytes(draw_photo(["ada"]))
    group.write_bytes(draw_photo(["ada", "bob"]))
    assert mien("faces", "add", "Ada", photo).exit_code == 1
    mien("people", "add", "Ada")
    assert "No face yet" not in mien("faces", "list", "Ada").stdout
    done = mien("faces", "add", "Ada", photo, group)
    assert done.exit_code == 3, done.stderr
    assert f"{group}: " in done.stderr
    face = done.stdout.strip()
    added = json.loads(mien("faces", "add", "Ada", group, "--face", "2", "--json").stdout)
    [other] = added["faces"]
    assert {line.split("\t")[0] for line in mien("faces", "list", "Ada").stdout.splitlines()} == {
        face,
        other["id"],
    }
    shown = json.loads(mien("faces", "show", "Ada", face, "--json").stdout)
    assert shown["id"] == face
    assert "person\tAda" in mien("faces", "show", "Ada", face).stdout
    assert mien("faces", "remove", "Ada", face).exit_code == 2
    assert mien("faces", "remove", "Ada", face, "--yes").exit_code == 0
    left = json.loads(mien("faces", "list", "Ada", "--json").stdout)["faces"]
    assert [each["id"] for each in left] == [other["id"]]
    gone = mien("faces", "remove", "Ada", face, "--yes")
    assert (gone.exit_code, "(face_not_found)" in gone.stderr) == (1, True)
