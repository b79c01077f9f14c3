"""The page on accuracy has the figures that were measured."""

import pytest
from bench import accuracy
from bench.page.accuracy import TABLES
from bench.page.accuracy import filled

from mien.packs.catalog import BUILTIN
from mien.packs.catalog import builtin

PAGE = accuracy.PAGE.read_text(encoding="utf-8")


def test_the_page_says_what_was_measured() -> None:
    assert filled(PAGE, accuracy.kept()) == PAGE


def test_every_table_has_its_place_on_the_page() -> None:
    assert [name for name in TABLES if f"<!-- figures: {name} -->" not in PAGE] == []


def test_a_mark_without_a_table_is_an_error() -> None:
    with pytest.raises(KeyError, match="no-such-table"):
        filled("<!-- figures: no-such-table -->\n\n<!-- end of figures -->", accuracy.kept())


@pytest.mark.parametrize("name", BUILTIN)
def test_what_is_kept_is_of_the_pack_as_it_is(name: str) -> None:
    assert accuracy.kept()[name]["contract_id"] == builtin(name).contract_id
    parts = {"labelled", "draws", "rates", "ways", "unknown", "gate"}
    assert set(accuracy.kept()[name]["parts"]) == parts
