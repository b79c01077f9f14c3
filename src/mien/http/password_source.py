"""Where a password of the present request comes from, for those who count."""

import ipaddress

from flask import request

from mien.access.throttling import Source
from mien.http.context import runtime
from mien.http.cookies import known_browser_cookie

_FORWARDED = ("Forwarded", "X-Forwarded-For")


def password_source() -> Source:
    """The client's address, and the mark of a browser that has signed in before."""
    address = request.remote_addr or ""
    mark = request.cookies.get(known_browser_cookie(), "")
    return Source(address, mark, is_shared=_is_a_proxys(address))


def _is_a_proxys(address: str) -> bool:
    """Whether an address is seen to be that of a proxy which nobody has declared.

    Nobody from elsewhere has a loopback address, so nobody gets more tries by a header.
    """
    if runtime().settings.trusted_proxies:
        return False
    forwards = any(name in request.headers for name in _FORWARDED)
    try:
        return forwards and ipaddress.ip_address(address).is_loopback
    except ValueError:
        # A socket of the machine has no address at all.
        return True
