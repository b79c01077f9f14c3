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
    help="Host by which people reach Mien; may be given several times.",
)
@click.option(
    "--upstream",
    "upstreams",
    multiple=True,
    metavar="NODE",
    help="http://HOST:PORT (Gunicorn), uwsgi://HOST:PORT, or unix:/PATH for HOST:PORT; several "
    "share the load. Else the address of the settings.",
)
@click.option(
    "--listen",
    multiple=True,
    default=("80", "[::]:80"),
    metavar="PLACE",
    help="Port or ADDRESS:PORT of HTTP.",
)
@click.option("--tls-cert", metavar="FILE", help="Certificate; HTTP then leads to HTTPS.")
@click.option("--tls-key", metavar="FILE", help="Its key.")
@click.option(
    "--listen-tls",
    multiple=True,
    default=("443", "[::]:443"),
    metavar="PLACE",
    help="Port or ADDRESS:PORT of HTTPS.",
)
@click.option("--acme", default="", metavar="FOLDER", help="Where a certificate's renewer answers.")
@click.option(
    "--static", default="/srv/mien", metavar="FOLDER", help="What `mien deploy static` has written."
)
@click.option("--basic-auth", default="", metavar="FILE", help="Ask for a name and password too.")
@click.option(
    "--basic-auth-on",
    multiple=True,
    metavar="PREFIX",
    help="Only at addresses that begin so; may be given several times.",
)
@click.option(
    "--monitor-from",
    "monitors",
    multiple=True,
    metavar="NETWORK",
    help="Who may read /metrics and /readyz here; nobody else does.",
)
@click.option(
    "--behind",
    "proxies",
    multiple=True,
    metavar="NETWORK",
    help="A balancer in front of this Nginx, which tells the client's address and scheme.",
)
@click.option(
    "--default-gallery",
    "galleries",
    multiple=True,
    metavar="[HOST=]NAME",
    help="Gallery that is meant when none is named, by host; with uwsgi nodes.",
)
@click.option("--requests", type=_POSITIVE, default=50, metavar="N", help="A second, by client.")
@click.option("--photos", type=_POSITIVE, default=5, metavar="N", help="A second, by client.")
@click.option("--sign-ins", type=_POSITIVE, default=20, metavar="N", help="A minute, by client.")
@click.option(
    "--connections", type=_POSITIVE, default=30, metavar="N", help="At the same time, by client."
)
@click.option(
    "--uploads", type=_POSITIVE, default=64, metavar="N", help="At the same time, of all clients."
)
@click.option(
    "--access-log", default="/var/log/nginx/mien.access.log", metavar="FILE", help="Or `off`."
)
@click.option(
    "--bridge-port",
    type=click.IntRange(1, 65_000),
    default=8791,
    metavar="PORT",
    help="First of the loopback ports that join uwsgi nodes to http nodes.",
)
@click.option("--brotli", is_flag=True, help="This Nginx has the module that sends .br files.")
@click.option("--nginx-version", default="1.22", metavar="VERSION", help="That will read the file.")
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

    Static files, routing, load balancing, limits against floods, basic authentication, TLS. Goes
    into the http block, as /etc/nginx/conf.d/mien.conf. The nodes need MIEN_TRUSTED_PROXIES=1.
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
        print_note("Start the nodes with MIEN_TRUSTED_PROXIES=1, or they see Nginx's address only.")


def _tls(
    certificate: str | None, key: str | None, *, listen: tuple[str, ...], acme: str, nginx: str
) -> "Tls | None":
    from mien.deploy.nginx import make_tls

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise click.UsageError("--tls-cert and --tls-key go together.")
    return make_tls(certificate=certificate, key=key, listen=listen, acme=acme, nginx=nginx)


def _gallery(text: str) -> tuple[str, str]:
    host, _, name = text.rpartition("=")
    return host or "default", name
