"""`mien models`: which model packs exist, which are installed, and which is in use."""

import click

from mien.cli.models.change import measure
from mien.cli.models.change import use
from mien.cli.models.files import pack
from mien.cli.models.files import pull
from mien.cli.models.files import verify
from mien.cli.models.look import list_
from mien.cli.models.look import show
from mien.cli.nouns import NounGroup


@click.group(cls=NounGroup)
def models() -> None:
    """Model packs: the networks that find and recognise faces.

    A pack is a manifest: which files to fetch, from where, under which licence, and how to use
    them. To add your own, put TOML files into the folder `packs` in MIEN_MODELS_DIR.
    """


for _command in (list_, show, pull, pack, verify, use, measure):
    models.add_command(_command)
