"""A bucket of an S3-compatible store: what is asked of it, and what its errors mean."""

import datetime as dt
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from typing import Final

from mien.errors import FilesUnavailable
from mien.errors import StorageFull
from mien.storage.bucket_client import BucketAccess
from mien.storage.bucket_client import make_client
from mien.storage.bucket_client import parse_url

# A store that hangs holds one thread at a time, and not all of them.
_AWAY_SECONDS: Final = 5.0
_AT_ONCE_BYTES: Final = 1 << 20
# So long may the bytes of one object be waited for, all together; what whoever reads them does
# between is not counted.
_BODY_SECONDS: Final = 30.0
_MISSING: Final = {"NoSuchKey", "NoSuchVersion"}
# What else is asked is told of no missing object.
_ASKED_OF_ONE: Final = {"GetObject", "CopyObject", "DeleteObject"}
_FULL: Final = {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507"}
_NOT_TOLD: Final = {"AccessDenied", "NotImplemented", "MethodNotAllowed"}
_NOT_TOLD_STATUSES: Final = {
    HTTPStatus.FORBIDDEN,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.NOT_IMPLEMENTED,
}


@dataclass(frozen=True, slots=True)
class Found:
    """An object in a list.

    Attributes:
        key: without the prefix of the store.
        modified: when it was written, as the store counts time, in seconds since the epoch.
    """

    key: str
    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an object, or the mark that it was deleted."""

    key: str
    id: str
    is_mark: bool


class NoSuchObjectError(Exception):
    """There is no object of this key."""


class VersionsNotToldError(Exception):
    """The store does not tell of older versions, or not whoever asks with this key."""


class Bucket:
    """Objects below a prefix of a bucket. Every request has an end, also where nobody answers.

    Keys are given and told without the prefix. All methods may raise `FilesUnavailable`: the store
    does not answer, or refuses what is asked. Connects with the first request; safe for threads,
    and after a fork.

    Args:
        access: how it is reached.
    """

    def __init__(self, access: BucketAccess) -> None:
        self._access = access
        self.name, self.prefix = parse_url(access.url)
        self._lock = threading.Lock()
        self._client: tuple[int, Any] | None = None
        self._away_until = 0.0

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def put(self, key: str, data: bytes) -> None:
        """Write an object, whole or not at all; safe with the store when this returns.

        Raises:
            StorageFull: the store has no room for it.
        """
        with self._asked() as client:
            client.put_object(Bucket=self.name, Key=self.prefix + key, Body=data)

    def open(self, key: str) -> tuple[int, "ObjectBytes"]:
        """How many bytes an object has, and what gives them.

        Raises:
            NoSuchObjectError: there is none.
        """
        with self._asked() as client:
            got = client.get_object(Bucket=self.name, Key=self.prefix + key)
        size = int(got["ContentLength"])
        return size, ObjectBytes(self, got["Body"], size)

    def read(self, key: str) -> bytes:
        """All bytes of an object.

        Raises:
            NoSuchObjectError: there is none.
        """
        _, source = self.open(key)
        with closing(source):
            return source.read()

    def has(self, key: str) -> bool:
        """Whether there is an object."""
        try:
            with self._asked() as client:
                client.head_object(Bucket=self.name, Key=self.prefix + key)
        except NoSuchObjectError:
            return False
        return True

    def copy(self, key: str, target: str) -> None:
        """Copy an object inside the store.

        Raises:
            NoSuchObjectError: there is none.
        """
        with self._asked() as client:
            client.copy_object(
                Bucket=self.name,
                Key=self.prefix + target,
                CopySource={"Bucket": self.name, "Key": self.prefix + key},
            )

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete an object, or one version of it; nothing happens if there is none."""
        which = {} if version is None else {"VersionId": version}
        with suppress(NoSuchObjectError), self._asked() as client:
            client.delete_object(Bucket=self.name, Key=self.prefix + key, **which)

    def list(self, start: str) -> Iterator[Found]:
        """All objects whose keys begin like this."""
        more: dict[str, str] = {}
        while True:
            with self._asked() as client:
                page = client.list_objects_v2(Bucket=self.name, Prefix=self.prefix + start, **more)
            for each in page.get("Contents", ()):
                yield Found(self._own(each["Key"]), each["Size"], _seconds(each["LastModified"]))
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def versions(self, start: str) -> Iterator[Version]:
        """All versions of objects whose keys begin like this, and the marks of those deleted.

        Raises:
            VersionsNotToldError: the store does not tell.
        """
        more: dict[str, str] = {}
        while True:
            with self._asked(versions=True) as client:
                page = client.list_object_versions(
                    Bucket=self.name, Prefix=self.prefix + start, **more
                )
            for kind in ("Versions", "DeleteMarkers"):
                for each in page.get(kind, ()):
                    yield Version(
                        self._own(each["Key"]), each["VersionId"], kind == "DeleteMarkers"
                    )
            if not page.get("IsTruncated"):
                return
            more = {"KeyMarker": page["NextKeyMarker"]}
            if page.get("NextVersionIdMarker"):
                more["VersionIdMarker"] = page["NextVersionIdMarker"]

    def keeps_versions(self) -> bool:
        """Whether what is deleted may be kept as an older version.

        Raises:
            VersionsNotToldError: the store does not tell.
        """
        with self._asked(versions=True) as client:
            return bool(client.get_bucket_versioning(Bucket=self.name).get("Status"))

    def close(self) -> None:
        """Let go of connections; the next request makes new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None and client[0] == os.getpid():
            client[1].close()

    @contextmanager
    def told(self, *, versions: bool = False) -> Iterator[None]:
        """Let what the client library raises in the block be told as an error of Mien."""
        try:
            from botocore import exceptions
            from urllib3.exceptions import HTTPError
            from urllib3.exceptions import ReadTimeoutError
        except ImportError as error:
            raise FilesUnavailable("no_botocore") from error
        try:
            yield
        except exceptions.ClientError as error:
            self._away_until = 0.0  # it answers
            raise _meaning(error, versions=versions) from error
        except (
            exceptions.CredentialRetrievalError,
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
        ) as error:
            raise FilesUnavailable("no_credentials") from error
        except (exceptions.BotoCoreError, HTTPError, OSError) as error:
            timed_out = (
                exceptions.ConnectTimeoutError,
                exceptions.ReadTimeoutError,
                ReadTimeoutError,
                TimeoutError,
            )
            if isinstance(error, timed_out):
                self._away_until = time.monotonic() + _AWAY_SECONDS
            raise FilesUnavailable("store") from error

    @contextmanager
    def _asked(self, *, versions: bool = False) -> Iterator[Any]:
        now = time.monotonic()
        with self._lock:
            if now < self._away_until:
                raise FilesUnavailable("store")
            if self._away_until:
                # One asks again; if nobody answers, the others have not waited for it.
                self._away_until = now + _AWAY_SECONDS
        with self.told(versions=versions):
            yield self._connected()
        self._away_until = 0.0

    def _connected(self) -> Any:
        # No connection survives a fork.
        with self._lock:
            if self._client is None or self._client[0] != os.getpid():
                self._client = (os.getpid(), make_client(self._access))
            return self._client[1]

    def _own(self, key: str) -> str:
        return key.removeprefix(self.prefix)


class ObjectBytes:
    """The bytes of an object, as they arrive; see `files.Bytes`."""

    def __init__(self, bucket: Bucket, body: Any, size: int) -> None:
        self._bucket = bucket
        # What the library wraps waits for all that is asked for, however slowly it comes.
        self._body = body.__enter__()
        self._left = size
        self._waited = 0.0

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; none at the end.

        Raises:
            FilesUnavailable: the rest does not come, or not in time.
        """
        wanted = self._left if size < 0 else min(size, self._left)
        parts = []
        with self._bucket.told():
            while wanted:
                parts.append(self._next(wanted))
                wanted -= len(parts[-1])
        return b"".join(parts)

    def _next(self, most: int) -> bytes:
        began = time.monotonic()
        data: bytes = self._body.read1(min(most, _AT_ONCE_BYTES))
        self._waited += time.monotonic() - began
        self._left -= len(data)
        if not data:
            raise ConnectionAbortedError
        if self._left and self._waited > _BODY_SECONDS:
            raise TimeoutError
        return data

    def close(self) -> None:
        """Let go of it; the connection with it, where something of it was not read."""
        self._body.close()


def _meaning(error: Any, *, versions: bool) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _FULL or status == HTTPStatus.INSUFFICIENT_STORAGE:
        return StorageFull("store")
    if versions and (code in _NOT_TOLD or status in _NOT_TOLD_STATUSES):
        return VersionsNotToldError()
    if code == "NoSuchBucket":
        return FilesUnavailable("no_bucket")
    if code in _MISSING and error.operation_name in _ASKED_OF_ONE:
        return NoSuchObjectError()
    if status == HTTPStatus.NOT_FOUND and error.operation_name == "HeadObject":
        # The answer has no body that could say more.
        return NoSuchObjectError()
    # Whatever else is not found is told by somebody before the store, who does not find the store.
    unknown = status == HTTPStatus.NOT_FOUND
    if unknown or status >= HTTPStatus.INTERNAL_SERVER_ERROR or code == "SlowDown":
        return FilesUnavailable("store")
    # What the store says is text from outside; its codes are words.
    why = code if re.fullmatch(r"[A-Za-z0-9]{1,60}", code) else str(status)
    return FilesUnavailable("refused", words={"why": why})


def _seconds(moment: dt.datetime) -> float:
    return moment.timestamp()
