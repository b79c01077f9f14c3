"""What a browser may keep of pictures of people, and how it is told to forget them."""

from typing import Final

from flask import Response
from flask import request

from mien.http.hosts import host_name
from mien.loopback import is_loopback

CLEAR_HEADER: Final = "Clear-Site-Data"
_CACHE: Final = '"cache"'
"""The cache alone: cookies are taken back one by one, and there is nothing else."""


def clear_cache(response: Response) -> None:
    """Let the browser forget the pictures that it keeps for its signed-in user.

    Browsers do so over TLS and on the machine itself alone; see `forgets_when_told`.
    """
    response.headers[CLEAR_HEADER] = _CACHE


def forgets_when_told() -> bool:
    """Whether the browser that asks will heed `clear_cache`; else it may keep no picture at all."""
    host = host_name()
    return request.is_secure or is_loopback(host) or host.endswith(".localhost")
