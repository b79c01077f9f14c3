"""By which names Mien is reached."""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask
from flask import request

from mien.errors import HostNotAllowed
from mien.settings import Settings

# Load balancers ask by address whether the process lives; nothing of anybody is in the answer.
_FOR_EVERY_HOST: Final = frozenset({"/healthz"})


def install_hosts(app: Flask, settings: Settings) -> None:
    """Refuse requests for other hosts than the operator has named, when any are named.

    Keeps a page of another site from reaching this one under a name of its own (DNS rebinding).
    """
    allowed = {host.strip().lower() for host in settings.hosts.split(",") if host.strip()}
    if not allowed:
        return

    def check_host() -> None:
        if request.path not in _FOR_EVERY_HOST and host_name() not in allowed:
            raise HostNotAllowed

    app.before_request(check_host)


def host_name() -> str:
    """The host that was asked for, without its port, in small letters; empty when it is none."""
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""
