"""A command for each operation of the API, to be copied."""

import json
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from typing import Final

from mien.http.request_bodies import BYTES
from mien.http.request_bodies import FORM
from mien.web.pages.api_reference.fields import Schema
from mien.web.pages.api_reference.fields import choices
from mien.web.pages.api_reference.fields import resolve

_JSON: Final = "application/json"
_BREAK: Final = " \\\n  "


def example(
    start: str, method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Schema]
) -> str:
    """How curl calls an operation; what only the reader knows is a variable of the shell.

    Args:
        start: scheme and host.
        method: in capitals.
        path: with parameters in braces.
        operation: of the description.
        schemas: that it refers to.
    """
    words = ['curl -H "Authorization: Bearer $KEY"']
    content = operation.get("requestBody", {}).get("content", {})
    if method not in ("GET", "POST") or (method == "POST" and not content):
        words.append(f"-X {method}")
    if BYTES in content:
        words.append(f'-H "Content-Type: {BYTES}" --data-binary @album.zip')
    elif content:
        body = choices((content.get(_JSON) or content[FORM])["schema"], schemas)[0]
        form = resolve(content[FORM]["schema"], schemas) if FORM in content else None
        # Where a photo may be left out, what is left is JSON.
        if form and not (_JSON in content and _without_photo(body, form)):
            words += _form(body, form)
        else:
            words.append(f"--json '{json.dumps(_body(body))}'")
    if "image/jpeg" in _kinds_of_answers(operation):
        words.append(f"-o {PurePosixPath(path).name}.jpg")
    address = start + path
    for parameter in operation.get("parameters", ()):
        value = _example_of(parameter["name"], parameter["schema"])
        address = address.replace("{" + parameter["name"] + "}", value)
    asked = "&".join(
        f"{each['name']}={_example_of(each['name'], each['schema'])}"
        for each in operation.get("parameters", ())
        if each["in"] == "query" and each.get("required")
    )
    if asked:
        address = f"{address}?{asked}"
    words.append(f'"{address}"' if set("$?") & set(address) else address)
    return _BREAK.join(words)


def _without_photo(body: Schema, form: Schema) -> bool:
    fields = [form["properties"][name] for name in body["required"]]
    return all(each.get("type") == "string" and "format" not in each for each in fields)


def _form(body: Schema, form: Schema) -> Iterator[str]:
    for name in body["required"]:
        field = form["properties"][name]
        if field.get("type") == "array":
            yield f"-F {name}=@first.jpg -F {name}=@second.jpg"
        elif field.get("format") == "binary":
            yield f"-F {name}=@{name}.jpg"
        else:
            yield f'-F "{name}={_example_of(name, field)}"'


def _body(schema: Schema) -> dict[str, Any]:
    """What has to be sent; where nothing has to, the first field."""
    fields = schema["properties"]
    names = schema.get("required") or list(fields)[:1]
    return {name: _member(name, fields[name]) for name in names}


def _member(name: str, schema: Schema) -> str | list[str]:
    if schema.get("type") == "array":
        return [_example_of(name.removesuffix("s"), schema["items"])]
    return _example_of(name, schema)


def _example_of(name: str, schema: Schema) -> str:
    return str(schema["examples"][0]) if schema.get("examples") else f"${name.upper()}"


def _kinds_of_answers(operation: Mapping[str, Any]) -> set[str]:
    return {kind for each in operation["responses"].values() for kind in each.get("content", {})}
