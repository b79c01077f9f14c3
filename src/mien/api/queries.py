"""Rejects requests with unknown query parameters, and with repeated ones that are no lists."""

import inspect
from collections.abc import Mapping
from typing import get_origin

from flask import current_app
from flask import request
from pydantic.fields import FieldInfo

from mien.errors import InvalidInput

_NAME_LENGTH = 100


def check_query() -> None:
    """Check before an API request that its query has only known parameters, each once.

    Only lists are sent by repeating a parameter.

    Raises:
        InvalidInput: the operation has no such parameter, or one that is no list was sent twice.
    """
    if request.method == "OPTIONS":
        return
    known = _known(request.endpoint or "")
    for name, values in request.args.lists():
        if name not in known:
            raise InvalidInput("unknown_field", field=name[:_NAME_LENGTH])
        if len(values) > 1 and get_origin(known[name].annotation) is not list:
            raise InvalidInput("field_repeated", field=name)


def _known(endpoint: str) -> Mapping[str, FieldInfo]:
    view = inspect.unwrap(current_app.view_functions[endpoint])
    query = inspect.get_annotations(view).get("query")
    return query.model_fields if query else {}
