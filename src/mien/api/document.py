"""The OpenAPI description, made from the views and their models."""

import json
import re
from typing import Any
from typing import Final

from flask import Blueprint
from flask import Response
from flask import current_app
from flask import jsonify
from flask_openapi.openapi import OpenAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from mien import __version__
from mien.access.permissions import ACTIONS
from mien.api.bodies import form_name
from mien.api.bodies import form_schema
from mien.http.auth import ACTION_MARK
from mien.http.auth import check_reader
from mien.http.problems import tell_key_holders
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.schemas.problem import ProblemOut

bp = Blueprint("api_document", __name__)
bp.before_request(check_reader)
tell_key_holders(bp)

OPENAPI_VERSION: Final = "3.1.0"
_PLACEHOLDER = re.compile(r"<(?:[^<:]+:)?([^>]+)>")
_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')
_ABOUT: Final = (
    "Detect, verify and identify faces, and manage galleries of people. Every request needs an "
    "API key with the scope named in its description; the scope `admin` includes all others. Send "
    "photos as parts of a form, or as base64 in JSON. Errors are `application/problem+json`."
)
_SECURITY: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key of Mien."},
    "api_key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same key, for when a proxy uses `Authorization` itself.",
    },
}


@bp.get("/api/openapi.json")
def show() -> Response:
    """The description, for any key and any signed-in browser."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way from the proxy to the app
    return jsonify(document(app))


def document(app: OpenAPI) -> dict[str, Any]:
    """The description of an app's API."""
    collected = app.api_doc
    _name_scopes(app, collected["paths"])
    schemas = _named(_schemas(), collected["paths"])
    return {
        "openapi": OPENAPI_VERSION,
        "info": {"title": "Mien", "version": __version__, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag.name} for tag in app.tags],
        "paths": collected["paths"],
        "components": {"schemas": schemas, "securitySchemes": _SECURITY},
    }


def _name_scopes(app: OpenAPI, paths: dict[str, Any]) -> None:
    for rule in app.url_map.iter_rules():
        action = getattr(app.view_functions[rule.endpoint], ACTION_MARK, None)
        operations = paths.get(_PLACEHOLDER.sub(r"{\1}", rule.rule), {})
        for method in rule.methods or ():
            if action and method.lower() in operations:
                operations[method.lower()]["description"] = (
                    f"Needs the scope `{ACTIONS[action].scope}`."
                )


def _schemas() -> dict[str, Any]:
    incoming = [(model, "validation") for model in _below(In)]
    outgoing = [(model, "serialization") for model in [ProblemOut, *_below(Out)]]
    _, definitions = models_json_schema(
        [*incoming, *outgoing],  # type: ignore[list-item]  # the modes are the two literals
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = definitions["$defs"]
    for model in _below(In):
        form = form_schema(schemas[model.__name__])
        if form is not None:
            schemas[form_name(model.__name__)] = form
    return schemas


def _named(schemas: dict[str, Any], within: object) -> dict[str, Any]:
    """The schemas that are referred to, directly or through another."""
    found: set[str] = set()
    waiting = set(_REFERENCE.findall(json.dumps(within)))
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= set(_REFERENCE.findall(json.dumps(schemas[name]))) - found
    return {name: schemas[name] for name in sorted(found)}


def _below(base: type[BaseModel]) -> list[type[BaseModel]]:
    """Every subclass of a class, sorted by name."""
    found: dict[str, type[BaseModel]] = {}
    waiting = list(base.__subclasses__())
    while waiting:
        model = waiting.pop()
        if model.__module__.startswith(("mien.api.", "mien.schemas.")):
            found[model.__name__] = model
        waiting.extend(model.__subclasses__())
    return [found[name] for name in sorted(found)]
