"""Settings: every value that an operator may change, where it comes from and why it is so."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from typing import Any
from typing import Final
from typing import Literal

from pydantic import Field
from pydantic import SecretStr
from pydantic import field_validator
from pydantic import model_validator
from pydantic_settings import BaseSettings
from pydantic_settings import SettingsConfigDict

from mien.names import GALLERY_NAME
from mien.options import MAX_FACES
from mien.options import Precision
from mien.options import RuntimeChoice

MOST_PHOTOS: Final = 12
"""Photos that one form may send."""

FORM_BYTES: Final = 512 * 1024
"""What the other fields of a form may have together."""


# Where the processes of one server put their counts; the library's own name for it.
_COUNTS: Final = "PROMETHEUS_MULTIPROC_DIR"
_RATE: Final = re.compile(
    r"(\d{1,6})\s*(?:per|/)\s*(\d{1,4})?\s*(second|minute|hour|day)s?", re.ASCII
)
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def _default_models_dir(given: Mapping[str, Any]) -> Path:
    cache = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(cache or Path.home() / ".cache") / "mien" / "models"
    except RuntimeError:
        # An account without a home folder, as services and containers have.
        return Path(given.get("home", "var")) / "models"


@dataclass(frozen=True, slots=True)
class SignInLimit:
    """So many tries in so many seconds."""

    tries: int
    seconds: int


def _sign_in_limit(text: str) -> SignInLimit:
    found = _RATE.fullmatch(text.strip().lower())
    tries, times = (int(found[1]), int(found[2] or 1)) if found else (0, 0)
    if found is None or not tries or not times:
        raise ValueError("write it as 30 per minute, 5 per second or 100 per 2 hours")
    return SignInLimit(tries, times * _SECONDS[found[3]])


class Settings(BaseSettings):
    """Mien's settings; each is the environment variable MIEN_ and its name in capitals.

    A secret may also be read from a file: MIEN_SECRET_KEY_FILE=/run/secrets/key stands for
    MIEN_SECRET_KEY. Unknown and empty MIEN_ variables are passed over, wrong values are named and
    refused.
    """

    model_config = SettingsConfigDict(
        env_prefix="MIEN_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(
        default=Path("var"),
        description="Folder of the database, the stored photos and the secret key.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy address of the database; empty means SQLite in the home folder.",
    )
    models_dir: Path = Field(
        default_factory=_default_models_dir,
        description="Cache of model files, kept by digest and shared by all installations of a user.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Signs form tokens, and hashes the names under which wrong passwords are counted; "
        "empty means a key made once and kept in the home folder. "
        "Set it when several nodes serve one database.",
    )

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on; the default is reachable from this machine alone.",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8000, description="Port to listen on; 0 takes a free one."
    )
    threads: Annotated[int, Field(ge=1, le=256)] = Field(
        default=8,
        description="Requests answered at the same time by `mien run`; inference has its own bound. "
        "Two threads more are kept for what needs neither a photo nor a large body.",
    )
    bind: str = Field(
        default="",
        description="Where `mien serve` listens: `host:port` or `unix:/path`, several separated by "
        "commas; empty takes the host and the port above.",
    )
    workers: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0,
        description="Processes of `mien serve`; 0 chooses from cores, memory and model pack. Each "
        "loads the models.",
    )
    worker_threads: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0,
        description="Requests that each process of `mien serve` answers at the same time; 0 leaves "
        "room for slow uploads beside what inference takes. Two threads more are kept for what "
        "needs neither a photo nor a large body.",
    )
    drain_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=60,
        description="How long a process of `mien serve` that is to stop may take to answer what it "
        "was asked: as long as a large photo takes over a slow line.",
    )
    stall_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=30,
        description="How long a client may send nothing of a large body, or take nothing of an "
        "answer, before it is given up; an upload that moves may last as long as it likes.",
    )
    head_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=10,
        description="How long a client may take to send the head of a request, all in all.",
    )
    body_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=30,
        description="How long a client may take to send a body of up to 64 KiB, all in all. Who is "
        "not signed in and shows no key can send no larger one.",
    )
    recycle_requests: Annotated[int, Field(ge=0)] = Field(
        default=20_000,
        description="Requests after which a process of `mien serve` is replaced by a fresh one, "
        "give or take a fifth, so that no leak of a library adds up; 0 never does.",
    )
    queue_requests: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=16,
        description="Requests with photos or large bodies that may wait in one process until a "
        "thread is free for them; one more is told to try again later (`overloaded`).",
    )
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0,
        description="How many proxies in front of Mien set X-Forwarded-For and -Proto; exactly so "
        "many are believed, so that a client cannot forge its address.",
    )
    hosts: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_\[\], -]*$")] = Field(
        default="",
        description="The host names, without ports, that Mien is reached by, with commas between "
        "them; requests for any other are refused. Empty takes every name.",
    )
    accel_prefix: Annotated[str, Field(pattern=r"^((/[A-Za-z0-9_-]+)+/)?$")] = Field(
        default="",
        description="Where Nginx in front keeps an internal location of the stored files, such as "
        "`/_files/`: Mien then answers with X-Accel-Redirect and Nginx sends the bytes. Empty "
        "means that Mien sends them. Files become readable by Mien's group.",
    )
    default_gallery: Annotated[str, Field(pattern=f"^{GALLERY_NAME.pattern}$")] = Field(
        default="default",
        description="Gallery of pages and API calls that name none; a server in front may pass "
        "another of this name, request by request, in the WSGI environment.",
    )
    secure_cookies: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="Whether cookies are marked Secure; auto marks them on requests over TLS.",
    )

    pack: str = Field(
        default="auto",
        description="Model pack of a new installation; auto takes the best whose files can be had. "
        "Afterwards the choice kept in the database holds; `mien models use` changes it.",
    )
    models_from: Path | None = Field(
        default=None,
        description="Folder of model files for machines without a network: what is missing is taken "
        "from there and nowhere else, by digest, whatever the files are called and in whatever "
        "folder below. `mien models pack` writes one.",
    )
    offline: bool = Field(
        default=False,
        description="Never fetch model files; what is missing is an error that names it.",
    )
    source_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        default=5.0,
        description="How long a source of model files may take to answer before the next is tried.",
    )
    inference_runtime: RuntimeChoice = Field(
        default="auto",
        description="Library that runs the networks; auto takes the faster that is installed.",
    )
    inference_precision: Precision = Field(
        default="f32",
        description="Arithmetic of OpenVINO; bf16 is faster on new processors and as good as equal.",
    )
    inference_threads: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0, description="Processor threads of one inference; 0 chooses from the cores."
    )
    inference_concurrency: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0,
        description="Inferences at the same time in one process; 0 chooses from the cores. "
        "More wait their turn.",
    )
    detection_side: Annotated[int, Field(ge=128, le=4096)] = Field(
        default=640,
        description="Longest side, in pixels, at which a picture is searched for faces; "
        "larger sees smaller faces and takes longer.",
    )

    max_faces: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=MAX_FACES,
        description="Most faces that one photo gives, the largest first; how many were left out is "
        "told. Each costs processor time.",
    )
    photo_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=30.0,
        description="How long a server may look at one photo, waiting for its turn included; 0 "
        "sets no end. Ordinary photos take a fraction of a second. Commands take the time they need.",
    )

    max_upload_bytes: Annotated[int, Field(ge=1024)] = Field(
        default=20 * 1024 * 1024, description="Largest photo accepted, in bytes."
    )
    batch_photos: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=200,
        description="Photos that one call may identify as a batch; together they have no more bytes "
        "than any other request.",
    )
    max_pixels: Annotated[int, Field(ge=10_000)] = Field(
        default=50_000_000,
        description="Most pixels of a photo, checked before it is decoded; a JPEG may have five "
        "times as many and is then searched at a half or a quarter of its size. The memory for "
        "decoding follows: 12 bytes for each.",
    )
    keep_metadata: bool = Field(
        default=False,
        description="Keep original photos as they were sent. By default they are kept without what "
        "their files say beside the picture: place, time, camera, names, previews, videos; the "
        "pixels, the turn and the colour profile stay.",
    )
    probe_seconds: Annotated[int, Field(ge=60, le=86_400)] = Field(
        default=3600,
        description="How long the pages hold a photo that was identified, compared or refused, for "
        "what may be done next.",
    )
    session_seconds: Annotated[int, Field(ge=300)] = Field(
        default=14 * 24 * 3600, description="How long a sign-in lasts without being used."
    )
    session_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        default=90,
        description="After how many days a sign-in ends, however often it is used.",
    )
    signin_rate: str = Field(
        default="30 per minute",
        description="Wrong passwords that one address may send, such as `30 per minute` or "
        "`100 per 2 hours`; of IPv6 a network of 64 bits. The waits after wrong passwords for one "
        "account are not set here.",
    )

    metrics: Literal["local", "key", "open", "off"] = Field(
        default="local",
        description="Who may read `/metrics`: programs on this machine, and elsewhere those with a "
        "key of the scope `admin` (local); only those with a key (key); everybody (open); nobody "
        "(off).",
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description="How log lines look; auto is console on a terminal, else JSON."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="The least severe log lines that are written. Unless it is set, commands write "
        "warnings alone, and so do `mien run` and `mien serve` for a person at a terminal.",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in ("secret_key", "database_url"):
            path = os.environ.get(f"MIEN_{name.upper()}_FILE")
            if path and not values.get(name):
                values[name] = Path(path).read_text(encoding="utf-8").strip()
        return values

    @property
    def session_most_seconds(self) -> int:
        """How long a sign-in lasts at most."""
        return self.session_days * _SECONDS["day"]

    @property
    def sign_in_seconds(self) -> int:
        """How long a sign-in lasts that is not used."""
        return min(self.session_seconds, self.session_most_seconds)

    @property
    def signin_limit(self) -> SignInLimit:
        """The rate that is set for one address, in numbers."""
        return _sign_in_limit(self.signin_rate)

    @property
    def max_request_bytes(self) -> int:
        """Most bytes of one request: a form full of the largest photos, and its fields."""
        return MOST_PHOTOS * self.max_upload_bytes + FORM_BYTES

    @property
    def database(self) -> str | Path:
        """The address given, or the file in the home folder."""
        return self.database_url or (self.home / "mien.db").resolve()

    @field_validator("signin_rate")
    @classmethod
    def _is_a_rate(cls, value: str) -> str:
        _sign_in_limit(value)
        return value

    @field_validator("home", "models_dir", "models_from")
    @classmethod
    def _expand_user(cls, value: Path | None) -> Path | None:
        try:
            return value and value.expanduser()
        except RuntimeError as error:
            raise ValueError(
                "it is not known whose home folder ~ is; write the path out"
            ) from error


def adopt_placeholders(options: Mapping[str, object]) -> None:
    """Let placeholders of uWSGI's file count as settings; the process's environment comes first.

    uWSGI's own `env` does not do: where it is a Python package, Python has read the environment
    before uWSGI reads its file.

    Args:
        options: uWSGI's, `uwsgi.opt`.
    """
    for name, value in options.items():
        ours = name.startswith("MIEN_") or name == _COUNTS
        if ours and isinstance(value, bytes):
            os.environ.setdefault(name, value.decode())
