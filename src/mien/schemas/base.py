"""Base classes of request and response bodies."""

from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic import ConfigDict


class In(BaseModel):
    """A request body; unknown fields are rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The schema; the plain one is needed for every request that has a query."""
        if args or options:
            return super().model_json_schema(*args, **options)
        return _plain_schema(cls)


@cache
def _plain_schema(model: type[In]) -> dict[str, Any]:
    return super(In, model).model_json_schema()


class Out(BaseModel):
    """A response body; every field is sent, even one with its default value."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)
