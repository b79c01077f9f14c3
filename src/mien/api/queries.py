"""Rejects requests with unknown or repeated query parameters."""

import inspect
from collections.abc import Container

from flask import current_app
from flask import request

from mien.errors import InvalidInput

_NAME_LENGTH = 100


def check_query() -> None:
    """Check before an API request that its query has only known parameters, each once.

    Raises:
        InvalidInput: the operation has no such parameter, or it was sent twice.
    """
    if request.method == "OPTIONS":
        return
    known = _known(request.endpoint or "")
    for name, values in request.args.lists():
        if name not in known:
            raise InvalidInput("unknown_field", field=name[:_NAME_LENGTH])
        if len(values) > 1:
            raise InvalidInput("field_repeated", field=name)


def _known(endpoint: str) -> Container[str]:
    view = inspect.unwrap(current_app.view_functions[endpoint])
    query = inspect.get_annotations(view).get("query")
    return query.model_fields if query else ()
