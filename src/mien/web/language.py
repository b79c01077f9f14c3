"""The language of the pages: which one a request gets, and texts in it."""

from pathlib import Path
from typing import Final

from flask import Flask
from flask_babel import Babel
from flask_babel import gettext

LANGUAGES: Final = ("en",)
"""What the pages can be read in; the first is what the texts are written in."""
TRANSLATIONS: Final = Path(__file__).resolve().parent / "translations"


def install_language(app: Flask) -> None:
    """Give an app's templates `_()`, in the language of each request."""
    Babel(
        app,
        default_locale=LANGUAGES[0],
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=choose_language,
    )


def choose_language() -> str:
    """The language of the present request: the one place to ask the browser or the account."""
    return LANGUAGES[0]


def translated(text: str, **values: str) -> str:
    """A text of the catalogue in the language of the present request, with values as `%(name)s`."""
    words: str = gettext(text, **values)
    return words
