"""The API's description as a page."""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import Final

from mien.http.api_description import Description
from mien.http.request_bodies import BYTES
from mien.http.request_bodies import FORM
from mien.web.pages.api_reference.examples import example
from mien.web.pages.api_reference.fields import Schema
from mien.web.pages.api_reference.fields import answer_table
from mien.web.pages.api_reference.fields import body_table
from mien.web.pages.api_reference.fields import choices
from mien.web.pages.api_reference.fields import field_row
from mien.web.pages.api_reference.fields import resolve
from mien.web.pages.api_reference.fields import shape_anchor
from mien.web.pages.api_reference.fields import shape_named
from mien.web.pages.api_reference.fields import shape_title
from mien.web.pages.api_reference.page import ApiReferencePage
from mien.web.pages.api_reference.page import FieldTable
from mien.web.pages.api_reference.page import OperationGroup
from mien.web.pages.api_reference.page import OperationView
from mien.web.pages.api_reference.page import ProblemRow
from mien.web.pages.api_reference.page import ShapeView

_JSON: Final = "application/json"
_PROBLEM: Final = "ProblemOut"
_PLACES: Final = {"path": "In the address", "query": "After `?` in the address"}
_FIRST_BAD: Final = 300


def api_reference_page(
    description: Description, *, start: str, document_url: str
) -> ApiReferencePage:
    """All of an OpenAPI document.

    Args:
        description: the document.
        start: scheme and host of this installation, without a slash at the end.
        document_url: where programs find the document.
    """
    schemas = description["components"]["schemas"]
    return ApiReferencePage(
        lead=description["info"]["description"],
        keys=tuple(_ways(description["components"]["securitySchemes"])),
        groups=tuple(
            OperationGroup(
                anchor=tag["name"].lower(),
                title=tag["name"],
                operations=tuple(_operations(description, tag["name"], start)),
            )
            for tag in description["tags"]
        ),
        problem=answer_table("Every error", schemas[_PROBLEM]),
        shapes=tuple(
            ShapeView(shape_anchor(name), shape_title(name), answer_table("Fields", schemas[name]))
            for name in _shared(schemas)
        ),
        document_url=document_url,
    )


def _ways(schemes: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for scheme in schemes.values():
        header = f"{scheme['name']}: " if "name" in scheme else "Authorization: Bearer "
        yield f"`{header}$KEY`: {scheme['description']}"


def _operations(description: Description, tag: str, start: str) -> Iterator[OperationView]:
    schemas = description["components"]["schemas"]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield _operation(path, method.upper(), operation, schemas, start)


def _operation(
    path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Schema], start: str
) -> OperationView:
    name = operation["operationId"]
    good = [status for status in operation["responses"] if int(status) < _FIRST_BAD]
    return OperationView(
        anchor=name.replace("_", "-"),
        title=name.replace("_", " ").capitalize(),
        method=method,
        path=path,
        summary=operation["summary"],
        text=operation.get("description", ""),
        tables=(*_parameters(operation), *_bodies(operation, schemas)),
        answer=_answer(good[0], operation["responses"][good[0]], schemas),
        problems=tuple(
            ProblemRow(status, answer["description"])
            for status, answer in sorted(operation["responses"].items())
            if status not in good
        ),
        example=example(start, method, path, operation, schemas),
    )


def _parameters(operation: Mapping[str, Any]) -> Iterator[FieldTable]:
    for place, caption in _PLACES.items():
        rows = tuple(
            field_row(
                each["name"],
                each["schema"],
                required=each.get("required", False),
                text=each.get("description", ""),
            )
            for each in operation.get("parameters", ())
            if each["in"] == place
        )
        if rows:
            yield FieldTable(caption, "", rows)


def _bodies(operation: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Iterator[FieldTable]:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return
    if BYTES in content:
        yield FieldTable(f"Body, as `{BYTES}`", "The bytes themselves.", ())
        return
    form = resolve(content[FORM]["schema"], schemas) if FORM in content else None
    caption = "Body, as " + " or ".join(f"`{kind}`" for kind in content)
    body = content.get(_JSON) or content[FORM]
    for number, choice in enumerate(choices(body["schema"], schemas)):
        yield body_table("Or" if number else caption, choice, form)


def _answer(status: str, answer: Mapping[str, Any], schemas: Mapping[str, Schema]) -> FieldTable:
    content = answer.get("content", {})
    if not content:
        return FieldTable(f"Response {status}, empty", answer["description"], ())
    (kind,) = content
    rows = answer_table("", resolve(content[kind]["schema"], schemas)).fields
    return FieldTable(f"Response {status}, as `{kind}`", answer["description"], rows)


def _shared(schemas: Mapping[str, Schema]) -> list[str]:
    """Names of the shapes that fields of others are made of."""
    found: set[str] = set()
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            for part in (field, field.get("items", {}), *field.get("anyOf", ())):
                found.add(shape_named(part))
    return sorted(found - {""})
