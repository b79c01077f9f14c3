"""What commands print, where the locale or the names of files are not what is expected."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from building import acting
from building import make_services
from drawing import draw_photo
from mien.gallery.people.people import create_person

pytestmark = pytest.mark.processes
DRAWN_MIEN = Path(__file__).parents[1] / "support" / "drawn_mien.py"


def mien(
    home: Path, *arguments: bytes | str, **variables: str
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, str(DRAWN_MIEN), *arguments],
        env=os.environ | {"MIEN_HOME": str(home)} | variables,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("locale", ["utf-8", "latin-1"])
def test_names_are_printed_in_every_locale(home: Path, locale: str) -> None:
    home.mkdir()
    services = make_services(home)
    create_person(acting(services), gallery="default", name="Łucja")
    services.database.close()
    listed = mien(home, "people", "list", PYTHONIOENCODING=f"{locale}:strict")
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.decode(locale).split("\t")[1] in {"Łucja", "\\u0141ucja"}
    as_json = mien(home, "people", "list", "--json", PYTHONIOENCODING=f"{locale}:strict")
    assert json.loads(as_json.stdout.decode("utf-8"))["people"][0]["name"] == "Łucja"


def test_a_name_of_a_file_that_is_no_text_is_escaped_in_json(home: Path, tmp_path: Path) -> None:
    photo = os.fsencode(tmp_path) + b"/caf\xe9.png"
    with open(photo, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(draw_photo(["ada"]))
    done = mien(home, "detect", "--json", photo)
    assert done.returncode == 0, done.stderr
    [seen] = json.loads(done.stdout.decode("utf-8"))["photos"]
    assert os.fsencode(seen["photo"]) == photo
    text = mien(home, "detect", photo)
    assert text.returncode == 0, text.stderr
    text.stdout.decode("utf-8")


@pytest.mark.parametrize("locale", ["utf-8", "latin-1"])
def test_an_import_tells_of_files_whose_names_are_no_text(
    home: Path, tmp_path: Path, locale: str
) -> None:
    folder = os.fsencode(tmp_path / "album") + b"/Zo\xeb"
    os.makedirs(folder)  # noqa: PTH103 - a path of bytes
    with open(folder + b"/caf\xe9.jpg", "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(b"text")
    with open(os.fsencode(tmp_path / "album") + b"/\xff.jpg", "wb") as file:  # noqa: PTH123
        file.write(b"text")
    encoding = f"{locale}:strict"
    done = mien(home, "people", "import", str(tmp_path / "album"), PYTHONIOENCODING=encoding)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1
    done.stderr.decode(locale)


@pytest.mark.parametrize("locale", ["utf-8", "latin-1"])
def test_a_table_at_a_terminal_fits_in_every_locale(tmp_path: Path, locale: str) -> None:
    program = (
        "import sys; sys.stdout.isatty = lambda: True\n"
        "from mien.__main__ import _let_any_text_be_printed\n"
        "from mien.cli.terminal.output import print_table\n"
        "_let_any_text_be_printed()\n"
        "print_table(['photo', 'n'], [('caf\\udce9' * 9 + '.jpg', 1)], names=['photo'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"COLUMNS": "40", "PYTHONIOENCODING": locale, "NO_COLOR": "1"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode(locale))
    _, row = plain.splitlines()
    assert len(row.rstrip()) <= 40
    assert (".jpg" in row, ("…" in row) == (locale == "utf-8")) == (True, True)
