"""The command `mien`: a table of nouns, each imported when it is used."""

import click

from mien import __version__
from mien.cli.lazy import LazyCommand
from mien.cli.lazy import LazyGroup

COMMANDS = {
    "run": LazyCommand("mien.cli.run:run", "Serve Mien on this machine."),
    "serve": LazyCommand(
        "mien.cli.serve:serve", "Serve Mien to other people, with several processes."
    ),
    "demo": LazyCommand(
        "mien.cli.demo:demo", "Enrol two people from public portraits and identify them in others."
    ),
    "detect": LazyCommand(
        "mien.cli.detect:detect", "Find the faces in photos and rate how good each one is."
    ),
    "verify": LazyCommand("mien.cli.verify:verify", "Check whether photos show the same person."),
    "identify": LazyCommand("mien.cli.identify:identify", "Identify the people in photos."),
    "evaluate": LazyCommand(
        "mien.cli.evaluate.commands:evaluate",
        "Measure how accurate the answers are, on photos of people you know.",
    ),
    "people": LazyCommand(
        "mien.cli.people:people",
        "People in a gallery: list, show, add, change, remove, import, review, merge.",
    ),
    "videos": LazyCommand("mien.cli.videos:videos", "Videos: who is seen when."),
    "jobs": LazyCommand("mien.cli.jobs:jobs", "Jobs: imports and other long work."),
    "worker": LazyCommand(
        "mien.cli.worker:worker", "Do jobs: imports and other long work, beside `mien serve`."
    ),
    "faces": LazyCommand("mien.cli.faces:faces", "Faces: the examples a person is recognised by."),
    "unknown": LazyCommand(
        "mien.cli.unknown:unknown",
        "Unknown people: seen in photos, not named yet.",
    ),
    "changes": LazyCommand(
        "mien.cli.changes:changes", "Changes of people and faces: list, undo, erase."
    ),
    "activity": LazyCommand(
        "mien.cli.activity:activity", "Show what was done, by whom, when: newest first."
    ),
    "galleries": LazyCommand(
        "mien.cli.galleries:galleries",
        "Galleries: separate sets of people. A search stays within one gallery.",
    ),
    "users": LazyCommand("mien.cli.users:users", "Accounts: who can sign in."),
    "keys": LazyCommand("mien.cli.keys:keys", "API keys for programs."),
    "db": LazyCommand(
        "mien.cli.db:db",
        "The database and the stored files: upgrade, check, back up, restore, bind.",
    ),
    "files": LazyCommand(
        "mien.cli.files:files", "The stored photos: show where they are, move them, give a move up."
    ),
    "index": LazyCommand(
        "mien.cli.index:index",
        "Indexes: what galleries are searched with. Show, check, rebuild.",
    ),
    "deploy": LazyCommand(
        "mien.cli.deploy.commands:deploy",
        "Files for deployment: web servers, systemd units, containers, static files.",
    ),
    "tidy": LazyCommand(
        "mien.cli.tidy:tidy",
        "Delete what has expired: uploaded photos, old sign-ins, leftover files.",
    ),
    "dev": LazyCommand("mien.cli.dev:dev", "Run the development server, which reloads on changes."),
    "routes": LazyCommand("mien.cli.routes:routes", "List every URL: rule, methods, endpoint."),
    "models": LazyCommand(
        "mien.cli.models.commands:models",
        "Model packs: the networks that find and recognise faces.",
    ),
}


@click.group(
    cls=LazyGroup,
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Settings are environment variables that start with MIEN_. Exit codes: 0 done, 1 "
    "refused, failed, or the result could not be written, 2 wrong usage, 3 done, but some "
    "items failed, 4 the answer is no (mien verify), 130 interrupted.",
)
@click.version_option(__version__, prog_name="mien", message="%(prog)s %(version)s")
def cli() -> None:
    """Self-hosted facial recognition.

    Start with `mien run`, or try `mien demo` first.
    """
