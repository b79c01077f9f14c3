"""What is documented is what the code does."""

import re
from pathlib import Path

import pytest
from tools.make_docs import PAGES

from mien.cli import cli
from mien.cli.terminal.output import ExitCode
from mien.settings import Settings


def shown(page: Path) -> str:
    return re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says(repository_root: Path, name: str) -> None:
    written = (repository_root / "docs" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run `make docs`"


def test_every_exit_code_is_on_the_page_and_in_the_help(repository_root: Path) -> None:
    page = (repository_root / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    codes = [str(code.value) for code in ExitCode]
    assert re.findall(r"^\| (\d+) \| \w", page, re.MULTILINE) == codes
    assert re.findall(r"(?<=[:,] )\d+(?= )", cli.epilog or "") == codes


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_make_target_that_is_named_exists(repository_root: Path) -> None:
    targets = set(
        re.findall(r"^([a-z]+):", (repository_root / "Makefile").read_text(), re.MULTILINE)
    )
    pages = [repository_root / "README.md", repository_root / "CONTRIBUTING.md"]
    for page in [*pages, *(repository_root / "docs").rglob("*.md")]:
        named = set(re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")))
        assert named <= targets, f"{page.name} names {named - targets}"


def test_every_link_between_pages_leads_somewhere(repository_root: Path) -> None:
    pages = [*repository_root.glob("*.md"), *(repository_root / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(repository_root)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", shown(page))
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert broken == []
