"""How a bucket of an S3-compatible store is reached, and the client that reaches it."""

import os
import re
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Final

from mien.storage.files import is_own_part

_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 10
_ATTEMPTS: Final = 2
_CONNECTIONS: Final = 32
# Of AWS's own programs and libraries.
_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_URL: Final = re.compile(
    r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*)/?"
)


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """How a bucket is reached.

    Attributes:
        url: `s3://bucket/prefix`; the prefix may be missing.
        endpoint: of the store; empty for what AWS's own variables and files say, or AWS itself.
        region: of the bucket; empty for what these say.
        access_key: the name of a key; empty for what these say.
        secret_key: that belongs to it.
        instance_role: whether the cloud's own service may be asked for a key.
    """

    url: str
    endpoint: str = ""
    region: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    instance_role: bool = False


def parse_url(url: str) -> tuple[str, str]:
    """Bucket and prefix of an address; the prefix ends with a slash, or is empty.

    Raises:
        ValueError: it is no such address, or one inside what another installation may have.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise ValueError("write it as s3://bucket or s3://bucket/prefix")
    prefix = found[2].strip("/")
    for part in prefix.split("/"):
        if is_own_part(part):
            raise ValueError(
                f"write it as s3://bucket/prefix with another prefix: Mien itself uses the name {part}"
            )
    return found[1], f"{prefix}/" if prefix else ""


def make_client(access: BucketAccess) -> Any:
    """A client of botocore, whose requests all have an end and which asks nobody else."""
    import botocore.session
    from botocore.config import Config

    session = botocore.session.Session()
    if not access.instance_role:
        # Nothing asks the cloud for a key unless it was told to.
        chain = session.get_component("credential_provider")
        # A profile may name it as the source of its key, past the chain.
        chain.get_provider("iam-role").load = _nothing
        chain.remove("iam-role")
    keys = (
        {"aws_access_key_id": access.access_key, "aws_secret_access_key": access.secret_key}
        if access.access_key
        else {}
    )
    return session.create_client(
        "s3",
        endpoint_url=access.endpoint or None,
        region_name=access.region
        or os.environ.get("AWS_REGION")
        or session.get_config_variable("region")
        or "us-east-1",
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
            max_pool_connections=_CONNECTIONS,
            # `auto` would ask the cloud where it is.
            defaults_mode="legacy",
            signature_version="s3v4",
            # The store compares what has arrived with what was signed; newer kinds of checksums
            # are not known everywhere.
            s3={"payload_signing_enabled": True, "addressing_style": _style(access, session)},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
        **keys,
    )


def _nothing() -> None:
    """No key."""


def _style(access: BucketAccess, session: Any) -> str:
    """How the bucket stands in addresses: in the host's name only where that is sure to exist."""
    own = session.get_scoped_config().get("s3")
    if isinstance(own, dict) and "addressing_style" in own:
        return str(own["addressing_style"])
    elsewhere = access.endpoint or any(map(os.environ.get, _ENDPOINTS))
    return "path" if elsewhere or "endpoint_url" in session.get_scoped_config() else "auto"
