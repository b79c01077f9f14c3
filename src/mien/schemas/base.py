"""What comes in and what goes out: the shapes that all others are."""

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic import ConfigDict


class In(BaseModel):
    """What comes in: nothing beside what is named here is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The schema; the plain one is asked for with every request that has a query."""
        if args or options:
            return super().model_json_schema(*args, **options)
        return _plain_schema(cls)


@cache
def _plain_schema(model: type[In]) -> dict[str, Any]:
    return super(In, model).model_json_schema()


class Out(BaseModel):
    """What goes out; every field of it, also one that has its usual value."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)
