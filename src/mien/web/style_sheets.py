"""One style sheet made of many: the sources stay small, and a browser asks once."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

_IMPORT: Final = re.compile(r'@import url\("([\w./-]+)"\)(?: layer\((\w+)\))?;\n?')


def joined(files: Mapping[str, bytes], name: str) -> tuple[bytes, frozenset[str]]:
    """Puts in place of every `@import` of a style sheet what it names.

    Args:
        files: content by name, all in UTF-8.
        name: the style sheet that imports; what it imports may import nothing itself. Addresses
            within what is imported have to be relative to the importing sheet's folder.

    Returns:
        The one sheet, and the names of those that went into it.

    Raises:
        KeyError: nothing of an imported name is there.
    """
    folder = PurePosixPath(name).parent
    taken = []

    def content(match: re.Match[str]) -> str:
        imported = str(folder / match[1])
        taken.append(imported)
        text = files[imported].decode()
        return f"@layer {match[2]} {{\n{text}}}\n" if match[2] else text

    return _IMPORT.sub(content, files[name].decode()).encode(), frozenset(taken)
