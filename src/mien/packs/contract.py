"""The embedding contract: which vectors may be compared with which."""

import hashlib
import json
from collections.abc import Mapping


def contract_id(
    *, model: str, version: str, digest: str, dimension: int, preprocessing: Mapping[str, object]
) -> str:
    """Name the set of all embeddings that are comparable with each other.

    Two packs with the same network, the same preprocessing and the same alignment share an id;
    a change of any of them gives another one, so that vectors of two models never meet.

    Args:
        model: name of the network.
        version: its version, raised when the same file is used in another way.
        digest: SHA-256 of the file as fetched, in hexadecimal.
        dimension: length of an embedding.
        preprocessing: JSON values: input size, colour order, mean, scale, template, averaging.

    Returns:
        The model's name, the dimension and 16 hexadecimal digits, joined by hyphens.
    """
    facts = {
        "model": model,
        "version": version,
        "digest": digest,
        "dimension": dimension,
        "preprocessing": preprocessing,
    }
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"{model}-{dimension}-{hashlib.sha256(canonical.encode()).hexdigest()[:16]}"
