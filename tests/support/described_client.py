"""A client that knows of an API only what its OpenAPI description says."""

import base64
import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from urllib.parse import urlencode

import jsonschema_rs
from flask.testing import FlaskClient

FORM = "multipart/form-data"
JSON = "application/json"


class DescribedError(Exception):
    """An answer that the description calls an error.

    Args:
        status: of HTTP.
        problem: what its body says.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem['code']}: {problem['detail']}")
        self.status = status
        self.problem = problem
        self.code: str = problem["code"]


class DescribedClient:
    """Calls operations by their ids, and holds both sides to the description.

    What it sends and what comes back has to be of the shapes described, each answer of a status
    that is described; anything else is an `AssertionError`.

    Args:
        description: the document.
        transport: sends requests.
        key: an API key.
        scheme: which of the described ways to send the key.
    """

    def __init__(
        self,
        description: Mapping[str, Any],
        transport: FlaskClient,
        *,
        key: str = "",
        scheme: str = "bearer",
    ) -> None:
        self._description = description
        self._transport = transport
        self._headers = self._key_headers(key, scheme) if key else {}
        self._operations = {
            operation["operationId"]: (path, method, operation)
            for path, item in description["paths"].items()
            for method, operation in item.items()
        }

    @property
    def operation_ids(self) -> set[str]:
        """Everything that may be called."""
        return set(self._operations)

    def call(self, operation_id: str, body: str = JSON, **values: Any) -> Any:
        """Call an operation; gives its answer: parsed JSON, or bytes.

        Args:
            operation_id: as described.
            body: the described type in which fields that are no parameters are sent.
            values: parameters and fields of the body; photos are bytes.

        Raises:
            DescribedError: the answer is an error that is described.
        """
        path, method, operation = self._operations[operation_id]
        query = {}
        for parameter in operation.get("parameters", ()):
            name = parameter["name"]
            assert name in values or not parameter.get("required"), f"{name} is needed"
            if name not in values:
                continue
            value = values.pop(name)
            self._check(value, parameter["schema"])
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
            else:
                query[name] = value
        assert "{" not in path, path
        sent = self._sent(operation, body, values)
        address = f"{path}?{urlencode(query)}" if query else path
        answer = self._transport.open(address, method=method, headers=self._headers, **sent)
        with answer:
            return self._read(operation, answer.status_code, answer.mimetype or "", answer.data)

    def _key_headers(self, key: str, scheme: str) -> dict[str, str]:
        described = self._description["components"]["securitySchemes"][scheme]
        if described["type"] == "http":
            assert described["scheme"] == "bearer"
            return {"Authorization": f"Bearer {key}"}
        assert (described["type"], described["in"]) == ("apiKey", "header")
        return {described["name"]: key}

    def _sent(self, operation: Mapping[str, Any], body: str, fields: dict[str, Any]) -> Any:
        if not fields:
            return {}
        schema = operation["requestBody"]["content"][body]["schema"]
        if body == JSON:
            encoded = {
                name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
                for name, value in fields.items()
            }
            self._check(encoded, schema)
            return {"data": json.dumps(encoded), "content_type": JSON}
        self._check({name: _as_text(value) for name, value in fields.items()}, schema)
        parts = {
            name: (io.BytesIO(value), name) if isinstance(value, bytes) else str(value)
            for name, value in fields.items()
        }
        return {"data": parts, "content_type": FORM}

    def _read(self, operation: Mapping[str, Any], status: int, media_type: str, data: bytes) -> Any:
        assert str(status) in operation["responses"], f"{status} is not described"
        content = operation["responses"][str(status)].get("content")
        if not content:
            assert not data
            return None
        assert media_type in content, f"{media_type} is not described"
        if not media_type.endswith("json"):
            return data
        answer = json.loads(data)
        self._check(answer, content[media_type]["schema"])
        if status >= 400:
            raise DescribedError(status, answer)
        return answer

    def _check(self, value: Any, schema: Mapping[str, Any]) -> None:
        whole = {**schema, "components": self._description["components"]}
        error = next(jsonschema_rs.iter_errors(whole, value), None)
        if error is not None:
            raise AssertionError(f"{error.message} at {error.instance_path}")


def _as_text(value: Any) -> Any:
    # To a schema a file is a text of any kind.
    return "file" if isinstance(value, bytes) else value
