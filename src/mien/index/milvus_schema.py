"""The collections that Mien makes in Milvus.

An index that somebody has chosen for a collection there is left as it is.
"""

from typing import Any
from typing import Final

from mien.index.milvus_client import import_pymilvus

GALLERIES: Final = "galleries"
"""The collection that says of each gallery up to which revision its vectors are the rows'."""

# Ids are UUIDs, 36 letters each; a vector's is that of its gallery, a number and its face's.
_ID_LENGTH: Final = 64
_LONG_ID_LENGTH: Final = 160
_CONTRACT_LENGTH: Final = 256


def make_vectors(client: Any, collection: str, dimension: int) -> None:
    """A collection of vectors, each gallery's in a part of its own.

    Args:
        client: of Milvus.
        collection: its name.
        dimension: length of the vectors.
    """
    types = import_pymilvus().DataType
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", types.VARCHAR, max_length=_LONG_ID_LENGTH, is_primary=True)
    schema.add_field("gallery", types.VARCHAR, max_length=_ID_LENGTH, is_partition_key=True)
    schema.add_field("filling", types.INT64)
    schema.add_field("person", types.VARCHAR, max_length=_ID_LENGTH)
    schema.add_field("vector", types.FLOAT_VECTOR, dim=dimension)
    _create(client, collection, schema, "vector")


def make_galleries(client: Any, collection: str) -> None:
    """A collection of what is said of galleries.

    Args:
        client: of Milvus.
        collection: its name.
    """
    types = import_pymilvus().DataType
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", types.VARCHAR, max_length=_ID_LENGTH, is_primary=True)
    schema.add_field("contract_id", types.VARCHAR, max_length=_CONTRACT_LENGTH)
    for name in ("dimension", "revision", "filling", "examples", "people"):
        schema.add_field(name, types.INT64)
    schema.add_field("unfinished", types.BOOL)
    # No collection is without a vector.
    schema.add_field("nothing", types.FLOAT_VECTOR, dim=2)
    _create(client, collection, schema, "nothing")


def _create(client: Any, collection: str, schema: Any, field: str) -> None:
    index = client.prepare_index_params()
    index.add_index(field, index_type="AUTOINDEX", metric_type="IP")
    client.create_collection(
        collection, schema=schema, index_params=index, consistency_level="Strong"
    )
