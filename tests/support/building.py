"""Make the things that tests work with."""

import tempfile
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mien.access.actor import OPERATOR
from mien.access.actor import Actor
from mien.access.users import User
from mien.access.users import as_user
from mien.gallery.bind_galleries import bind_galleries
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.names import name_key
from mien.runtime import Runtime
from mien.runtime import open_runtime
from mien.settings import Settings
from mien.storage.binding import installation_id
from mien.storage.database import Database
from mien.storage.migrate import upgrade
from mien.storage.models import UserRow
from mien.vision.engine import Engine
from mien.vision.fake import FakeEngine


def make_runtime(home: Path, *, engine: Engine | None = None, **settings: object) -> Runtime:
    """A runtime over a fresh or an existing home, with drawn faces unless told otherwise."""
    given = {"home": home, "models_dir": home / "models", "offline": True, **settings}
    chosen = Settings.model_validate(given)
    fresh = not chosen.database_url and not (home / "mien.db").exists()
    if fresh:
        make_database(home)
    runtime = open_runtime(chosen, engine=engine or FakeEngine())
    if not fresh:
        upgrade(runtime.database)
    summary = runtime.engine.summary
    bind_galleries(acting(runtime.services), pack=summary.pack, contract_id=summary.contract_id)
    return runtime


def make_database(home: Path) -> None:
    """The database of a home that has none yet: a copy of one that was migrated before."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "mien.db"
    path.touch(mode=0o600, exist_ok=False)
    made = migrated_database()
    assert made.data.count(made.installation) == 1
    # Two installations never have the same id, however they were made.
    path.write_bytes(made.data.replace(made.installation, str(uuid.uuid4()).encode("ascii")))


@dataclass(frozen=True, slots=True)
class Migrated:
    """An empty database at the newest revision.

    Attributes:
        data: its file.
        installation: its id, as it stands in there.
    """

    data: bytes
    installation: bytes


@cache
def migrated_database() -> Migrated:
    """An empty database, migrated once for each process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mien.db")
        database = Database(f"sqlite:///{path}")
        upgrade(database)
        # What is still in the log beside it would be missing from the copy.
        assert database.scrub()
        with database.read() as session:
            installation = installation_id(session)
        database.close()
        return Migrated(path.read_bytes(), installation.encode("ascii"))


def make_services(home: Path, *, engine: Engine | None = None) -> Services:
    """The collaborators of verbs over a fresh or an existing home."""
    return make_runtime(home, engine=engine).services


def make_user(services: Services, name: str = "root", *, is_admin: bool = True) -> User:
    """An account that no password opens: made without the time that hashing one takes."""
    row = UserRow(name=name, name_key=name_key(name), password_hash="", is_admin=is_admin)
    with services.database.write() as session:
        session.add(row)
    return as_user(row)


def acting(services: Services, who: Actor | User | str = OPERATOR) -> Call:
    """What verbs are called with, on behalf of the operator or of a user, who may be an id."""
    if isinstance(who, str):
        who = Actor("user", id=who)
    return Call(services, who.actor if isinstance(who, User) else who)
