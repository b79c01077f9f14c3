"""Gathers the texts that can be translated: `make words`.

The template of translations holds every text that is marked in the code (`N_`, `translated`) or in a
template (`_`), without lines and dates, so that it changes only when a text does.
"""

import io
import re
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "mien"
TEMPLATE = SOURCE / "web" / "translations" / "messages.pot"
METHODS: Final = [("**.py", "python"), ("web/templates/**.html", "jinja2")]
KEYWORDS: Final = {**DEFAULT_KEYWORDS, "translated": None}
HEADER = "# Made from the code by `make words`; changes here are lost."
# They would differ on every day and with every release of the tool.
_PASSING = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By):.*\\n"\n', re.MULTILINE
)


def gathered() -> str:
    """The template of translations, as the code has it now."""
    catalog = Catalog(project="Mien", header_comment=HEADER, charset="utf-8")
    for _, _, text, comments, context in extract_from_dir(
        SOURCE, METHODS, {"**.html": {"newstyle_gettext": "true"}}, KEYWORDS
    ):
        message = catalog.add(text, auto_comments=comments, context=context)
        if "%(" not in str(text):
            # A percent sign is one there; values stand in braces.
            message.flags.discard("python-format")
    written = io.BytesIO()
    write_po(written, catalog, no_location=True, sort_output=True, width=100)
    return _PASSING.sub("", written.getvalue().decode("utf-8"))


def main() -> None:
    """Write the template."""
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_text(gathered(), encoding="utf-8")
    print(f"Wrote {TEMPLATE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
