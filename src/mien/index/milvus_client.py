"""pymilvus, imported in one place: quiet, and without reading files that were not meant for it."""

import logging
import os
from typing import TYPE_CHECKING
from typing import Any

from mien.errors import IndexUnavailable

if TYPE_CHECKING:
    from types import ModuleType

_NO_DOTENV = "PYTHON_DOTENV_DISABLED"
# A server that is back is found within two seconds, however long it was away.
_OPTIONS = {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.min_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 2_000,
    # The library asks every ten seconds whether the server is there, and a server may end a
    # connection that asks more often than every five minutes. Each call has a time limit anyway.
    "grpc.keepalive_time_ms": 330_000,
    "grpc.keepalive_permit_without_calls": 0,
}


def import_pymilvus() -> "ModuleType":
    """The library.

    Raises:
        IndexUnavailable: it is not installed.
    """
    # Its connections are never used across a fork. What gRPC does at one breaks programs that are
    # started under another account.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    # On import it would take any file `.env` above its own folder into the environment.
    before = os.environ.get(_NO_DOTENV)
    os.environ[_NO_DOTENV] = "1"
    try:
        import pymilvus
    except ImportError as error:
        raise IndexUnavailable("no_pymilvus") from error
    finally:
        if before is None:
            del os.environ[_NO_DOTENV]
        else:
            os.environ[_NO_DOTENV] = before
    # It would write each error with its whole history past the log; who calls it tells them.
    for name in ("pymilvus", "pymilvus.milvus_client", "pymilvus.bulk_writer"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.CRITICAL)
    module: ModuleType = pymilvus
    return module


def connect(address: str, token: str, *, seconds: float) -> Any:
    """A connection to Milvus, which finds its server again by itself.

    Args:
        address: such as `http://milvus.example.org:19530`.
        token: `user:password` or an API key; empty where none is asked for.
        seconds: how long it may take.

    Raises:
        IndexUnavailable: it cannot be had.
    """
    library = import_pymilvus()
    try:
        # Not shared with whoever else in this process speaks to the same server.
        return library.MilvusClient(
            uri=address, token=token, timeout=seconds, dedicated=True, grpc_options=_OPTIONS
        )
    except library.MilvusException as error:
        raise IndexUnavailable from error
