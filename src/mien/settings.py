"""Settings: every value an operator can change, and where it comes from."""

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
from pydantic import ValidationInfo
from pydantic import field_validator
from pydantic import model_validator
from pydantic_settings import BaseSettings
from pydantic_settings import SettingsConfigDict

from mien.names import GALLERY_NAME
from mien.options import MAX_FACES
from mien.options import IndexName
from mien.options import Precision
from mien.options import RuntimeChoice
from mien.storage.bucket_client import parse_url

MOST_PHOTOS: Final = 12
"""Maximum number of photos in one form."""

FORM_BYTES: Final = 512 * 1024
"""Maximum size of all other fields of a form together."""


# Where the processes of one server put their counts; the library's own name for it.
_COUNTS: Final = "PROMETHEUS_MULTIPROC_DIR"
_RATE: Final = re.compile(
    r"(\d{1,6})\s*(?:per|/)\s*(\d{1,4})?\s*(second|minute|hour|day)s?", re.ASCII
)
SECRETS: Final = (
    *("secret_key", "database_url", "milvus_token", "jobs_url"),
    *("files_s3_access_key", "files_s3_secret_key"),
)
"""Settings that may hold a secret; each may also be read from a file, and none is ever shown."""

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
    """A number of tries in a number of seconds."""

    tries: int
    seconds: int


def _sign_in_limit(text: str) -> SignInLimit:
    found = _RATE.fullmatch(text.strip().lower())
    tries, times = (int(found[1]), int(found[2] or 1)) if found else (0, 0)
    if found is None or not tries or not times:
        raise ValueError("write it as 30 per minute, 5 per second or 100 per 2 hours")
    return SignInLimit(tries, times * _SECONDS[found[3]])


class Settings(BaseSettings):
    """Mien's settings; each is an environment variable: MIEN_ and the name in capitals.

    A secret may also be read from a file: MIEN_SECRET_KEY_FILE=/run/secrets/key replaces
    MIEN_SECRET_KEY. Unknown and empty MIEN_ variables are ignored; invalid values are reported and
    rejected.
    """

    model_config = SettingsConfigDict(
        env_prefix="MIEN_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(
        default=Path("var"),
        description="Folder for the database, the stored photos and the secret key.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy address of the database; empty means SQLite in the home folder.",
    )
    files_url: str = Field(
        default="",
        description="Where photos and crops are stored: `s3://bucket/prefix` of an S3-compatible "
        "store; empty means the folder `files` in the home folder. Needs the extra mien[s3]. Move "
        "existing photos with `mien files move`.",
    )
    files_s3_endpoint: Annotated[str, Field(pattern=r"^(https?://[A-Za-z0-9.:\[\]_-]+/?)?$")] = (
        Field(
            default="",
            description="Address of the store, such as `https://s3.example.org`; empty uses AWS's own "
            "variables and files (AWS_ENDPOINT_URL_S3), or else AWS.",
        )
    )
    files_s3_region: Annotated[str, Field(pattern=r"^[a-z0-9-]*$")] = Field(
        default="",
        description="Region of the bucket; empty uses AWS's own variables and files (AWS_REGION), or "
        "else us-east-1, which most other stores accept.",
    )
    files_s3_access_key: SecretStr = Field(
        default=SecretStr(""),
        description="Access key of the store; empty uses AWS's own variables and files "
        "(AWS_ACCESS_KEY_ID).",
    )
    files_s3_secret_key: SecretStr = Field(
        default=SecretStr(""), description="Secret key that belongs to the access key."
    )
    files_s3_instance_role: bool = Field(
        default=False,
        description="Ask the metadata service of the cloud for credentials if there are no others. "
        "Never done otherwise.",
    )
    models_dir: Path = Field(
        default_factory=_default_models_dir,
        description="Cache of model files, stored by checksum and shared by all installations of a user.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Signs form tokens and hashes the names under which wrong passwords are "
        "counted. Empty: a key is created once and kept in the home folder. Set it if "
        "several nodes use one database.",
    )

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on; the default is reachable only from this machine.",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8000, description="Port to listen on; 0 picks a free one."
    )
    threads: Annotated[int, Field(ge=1, le=256)] = Field(
        default=8,
        description="Requests `mien run` answers at once; inference has its own limit. Two extra "
        "threads are reserved for requests without a photo or a large body.",
    )
    bind: str = Field(
        default="",
        description="Where `mien serve` listens: `host:port` or `unix:/path`, several separated "
        "by commas; empty uses the host and port above.",
    )
    workers: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0,
        description="Number of processes of `mien serve`; 0 chooses by cores, memory and model "
        "pack. Each process loads the models.",
    )
    worker_threads: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0,
        description="Requests each process of `mien serve` answers at once; 0 chooses a number "
        "that leaves room for slow uploads besides inference. Two extra threads are "
        "reserved for requests without a photo or a large body.",
    )
    drain_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=60,
        description="How long a stopping process of `mien serve` may take to finish its requests; "
        "allow for a large photo over a slow connection.",
    )
    stall_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=30,
        description="How long an upload or a download may stand still before the connection is "
        "closed; one that makes progress may take as long as it needs.",
    )
    head_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=10,
        description="How long a client may take in total to send the headers of a request.",
    )
    body_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=30,
        description="How long a client may take in total to send a body of up to 64 KiB. Clients "
        "that are not signed in and have no key cannot send larger ones.",
    )
    recycle_requests: Annotated[int, Field(ge=0)] = Field(
        default=20_000,
        description="Number of requests after which a process of `mien serve` is replaced by a "
        "new one, give or take a fifth, so that memory leaks of libraries do not add "
        "up; 0 never does this.",
    )
    queue_requests: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=16,
        description="Requests with photos or large bodies that may wait in one process for a free "
        "thread; further ones are told to try again later (`overloaded`). Keys and sign-ins take "
        "turns, and in a full queue whoever has most in it makes room for the others.",
    )
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0,
        description="Number of proxies in front of Mien that set X-Forwarded-For and -Proto. "
        "Exactly this many are trusted, so that a client cannot forge its address.",
    )
    hosts: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_\[\], -]*$")] = Field(
        default="",
        description="Host names that people use for Mien, without ports, separated by commas; "
        "requests for other names are rejected. Empty accepts every name.",
    )
    accel_prefix: Annotated[str, Field(pattern=r"^((/[A-Za-z0-9_-]+)+/)?$")] = Field(
        default="",
        description="Internal location of the stored files in an Nginx in front, such as "
        "`/_files/`: Mien then answers with X-Accel-Redirect and Nginx sends the "
        "files, which become readable by Mien's group. Empty: Mien sends the files "
        "itself.",
    )
    default_gallery: Annotated[str, Field(pattern=f"^{GALLERY_NAME.pattern}$")] = Field(
        default="default",
        description="Gallery for pages and API requests that do not name one; a server in front "
        "can set another per request, in a WSGI environment variable with the name of "
        "this setting.",
    )
    secure_cookies: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="Whether cookies are marked Secure; auto marks them for requests over TLS.",
    )

    pack: str = Field(
        default="auto",
        description="Model pack for a new installation; auto uses the first of standard, compact, "
        "mobile and classic whose files are available. After that the choice is stored in the "
        "database; change it with `mien models use`.",
    )
    models_from: Path | None = Field(
        default=None,
        description="Folder of model files for machines without a network. Missing files are "
        "copied only from there; they are found by checksum, whatever their names, "
        "also in subfolders. Create one with `mien models pack`.",
    )
    offline: bool = Field(
        default=False,
        description="Never download model files; a missing file is an error.",
    )
    source_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        default=5.0,
        description="How long a source of model files may take to respond before the next is tried.",
    )
    inference_runtime: RuntimeChoice = Field(
        default="auto",
        description="Library that runs the networks; auto uses, for each network, the one measured "
        "to be faster on this machine when it was installed (`mien models measure`). cuda computes "
        "embeddings on an NVIDIA graphics card through the package onnxruntime-gpu, in place of "
        "onnxruntime; detectors, and networks that only OpenVINO can run, stay on the processor.",
    )
    inference_precision: Precision = Field(
        default="f32",
        description=(
            "Arithmetic of OpenVINO; bf16 is faster on new processors and moves similarities "
            "by up to some hundredths; thresholds and stated rates are for f32."
        ),
    )
    inference_threads: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0,
        description="Processor threads for one inference; 0 chooses by the number of cores.",
    )
    inference_concurrency: Annotated[int, Field(ge=0, le=256)] = Field(
        default=0,
        description="Inferences at once in one process; 0 chooses by the number of cores. More "
        "wait their turn.",
    )
    milvus_url: str = Field(
        default="",
        description="Address of Milvus, such as `http://milvus.example.org:19530`; used if MIEN_INDEX "
        "is milvus.",
    )
    milvus_token: SecretStr = Field(
        default=SecretStr(""),
        description="`user:password` or API key for Milvus; empty where it asks for none.",
    )
    milvus_name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,60}$")] = Field(
        default="mien",
        description="What the names of the collections in Milvus begin with. Installations that "
        "share a Milvus need different ones.",
    )
    jobs_url: str = Field(
        default="",
        description="`redis://…` of a Redis that carries the queue of jobs. Empty: the PostgreSQL of "
        "the rows, or a file in the home folder. What is to be done always stands in the database.",
    )
    index: IndexName = Field(
        default="auto",
        description="What searches the faces of a gallery, with the same results except where an index "
        "elsewhere is approximate and may miss somebody: `exact` "
        "keeps the embeddings in the memory of each process; `int8` keeps them rounded, in a quarter "
        "of the memory, in a file of the home folder that all processes share; `auto` is exact, and "
        "uses int8 for galleries of more than 50,000 faces; `pgvector` searches inside PostgreSQL, and "
        "`milvus` in a Milvus, which may be many machines. Set the same for servers and commands.",
    )
    detection_side: Annotated[int, Field(ge=128, le=4096)] = Field(
        default=640,
        description="Longest side, in pixels, at which a picture is searched for faces; a larger "
        "value finds smaller faces but takes longer.",
    )

    max_faces: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=MAX_FACES,
        description="Maximum number of faces used per photo, largest first; the result says how "
        "many were left out. Each face costs processor time.",
    )
    photo_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=30.0,
        description="How long a server may spend on one photo, including waiting for its turn; 0 "
        "sets no limit. Ordinary photos take a fraction of a second. Commands have no "
        "limit.",
    )

    max_upload_bytes: Annotated[int, Field(ge=1024)] = Field(
        default=20 * 1024 * 1024, description="Largest photo accepted, in bytes."
    )
    max_import_bytes: Annotated[int, Field(ge=1024)] = Field(
        default=10 * 1024**3,
        description="How much may be sent for one import, in bytes, and unpacked from its archives.",
    )
    batch_photos: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=200,
        description="Maximum number of photos in one batch; their total size is limited like that "
        "of any other request.",
    )
    max_pixels: Annotated[int, Field(ge=10_000)] = Field(
        default=50_000_000,
        description="Maximum number of pixels of a photo, checked before it is decoded; a JPEG "
        "may have five times as many and is then searched at a half or a quarter of "
        "its size. Decoding takes 12 bytes of memory per pixel.",
    )
    keep_metadata: bool = Field(
        default=False,
        description="Keep original photos exactly as they were sent. By default their metadata is "
        "removed: place, time, camera, names, previews, videos. The pixels, the "
        "orientation and the colour profile stay.",
    )
    undo_hours: Annotated[int, Field(ge=0, le=8_760)] = Field(
        default=24,
        description="How long changes of people and faces can be undone. Until then, what was "
        "deleted is kept where no search and no page finds it; then it is erased. 0 keeps nothing: "
        "every deletion is final.",
    )
    probe_seconds: Annotated[int, Field(ge=60, le=86_400)] = Field(
        default=3600,
        description="How long the pages keep a photo that was identified, compared or rejected, "
        "so that you can go on working with it.",
    )
    session_seconds: Annotated[int, Field(ge=300)] = Field(
        default=14 * 24 * 3600, description="How long a sign-in lasts if it is not used."
    )
    session_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        default=90,
        description="Days after which a sign-in ends, however often it is used.",
    )
    signin_rate: str = Field(
        default="30 per minute",
        description="Wrong passwords allowed from one address (for IPv6, a /64 network), such as "
        "`30 per minute` or `100 per 2 hours`. The waiting times after wrong "
        "passwords for one account cannot be set.",
    )

    metrics: Literal["local", "key", "open", "off"] = Field(
        default="local",
        description="Who may read `/metrics`: programs on this machine, and others with a key of "
        "the scope `admin` (local); only those with such a key (key); everyone "
        "(open); nobody (off).",
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto",
        description="Format of log lines; auto is console on a terminal and JSON elsewhere.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="Lowest severity of log lines to write. If it is not set, commands write only "
        "warnings, and so do `mien run` and `mien serve` on a terminal.",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in SECRETS:
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
        """How long an unused sign-in lasts."""
        return min(self.session_seconds, self.session_most_seconds)

    @property
    def signin_limit(self) -> SignInLimit:
        """The rate allowed for one address, as numbers."""
        return _sign_in_limit(self.signin_rate)

    @property
    def max_request_bytes(self) -> int:
        """Maximum size of a request in bytes: a form full of the largest photos, and its fields."""
        return MOST_PHOTOS * self.max_upload_bytes + FORM_BYTES

    @property
    def database(self) -> str | Path:
        """The address that was given, or the file in the home folder."""
        return self.database_url or (self.home / "mien.db").resolve()

    @field_validator("index")
    @classmethod
    def _has_its_server(cls, value: IndexName, info: ValidationInfo) -> IndexName:
        address = str(info.data.get("database_url", ""))
        if value == "pgvector" and not address.startswith("postgresql"):
            raise ValueError("pgvector searches inside PostgreSQL; set MIEN_DATABASE_URL to one")
        if value == "milvus" and not info.data.get("milvus_url"):
            raise ValueError("set MIEN_MILVUS_URL to the address of Milvus")
        return value

    @field_validator("files_url")
    @classmethod
    def _is_a_bucket(cls, value: str) -> str:
        if value:
            parse_url(value)
        return value

    @field_validator("files_s3_instance_role")
    @classmethod
    def _has_a_whole_key(cls, value: bool, info: ValidationInfo) -> bool:
        # Asked here: an error of a secret's own field would show the secret.
        halves = ("files_s3_access_key", "files_s3_secret_key")
        given = [bool(info.data[name].get_secret_value()) for name in halves if name in info.data]
        if any(given) != all(given):
            raise ValueError(
                "set MIEN_FILES_S3_ACCESS_KEY and MIEN_FILES_S3_SECRET_KEY, or neither"
            )
        return value

    @field_validator("accel_prefix")
    @classmethod
    def _has_a_folder(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("files_url"):
            raise ValueError(
                "Nginx sends files only from a folder; leave this or MIEN_FILES_URL empty"
            )
        return value

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
            raise ValueError("cannot tell whose home folder ~ is; write the full path") from error


def adopt_placeholders(options: Mapping[str, object]) -> None:
    """Use placeholders in uWSGI's file as settings; the process's environment comes first.

    uWSGI's own `env` does not work: if uWSGI is installed as a Python package, Python reads the
    environment before uWSGI reads its file.

    Args:
        options: uWSGI's, `uwsgi.opt`.
    """
    for name, value in options.items():
        ours = name.startswith("MIEN_") or name == _COUNTS
        if ours and isinstance(value, bytes):
            os.environ.setdefault(name, value.decode())
