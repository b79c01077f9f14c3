"""The settings that a server's process is started with, as far as they may stand in a file."""

from typing import Final

from mien.errors import InvalidInput
from mien.settings import SECRETS
from mien.settings import Settings

_UNQUOTED: Final = frozenset("\"'\\`$%\n\r\t #;{}[]")


def shown_settings(settings: Settings, **forced: object) -> tuple[tuple[str, str], ...]:
    """Variables and values of the settings that were given, secrets left out.

    Args:
        settings: the operator's.
        forced: settings that hold whatever was given, such as `trusted_proxies`.

    Raises:
        InvalidInput: a value would need quoting.
    """
    given = {
        name: getattr(settings, name) for name in settings.model_fields_set if name not in SECRETS
    }
    return tuple(
        (f"MIEN_{name.upper()}", _plain(name, value))
        for name, value in sorted((given | forced).items())
    )


def _plain(name: str, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if _UNQUOTED & set(text) and name != "signin_rate":
        raise InvalidInput(
            "unquotable",
            words={"text": text, "variable": name.upper()},
            field=f"MIEN_{name.upper()}",
        )
    return text
