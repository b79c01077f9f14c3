"""The command `mien`: a table of nouns, each imported when it is used."""

import click

from mien import __version__
from mien.cli.lazy import LazyCommand
from mien.cli.lazy import LazyGroup

COMMANDS = {
    "run": LazyCommand("mien.cli.run:run", "Serve Mien on this machine."),
    "serve": LazyCommand("mien.cli.serve:serve", "Serve Mien to others, with several processes."),
    "demo": LazyCommand(
        "mien.cli.demo:demo", "Enrol two people from public portraits and identify them in others."
    ),
    "detect": LazyCommand(
        "mien.cli.detect:detect", "Find the faces of photos, and say how good each is."
    ),
    "verify": LazyCommand("mien.cli.verify:verify", "Say whether photos show the same person."),
    "identify": LazyCommand(
        "mien.cli.identify:identify", "Say who is in photos, or that it is nobody known."
    ),
    "evaluate": LazyCommand(
        "mien.cli.evaluate.commands:evaluate",
        "Measure how good the answers are, on photos of which you know whom they show.",
    ),
    "people": LazyCommand(
        "mien.cli.people:people",
        "People of a gallery: list, show, add, change, remove, import, review.",
    ),
    "faces": LazyCommand("mien.cli.faces:faces", "Faces: the examples by which a person is known."),
    "galleries": LazyCommand(
        "mien.cli.galleries:galleries",
        "Galleries: sets of people that are searched apart from each other.",
    ),
    "users": LazyCommand("mien.cli.users:users", "Accounts: who may sign in."),
    "keys": LazyCommand("mien.cli.keys:keys", "API keys: what programs sign in with."),
    "db": LazyCommand(
        "mien.cli.db:db",
        "The database and the stored files: upgrade, check, back up, restore, bind.",
    ),
    "deploy": LazyCommand(
        "mien.cli.deploy.commands:deploy",
        "Files for a real machine: web servers, units, containers, static files.",
    ),
    "tidy": LazyCommand(
        "mien.cli.tidy:tidy",
        "Remove what has had its time: held photos, ended sign-ins, files of broken-off changes.",
    ),
    "dev": LazyCommand("mien.cli.dev:dev", "Serve with the development server, which reloads."),
    "routes": LazyCommand("mien.cli.routes:routes", "List every URL: rule, methods, endpoint."),
    "models": LazyCommand(
        "mien.cli.models:models", "Model packs: the networks that find and recognise faces."
    ),
}


@click.group(
    cls=LazyGroup,
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Settings are environment variables that start with MIEN_. "
    "Exit codes: 0 done, 1 refused or failed, or the result could not be written, 2 wrongly "
    "called, 3 done but some of several failed, 4 the answer is no (mien verify), 130 interrupted.",
)
@click.version_option(__version__, prog_name="mien", message="%(prog)s %(version)s")
def cli() -> None:
    """Self-hosted facial recognition.

    Start with `mien run`, or see it work with `mien demo`.
    """
