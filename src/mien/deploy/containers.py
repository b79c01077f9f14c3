"""What the templates of container files show."""

import re
from dataclasses import dataclass

from mien.deploy.environment import shown_settings
from mien.errors import InvalidInput
from mien.settings import Settings

_PACK = re.compile(r"[a-z0-9][a-z0-9_-]*")
_IMAGE = re.compile(r"[a-z0-9][a-z0-9._/:@-]*")


@dataclass(frozen=True, slots=True)
class Image:
    """All that stands in the Dockerfile.

    Attributes:
        command: that makes this file again.
        python: version of the base image.
        pack: model pack that is part of the image; empty when models are mounted.
    """

    command: str
    python: str
    pack: str


@dataclass(frozen=True, slots=True)
class ComposeServices:
    """All that stands in compose.yaml.

    Attributes:
        command: that makes this file again.
        image: name of Mien's image.
        published: `address:port` of this machine.
        nginx: image of Nginx in front; empty for none.
        needs_database: whether nothing may start without MIEN_DATABASE_URL.
        drain_seconds: how long it may take to end.
        environment: settings.
    """

    command: str
    image: str
    published: str
    nginx: str
    needs_database: bool
    drain_seconds: int
    environment: tuple[tuple[str, str], ...]


def make_image(*, command: str, python: str = "3.12", pack: str = "") -> Image:
    """Check what was asked for.

    Raises:
        InvalidInput: a value cannot stand in a Dockerfile.
    """
    if not re.fullmatch(r"3\.(1[1-9]|[2-9][0-9])", python):
        raise InvalidInput("python", words={"python": python}, field="python")
    if pack and not _PACK.fullmatch(pack):
        raise InvalidInput("pack", words={"pack": pack}, field="bake-models")
    return Image(command=command, python=python, pack=pack)


def make_services(
    settings: Settings,
    *,
    command: str,
    image: str = "mien",
    published: str = "127.0.0.1:8000",
    nginx: str = "",
) -> ComposeServices:
    """Check what was asked for and put it together with the settings.

    Raises:
        InvalidInput: a value cannot stand in a compose file.
    """
    for value, field in ((image, "image"), (nginx, "nginx")):
        if value and not _IMAGE.fullmatch(value):
            raise InvalidInput("image", words={"value": value}, field=field)
    if not re.fullmatch(r"([0-9.]+:)?[0-9]{1,5}", published):
        raise InvalidInput("published_port", words={"published": published}, field="publish")
    # What is inside the container is the image's.
    inside = {"home", "models_dir", "host", "port", "bind"}
    shown = shown_settings(settings, **({"trusted_proxies": 1} if nginx else {}))
    return ComposeServices(
        command=command,
        image=image,
        published=published,
        nginx=nginx,
        needs_database=bool(settings.database_url),
        drain_seconds=settings.drain_seconds,
        environment=tuple(
            (name, value)
            for name, value in shown
            if name.removeprefix("MIEN_").lower() not in inside
        ),
    )
