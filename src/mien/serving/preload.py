"""Everything of Mien that serving reads from its own files, read before the first request.

An upgrade replaces these files under a process that serves. What it read later would be of another
version than what it has, and while they are being replaced it might not be there at all.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from typing import Final

import mien

_NOT_SERVED: Final = (
    "mien.__main__",
    "mien.cli",
    "mien.deploy",
    "mien.evaluation",
    # Conversion happens when a pack is installed, and loads what serving has no use for.
    "mien.packs.conversion",
    "mien.storage.migrations",
    "mien.vision.fake",
    # Builds an application when it is imported.
    "mien.wsgi",
)


@cache
def read_everything() -> None:
    """Import every module that serving may use, and read the files that lie beside them.

    Starts no thread and makes nothing that does not survive a fork: the libraries that run
    networks are left to the process that runs them. A second call does nothing.
    """
    import pillow_heif  # noqa: F401 - decodes some photos
    from PIL import Image

    _import_below(mien.__path__, "mien.")
    # Its readers of formats are modules of their own.
    Image.init()

    from mien.packs.calibration import builtin_calibration
    from mien.packs.catalog import BUILTIN
    from mien.packs.catalog import builtin
    from mien.storage.migrate import head_revision
    from mien.storage.migrate import known_revisions
    from mien.web.assets import own_assets
    from mien.web.kept_templates import own_templates

    head_revision()
    known_revisions()
    own_assets()
    own_templates()
    for pack in BUILTIN:
        builtin(pack)
        builtin_calibration(pack)


def _import_below(path: Iterable[str], prefix: str) -> None:
    for found in pkgutil.iter_modules(path, prefix):
        if found.name not in _NOT_SERVED:
            module = importlib.import_module(found.name)
            if found.ispkg:
                _import_below(module.__path__, f"{found.name}.")
