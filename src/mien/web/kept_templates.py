"""The templates of the pages, read once: a page is of one version, whatever happens to the files."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import BaseLoader
from jinja2 import Environment
from jinja2 import TemplateNotFound

FOLDER: Final = Path(__file__).parent / "templates"


class KeptTemplates(BaseLoader):
    """Gives templates as they were when this was made.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources = {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in folder.rglob("*")
            if path.is_file()
        }

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - Jinja2 calls it so
        template: str,
    ) -> tuple[str, str, None]:
        """The text of a template, and where it was read."""
        if template not in self._sources:
            raise TemplateNotFound(template)
        return self._sources[template], str(self._folder / template), None

    def list_templates(self) -> list[str]:
        """The names of all."""
        return sorted(self._sources)


@cache
def own_templates() -> KeptTemplates:
    """Those that Mien comes with."""
    return KeptTemplates(FOLDER)
