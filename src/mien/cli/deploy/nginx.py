"""`mien deploy render nginx`: the web server in front."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.deploy.output import deliver
from mien.cli.deploy.output import out_option
from mien.cli.deploy.output import spoken
from mien.cli.runtime import load_settings
from mien.cli.terminal.output import print_note

if TYPE_CHECKING:
    from mien.deploy.nginx import Tls

_POSITIVE = click.IntRange(1, 100_000)


@click.command()
@click.option(
    "--server-name",
    "server_names",
    multiple=True,
    required=True,
    metavar="NAME",
    help="Host name people use for Mien; can be repeated.",
)
@click.option(
    "--upstream",
    "upstreams",
    multiple=True,
    metavar="NODE",
    help="http://HOST:PORT (Gunicorn) or uwsgi://HOST:PORT, with unix:/PATH in place of HOST:PORT "
    "for a socket. Repeat it to share the load. Default: the address in the settings.",
)
@click.option(
    "--listen",
    multiple=True,
    default=("80", "[::]:80"),
    metavar="PLACE",
    help="Port or ADDRESS:PORT for HTTP.",
)
@click.option("--tls-cert", metavar="FILE", help="Certificate; HTTP is then redirected to HTTPS.")
@click.option("--tls-key", metavar="FILE", help="Private key of the certificate.")
@click.option(
    "--listen-tls",
    multiple=True,
    default=("443", "[::]:443"),
    metavar="PLACE",
    help="Port or ADDRESS:PORT for HTTPS.",
)
@click.option(
    "--acme",
    default="",
    metavar="FOLDER",
    help="Folder for the challenges of certificate renewal (ACME).",
)
@click.option(
    "--static",
    default="/srv/mien",
    metavar="FOLDER",
    help="Folder written by `mien deploy static`.",
)
@click.option(
    "--basic-auth",
    default="",
    metavar="FILE",
    help="Also ask for a name and password (basic authentication).",
)
@click.option(
    "--basic-auth-on",
    multiple=True,
    metavar="PREFIX",
    help="Ask only at addresses that start with this; can be repeated.",
)
@click.option(
    "--monitor-from",
    "monitors",
    multiple=True,
    metavar="NETWORK",
    help="Who may read /metrics and /readyz through Nginx; nobody else can.",
)
@click.option(
    "--behind",
    "proxies",
    multiple=True,
    metavar="NETWORK",
    help="A load balancer in front of this Nginx that passes on the client's address and scheme.",
)
@click.option(
    "--default-gallery",
    "galleries",
    multiple=True,
    metavar="[HOST=]NAME",
    help="Default gallery for a host; for uwsgi nodes only.",
)
@click.option(
    "--requests", type=_POSITIVE, default=50, metavar="N", help="Requests per second and client."
)
@click.option(
    "--photos",
    type=_POSITIVE,
    default=5,
    metavar="N",
    help="Photos to process per second and client.",
)
@click.option(
    "--frames",
    type=_POSITIVE,
    default=20,
    metavar="N",
    help="Pictures of a live camera per second and client.",
)
@click.option(
    "--sign-ins", type=_POSITIVE, default=20, metavar="N", help="Sign-ins per minute and client."
)
@click.option(
    "--connections", type=_POSITIVE, default=30, metavar="N", help="Connections at once per client."
)
@click.option(
    "--uploads",
    type=_POSITIVE,
    default=64,
    metavar="N",
    help="Uploads at once by all clients together.",
)
@click.option(
    "--access-log",
    default="/var/log/nginx/mien.access.log",
    metavar="FILE",
    help="Access log, or `off`.",
)
@click.option(
    "--bridge-port",
    type=click.IntRange(1, 65_000),
    default=8791,
    metavar="PORT",
    help="First of the loopback ports that connect uwsgi nodes with http nodes.",
)
@click.option("--brotli", is_flag=True, help="This Nginx has the module for .br files.")
@click.option(
    "--nginx-version",
    default="1.22",
    metavar="VERSION",
    help="Nginx version that will read the file.",
)
@out_option
@click.pass_context
def nginx(
    context: click.Context,
    *,
    server_names: tuple[str, ...],
    upstreams: tuple[str, ...],
    listen: tuple[str, ...],
    tls_cert: str | None,
    tls_key: str | None,
    listen_tls: tuple[str, ...],
    acme: str,
    static: str,
    basic_auth: str,
    basic_auth_on: tuple[str, ...],
    monitors: tuple[str, ...],
    proxies: tuple[str, ...],
    galleries: tuple[str, ...],
    requests: int,
    photos: int,
    frames: int,
    sign_ins: int,
    connections: int,
    uploads: int,
    access_log: str,
    bridge_port: int,
    brotli: bool,
    nginx_version: str,
    out: Path | None,
) -> None:
    """Nginx in front of one node or several.

    Static files, routing, load balancing, rate limits, basic authentication, TLS. Save it as
    /etc/nginx/conf.d/mien.conf, inside the http block. The nodes need MIEN_TRUSTED_PROXIES=1.
    """
    from mien.deploy.nginx import Floods
    from mien.deploy.nginx import nginx_site
    from mien.deploy.render import RenderedFile
    from mien.deploy.render import render

    settings = load_settings()
    site = nginx_site(
        settings,
        command=spoken(context),
        server_names=server_names,
        upstreams=upstreams,
        listen=listen,
        tls=_tls(tls_cert, tls_key, listen=listen_tls, acme=acme, nginx=nginx_version),
        static=static,
        floods=Floods(
            requests=requests,
            photos=photos,
            frames=frames,
            sign_ins=sign_ins,
            connections=connections,
            uploads=uploads,
        ),
        basic_auth=basic_auth,
        basic_auth_on=basic_auth_on,
        monitors=monitors,
        proxies=proxies,
        galleries=dict(_gallery(text) for text in galleries),
        access_log=access_log,
        bridge_port=bridge_port,
        brotli=brotli,
    )
    deliver((RenderedFile("mien.conf", render("nginx.conf", site)),), out)
    if settings.trusted_proxies != 1:
        print_note("Start the nodes with MIEN_TRUSTED_PROXIES=1, or they only see Nginx's address.")


def _tls(
    certificate: str | None, key: str | None, *, listen: tuple[str, ...], acme: str, nginx: str
) -> "Tls | None":
    from mien.deploy.nginx import make_tls

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise click.UsageError("Give --tls-cert and --tls-key together.")
    return make_tls(certificate=certificate, key=key, listen=listen, acme=acme, nginx=nginx)


def _gallery(text: str) -> tuple[str, str]:
    host, _, name = text.rpartition("=")
    return host or "default", name
