"""How a script that judges says what it found."""

import json
import sys
from collections.abc import Mapping
from typing import Any
from typing import NoReturn


def tell(found: Mapping[str, Any], *, as_json: bool) -> NoReturn:
    """Print what was found, a line each or as JSON, and end: with 1 where it is not `good`."""
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            print(f"{name}: {value}")
    sys.exit(0 if found["good"] else 1)
