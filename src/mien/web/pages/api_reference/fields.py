"""Schemas of the API's description as tables of fields."""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import Final

from mien.names import ID_PATTERN
from mien.web.pages.api_reference.page import FieldRow
from mien.web.pages.api_reference.page import FieldTable
from mien.web.pages.api_reference.page import FieldType

_REFERENCE: Final = "#/components/schemas/"
_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
}
_FORMATS: Final = {"binary": "file", "date-time": "time, ISO 8601"}

Schema = Mapping[str, Any]


def resolve(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """The schema that a reference leads to; any other as it is."""
    name = shape_named(schema)
    return schemas[name] if name else schema


def choices(schema: Schema, schemas: Mapping[str, Schema]) -> list[Schema]:
    """The schemas that something may have."""
    return [resolve(each, schemas) for each in schema.get("oneOf", [schema])]


def shape_named(schema: Schema) -> str:
    """The name that a reference leads to; empty for any other schema."""
    return str(schema.get("$ref", "")).removeprefix(_REFERENCE)


def shape_title(name: str) -> str:
    """A shape's name as it is shown: without the mark of what goes in or out."""
    return name.removesuffix("Out").removesuffix("In")


def shape_anchor(name: str) -> str:
    """The id of a shape on the page."""
    return f"shape-{shape_title(name).lower()}"


def answer_table(caption: str, schema: Schema) -> FieldTable:
    """The fields of an object that comes back; all of them always do."""
    rows = tuple(
        field_row(name, field, required=False)
        for name, field in schema.get("properties", {}).items()
    )
    return FieldTable(caption, schema.get("description", ""), rows)


def body_table(caption: str, schema: Schema, form: Schema | None = None) -> FieldTable:
    """The fields of an object that is sent.

    Args:
        caption: over the table.
        schema: of the object as JSON.
        form: of a form that may be sent instead; it may have more fields.
    """
    sent = form["properties"] if form else {}
    required = schema.get("required", ())
    return FieldTable(
        caption=caption,
        text=schema.get("description", ""),
        fields=tuple(
            field_row(name, field, required=name in required, form=sent.get(name))
            for name, field in schema.get("properties", {}).items()
        ),
    )


def field_row(
    name: str, schema: Schema, *, required: bool, text: str = "", form: Schema | None = None
) -> FieldRow:
    """One field; `form` is how a form sends it."""
    kind = field_type(schema)
    if form and form.get("format") == "binary":
        kind = FieldType(f"file; in JSON, {kind.before}")
    bounded = _without_null(schema)
    said = text or schema.get("description") or bounded.get("description", "")
    return FieldRow(
        name=name, type=kind, required=required, limits=_limits(schema, bounded), text=said
    )


def field_type(schema: Schema) -> FieldType:
    """What a field holds, in words."""
    if name := shape_named(schema):
        return FieldType("", shape_title(name), f"#{shape_anchor(name)}")
    if "anyOf" in schema:
        found = field_type(_without_null(schema))
        return FieldType(found.before, found.shape, found.url, found.after + " or null")
    if schema.get("type") == "array":
        pair = schema.get("prefixItems")
        item = field_type(pair[0] if pair else schema["items"])
        before = (
            f"list of {len(pair)} {item.before}s"
            if pair
            else f"list of {item.before.replace('one of', 'any of')}"
        )
        return FieldType(before, item.shape, item.url, item.after)
    return FieldType(_word(schema))


def _word(schema: Schema) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("contentEncoding"):
        return f"text in {schema['contentEncoding']}"
    if schema.get("pattern") == f"^{ID_PATTERN}$":
        return "id"
    return _FORMATS.get(schema.get("format", ""), _WORDS[schema["type"]])


def _without_null(schema: Schema) -> Schema:
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return choice  # type: ignore[no-any-return]  # JSON has no types
    return schema


def _limits(schema: Schema, bounded: Schema) -> str:
    return ", ".join(_all_limits(schema, bounded))


def _all_limits(schema: Schema, bounded: Schema) -> Iterator[str]:
    least, most = bounded.get("minimum"), bounded.get("maximum")
    if least is not None and most is not None:
        yield f"{_figure(least)} to {_figure(most)}"
    elif least is not None:
        yield f"at least {_figure(least)}"
    elif most is not None:
        yield f"at most {_figure(most)}"
    if "maxLength" in bounded:
        yield f"up to {bounded['maxLength']:,} characters"
    default = schema.get("default")
    if isinstance(default, bool):
        yield f"default {str(default).lower()}"
    elif default:
        yield f"default {default}"


def _figure(value: float) -> str:
    text = f"{int(value):,}" if value == int(value) else f"{value:g}"
    return text.replace("-", "\N{MINUS SIGN}")
