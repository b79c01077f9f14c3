"""`mien deploy render systemd`, `dockerfile` and `compose`: how a machine runs it."""

from pathlib import Path
from typing import TYPE_CHECKING
from typing import cast

import click

from mien.cli.deploy.output import deliver
from mien.cli.deploy.output import out_option
from mien.cli.deploy.output import spoken
from mien.cli.runtime import load_settings

if TYPE_CHECKING:
    from mien.deploy.units import Served


@click.command()
@click.option(
    "--server",
    type=click.Choice(["gunicorn", "uwsgi"]),
    default="gunicorn",
    show_default=True,
    help="The server to use.",
)
@click.option(
    "--bin",
    "bin_folder",
    default="/opt/mien/.venv/bin",
    show_default=True,
    metavar="FOLDER",
    help="Folder of the `mien` command.",
)
@click.option("--user", default="mien", show_default=True, metavar="NAME", help="Account.")
@click.option(
    "--listen",
    default="127.0.0.1:8000",
    show_default=True,
    metavar="PLACE",
    help="HOST:PORT or /PATH of the socket, for Gunicorn.",
)
@click.option(
    "--uwsgi-ini",
    default="/etc/mien/uwsgi.ini",
    metavar="FILE",
    help="Configuration file that uWSGI reads.",
)
@click.option(
    "--secrets",
    default="/etc/mien/secrets.env",
    metavar="FILE",
    help="File with MIEN_SECRET_KEY and MIEN_DATABASE_URL; required if the latter is set now.",
)
@out_option
@click.pass_context
def systemd(
    context: click.Context,
    *,
    server: str,
    bin_folder: str,
    user: str,
    listen: str,
    uwsgi_ini: str,
    secrets: str,
    out: Path | None,
) -> None:
    """Hardened systemd units: the service, its socket, and a timer that cleans up."""
    from mien.deploy.units import make_units
    from mien.deploy.units import render_units

    units = make_units(
        load_settings(),
        command=spoken(context),
        served=cast("Served", server),
        bin_folder=bin_folder,
        user=user,
        listen=listen,
        uwsgi_ini=uwsgi_ini,
        secrets=secrets,
    )
    deliver(render_units(units), out)


@click.command()
@click.option(
    "--python",
    default="3.12",
    show_default=True,
    metavar="VERSION",
    help="Python version of the base image.",
)
@click.option(
    "--bake-models", "pack", default="", metavar="PACK", help="Put the models into the image."
)
@out_option
@click.pass_context
def dockerfile(context: click.Context, *, python: str, pack: str, out: Path | None) -> None:
    """A slim image without root and with a health check; build it next to pyproject.toml."""
    from mien.deploy.containers import make_image
    from mien.deploy.render import RenderedFile
    from mien.deploy.render import render

    image = make_image(command=spoken(context), python=python, pack=pack)
    deliver((RenderedFile("Dockerfile", render("Dockerfile", image)),), out)


@click.command()
@click.option(
    "--image", default="mien", show_default=True, metavar="NAME", help="Name of Mien's image."
)
@click.option(
    "--publish",
    "published",
    default="127.0.0.1:8000",
    show_default=True,
    metavar="PLACE",
    help="PORT or ADDRESS:PORT on this machine.",
)
@click.option(
    "--nginx",
    default="",
    metavar="IMAGE",
    help="Image of Nginx to put in front, such as nginx:stable.",
)
@out_option
@click.pass_context
def compose(
    context: click.Context, *, image: str, published: str, nginx: str, out: Path | None
) -> None:
    """A set of containers: Mien, one that prepares it, and Nginx if you want it."""
    from mien.deploy.containers import make_services
    from mien.deploy.render import RenderedFile
    from mien.deploy.render import render

    services = make_services(
        load_settings(), command=spoken(context), image=image, published=published, nginx=nginx
    )
    deliver((RenderedFile("compose.yaml", render("compose.yaml", services)),), out)
