"""Where a password of the present request comes from, for those who count."""

import ipaddress

from flask import request

from mien.access.throttling import Source
from mien.http.context import runtime
from mien.http.cookies import known_browser_cookie

_FORWARDED = ("Forwarded", "X-Forwarded-For")


def password_source() -> Source:
    """The client's address, and the mark of a browser that has signed in before."""
    return Source(address=_address(), mark=request.cookies.get(known_browser_cookie(), ""))


def _address() -> str:
    """The client's address; empty where it is that of a proxy, behind which anybody may be."""
    address = request.remote_addr or ""
    if runtime().settings.trusted_proxies or not any(
        name in request.headers for name in _FORWARDED
    ):
        return address
    # Nobody from elsewhere has a loopback address, so nobody gets round the count by a header.
    try:
        return "" if ipaddress.ip_address(address).is_loopback else address
    except ValueError:
        return address
