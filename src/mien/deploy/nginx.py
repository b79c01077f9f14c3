"""What the template of Nginx shows."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.deploy.error_responses import OWN_ANSWERS
from mien.deploy.error_responses import OwnAnswer
from mien.deploy.upstreams import Group
from mien.deploy.upstreams import make_group
from mien.deploy.upstreams import parse_upstream
from mien.deploy.validation import plain_name
from mien.deploy.validation import plain_network
from mien.deploy.validation import plain_path
from mien.deploy.validation import plain_place
from mien.deploy.validation import plain_prefix
from mien.errors import InvalidInput
from mien.names import clean_gallery_name
from mien.settings import Settings


@dataclass(frozen=True, slots=True)
class Tls:
    """How the site is encrypted.

    Attributes:
        certificate, key: files of PEM.
        listen: ports, or addresses and ports.
        port: that browsers are sent to, with a colon; empty for the usual one.
        acme: folder from which challenges of a certificate authority are answered; empty for none.
        http2_apart: whether HTTP/2 is switched on by a line of its own, as from Nginx 1.25.1 on.
    """

    certificate: str
    key: str
    listen: tuple[str, ...]
    port: str
    acme: str
    http2_apart: bool


@dataclass(frozen=True, slots=True)
class Floods:
    """How much one client, known by its address, may ask for.

    Attributes:
        requests: a second, of any kind but static files.
        photos: a second that are looked at: identify, verify, detect, enrol.
        frames: pictures of a live camera a second.
        sign_ins: a minute.
        connections: at the same time.
        batches: calls for many photos at the same time.
        uploads: requests with a body at the same time, of all clients together.
    """

    requests: int = 50
    photos: int = 5
    frames: int = 20
    sign_ins: int = 20
    connections: int = 30
    batches: int = 2
    uploads: int = 64


@dataclass(frozen=True, slots=True)
class NginxSite:
    """All that stands in the configuration of Nginx.

    Attributes:
        command: that makes this file again.
        static: folder that `mien deploy static` has written.
        files: folder of stored portraits and photos.
        accel_prefix: internal address of that folder; empty when Mien sends files itself.
        max_request_bytes: largest body.
        basic_auth: file of names and passwords; empty for none.
        basic_auth_on: beginnings of addresses that ask for one.
        monitors: networks that may read metrics and readiness.
        proxies: networks of balancers in front of this Nginx.
        galleries: default gallery by name of host; `default` for all others.
        access_log: file, or `off`.
        brotli: whether this Nginx has the module that sends `.br` files.
    """

    command: str
    server_names: tuple[str, ...]
    listen: tuple[str, ...]
    tls: Tls | None
    group: Group
    static: str
    files: str
    accel_prefix: str
    max_request_bytes: int
    floods: Floods
    basic_auth: str
    basic_auth_on: tuple[str, ...]
    monitors: tuple[str, ...]
    proxies: tuple[str, ...]
    galleries: tuple[tuple[str, str], ...]
    access_log: str
    brotli: bool
    answers: tuple[OwnAnswer, ...] = OWN_ANSWERS


def nginx_site(
    settings: Settings,
    *,
    command: str,
    server_names: Sequence[str],
    upstreams: Sequence[str] = (),
    listen: Sequence[str] = ("80", "[::]:80"),
    tls: Tls | None = None,
    static: Path | str = "/srv/mien",
    floods: Floods | None = None,
    basic_auth: str = "",
    basic_auth_on: Sequence[str] = (),
    monitors: Sequence[str] = (),
    proxies: Sequence[str] = (),
    galleries: Mapping[str, str] | None = None,
    access_log: str = "/var/log/nginx/mien.access.log",
    bridge_port: int = 8791,
    brotli: bool = False,
) -> NginxSite:
    """Check what was asked for and put it together with the settings.

    Raises:
        InvalidInput: a value cannot stand in a configuration, or two do not go together.
    """
    nodes = [parse_upstream(text) for text in upstreams or (default_upstream(settings),)]
    group = make_group(nodes, bridge_port=bridge_port)
    if galleries and (group.protocol, group.bridges) != ("uwsgi", ()):
        raise InvalidInput("default_gallery_needs_uwsgi", field="default-gallery")
    return NginxSite(
        command=command,
        server_names=tuple(plain_name(name, field="server-name") for name in server_names),
        listen=tuple(plain_place(place, field="listen") for place in listen),
        tls=tls,
        group=group,
        static=plain_path(str(static), field="static"),
        files=plain_path(str(settings.home.absolute() / "files"), field="MIEN_HOME"),
        accel_prefix=settings.accel_prefix,
        max_request_bytes=settings.max_request_bytes,
        floods=floods or Floods(),
        basic_auth=plain_path(basic_auth, field="basic-auth") if basic_auth else "",
        basic_auth_on=tuple(plain_prefix(each, field="basic-auth-on") for each in basic_auth_on),
        monitors=tuple(plain_network(each, field="monitor-from") for each in monitors),
        proxies=tuple(plain_network(each, field="behind") for each in proxies),
        galleries=tuple(
            (plain_name(host, field="default-gallery"), clean_gallery_name(name))
            for host, name in (galleries or {}).items()
        ),
        access_log="off" if access_log == "off" else plain_path(access_log, field="access-log"),
        brotli=brotli,
    )


def make_tls(
    *,
    certificate: str,
    key: str,
    listen: Sequence[str] = ("443", "[::]:443"),
    acme: str = "",
    nginx: str = "1.22",
) -> Tls:
    """Check what encryption needs.

    Args:
        certificate: path of the certificate and those that lead to it.
        key: path of its key.
        listen: ports, or addresses and ports; browsers are sent to the first.
        acme: folder of a certificate authority's challenges.
        nginx: version that will read the file.

    Raises:
        InvalidInput: a value cannot stand in a configuration.
    """
    places = tuple(plain_place(place, field="listen-tls") for place in listen)
    port = places[0].rpartition(":")[2]
    numbers = [int(part) for part in nginx.split(".") if part.isdigit()]
    return Tls(
        certificate=plain_path(certificate, field="tls-cert"),
        key=plain_path(key, field="tls-key"),
        listen=places,
        port="" if port == "443" else f":{port}",
        acme=plain_path(acme, field="acme") if acme else "",
        http2_apart=numbers >= [1, 25, 1],
    )


def default_upstream(settings: Settings) -> str:
    """The node that the settings speak of."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
