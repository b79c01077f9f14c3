"""What the templates of systemd's units show."""

from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

from mien.deploy.environment import shown_settings
from mien.deploy.render import RenderedFile
from mien.deploy.render import render
from mien.deploy.validation import plain_name
from mien.deploy.validation import plain_path
from mien.deploy.validation import plain_place
from mien.settings import Settings

Served: TypeAlias = Literal["gunicorn", "uwsgi"]

_STATE = "/var/lib/mien"


@dataclass(frozen=True, slots=True)
class Units:
    """All that stands in the units.

    Attributes:
        command: that makes these files again.
        served: which server serves.
        bin: folder of `mien` and, where it serves, of `uwsgi`.
        user: account and group that it runs as.
        listen: of the socket: a port, `host:port`, or a path.
        home: folder of the database and the photos.
        home_is_state: whether systemd makes that folder.
        models: folder of the model files.
        uwsgi_ini: file of uWSGI.
        secrets: file of variables that only root reads.
        needs_secrets: whether the service must not start without that file, because the address of
            its database is in there.
        drain_seconds: how long it may take to end.
        environment: settings.
    """

    command: str
    served: Served
    bin: str
    user: str
    listen: str
    home: str
    home_is_state: bool
    models: str
    uwsgi_ini: str
    secrets: str
    needs_secrets: bool
    drain_seconds: int
    environment: tuple[tuple[str, str], ...]


def make_units(
    settings: Settings,
    *,
    command: str,
    served: Served = "gunicorn",
    bin_folder: str = "/opt/mien/.venv/bin",
    user: str = "mien",
    listen: str = "127.0.0.1:8000",
    uwsgi_ini: str = "/etc/mien/uwsgi.ini",
    secrets: str = "/etc/mien/secrets.env",
) -> Units:
    """Check what was asked for and put it together with the settings.

    Raises:
        InvalidInput: a value cannot stand in a unit.
    """
    home = str(settings.home) if "home" in settings.model_fields_set else _STATE
    models = (
        str(settings.models_dir) if "models_dir" in settings.model_fields_set else f"{home}/models"
    )
    place = plain_path if listen.startswith("/") else plain_place
    return Units(
        command=command,
        served=served,
        bin=plain_path(bin_folder, field="bin"),
        user=plain_name(user, field="user"),
        listen=place(listen, field="listen"),
        home=plain_path(home, field="MIEN_HOME"),
        home_is_state=home == _STATE,
        models=plain_path(models, field="MIEN_MODELS_DIR"),
        uwsgi_ini=plain_path(uwsgi_ini, field="uwsgi-ini"),
        secrets=plain_path(secrets, field="secrets"),
        needs_secrets=bool(settings.database_url),
        drain_seconds=settings.drain_seconds,
        environment=shown_settings(settings, home=home, models_dir=models),
    )


def render_units(units: Units) -> tuple[RenderedFile, ...]:
    """The units: the service, its socket, the worker, and the timer that tidies up."""
    names = ["mien.service", "mien-worker.service", "mien-tidy.service", "mien-tidy.timer"]
    if units.served == "gunicorn":
        names.append("mien.socket")
    return tuple(RenderedFile(name, render(name, units)) for name in names)
