"""Pages speak English today, and every text of theirs can be gathered for translators."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from tools.make_words import TEMPLATE
from tools.make_words import gathered

from mien.http.problems import CSRF_FAILED
from mien.http.problems import INTERNAL_ERROR
from mien.web.errors import TITLES
from mien.web.language import LANGUAGES
from mien.web.language import choose_language
from mien.web.language import install_language
from mien.web.language import translated
from mien.words import decisions
from mien.words import quality
from mien.words.errors import ERRORS
from mien.words.gate import GATE
from mien.words.http_codes import HTTP_CODES
from mien.words.warnings import WARNINGS

pytestmark = pytest.mark.thorough

TOLD = [each for told in (*GATE.values(), *WARNINGS.values()) for each in (told.what, told.advice)]
SMALL: tuple[Mapping[Any, str], ...] = (
    quality.POOR,
    quality.BETTER,
    decisions.VERDICTS,
    decisions.FOUND,
    decisions.PAIR_VERDICTS,
    decisions.PAIR_ANSWERS,
)
HTTP = [CSRF_FAILED, INTERNAL_ERROR, *(text for _, text in HTTP_CODES.values())]
TEXTS = {*ERRORS.values(), *TOLD, *(text for some in SMALL for text in some.values()), *HTTP}


def messages(pot: str) -> set[str]:
    """The texts of a template of translations, joined and without their quotes."""
    found = set()
    for block in pot.split("\n\n"):
        lines = block[block.find("msgid") : block.find("\nmsgstr")].splitlines()
        found.add("".join(line[line.index('"') + 1 : -1] for line in lines).replace('\\"', '"'))
    return found


def test_the_template_of_translations_is_what_the_code_says() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == gathered(), "run `make words`"


def test_every_text_of_the_catalogue_can_be_translated() -> None:
    assert {*TEXTS, *TITLES.values()} - messages(gathered()) == set()


def test_texts_of_pages_can_be_translated() -> None:
    assert {"Skip to the content", "Sign out", "Identify"} <= messages(gathered())


def test_without_a_translation_a_text_stays_as_it_is() -> None:
    app = Flask("bare")
    install_language(app)
    with app.test_request_context():
        assert choose_language() in LANGUAGES
        assert translated("An eye lies 3 % outside {here}.") == "An eye lies 3 % outside {here}."
        draw = app.jinja_env.from_string
        assert draw('{{ _("Error %(status)s", status=404) }}').render() == "Error 404"
