"""`mien deploy`: files for a real machine."""

from pathlib import Path

import click
from pydantic import SecretStr

from mien.cli.deploy.gunicorn import gunicorn
from mien.cli.deploy.machine import compose
from mien.cli.deploy.machine import dockerfile
from mien.cli.deploy.machine import systemd
from mien.cli.deploy.nginx import nginx
from mien.cli.deploy.uwsgi import uwsgi
from mien.cli.deploy.uwsgi import uwsgi_router
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.errors import InvalidInput


@click.group()
def deploy() -> None:
    """Files for deployment: web servers, systemd units, containers, static files."""


@deploy.group()
def render() -> None:
    """Write a configuration file from the settings and the options.

    Every file says which command generates it. Without --out it is printed.
    """


for command in (gunicorn, nginx, uwsgi, uwsgi_router, systemd, dockerfile, compose):
    render.add_command(command)


@deploy.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Folder to write to.",
)
@json_option
def static(*, out: Path, as_json: bool) -> None:
    """Write what a web server serves itself: static files and its own error pages.

    Run it before you upgrade the nodes. Folders of other versions stay, for pages that are still
    open.
    """
    # Nothing is signed here, and no key is to be made where this happens to run.
    with opened(load_settings(secret_key=SecretStr("none"))) as runtime:
        from mien.app import create_app
        from mien.deploy.error_responses import OWN_ANSWERS
        from mien.http.problems import Problem
        from mien.web.static_export import collect

        problems = {
            each.place: Problem(each.status, each.code, each.detail, "") for each in OWN_ANSWERS
        }
        try:
            done = collect(create_app(runtime), out, problems)
        except OSError as error:
            raise InvalidInput(
                "folder_not_writable", words={"folder": out, "why": error.strerror}, field="out"
            ) from error
    if as_json:
        print_json(done)
    else:
        print_note(f"Wrote {done.files} static files and {done.pages} error pages to {out}.")
