"""Values from outside, checked before they stand in a configuration of another program."""

import ipaddress
import re
from typing import Final

from mien.errors import InvalidInput

_PATH: Final = re.compile(r"/[A-Za-z0-9_./@+-]*")
_NAME: Final = re.compile(r"\*?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_PLACE: Final = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9_.-]+):[0-9]{1,5}|[0-9]{1,5}")
_PREFIX: Final = re.compile(r"/[A-Za-z0-9_./-]*")


def plain_path(value: str, *, field: str) -> str:
    """An absolute path that needs no quoting anywhere.

    Raises:
        InvalidInput: it is relative, or has spaces, quotes or the like.
    """
    return _checked(_PATH, value, field, "an absolute path of letters, digits and ./_@+-")


def plain_name(value: str, *, field: str) -> str:
    """The name of a host.

    Raises:
        InvalidInput: it is none.
    """
    return _checked(_NAME, value, field, "the name of a host, such as mien.example.org")


def plain_place(value: str, *, field: str) -> str:
    """A port, or an address and a port.

    Raises:
        InvalidInput: it is neither.
    """
    return _checked(_PLACE, value, field, "a port or ADDRESS:PORT, such as 80 or 127.0.0.1:8080")


def plain_prefix(value: str, *, field: str) -> str:
    """The beginning of an address on this site.

    Raises:
        InvalidInput: it does not begin with a slash, or needs quoting.
    """
    return _checked(_PREFIX, value, field, "the beginning of an address, such as /api/")


def plain_network(value: str, *, field: str) -> str:
    """An address or a network, such as `10.0.0.0/8`.

    Raises:
        InvalidInput: it is neither.
    """
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        raise InvalidInput("network", words={"value": value, "why": error}, field=field) from (
            error
        )


def _checked(pattern: re.Pattern[str], value: str, field: str, wanted: str) -> str:
    if not pattern.fullmatch(value) or ".." in value:
        raise InvalidInput("value", words={"value": value, "wanted": wanted}, field=field)
    return value
