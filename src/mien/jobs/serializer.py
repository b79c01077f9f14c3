"""Messages of the queue as JSON: whoever can write into a queue must not be able to run code."""

import json
from typing import Any

from huey.registry import Message
from huey.serializer import Serializer


class JsonSerializer(Serializer):  # type: ignore[misc]  # huey ships no types
    """Instead of pickle, which runs what it reads; our messages hold nothing but ids."""

    def _serialize(self, data: Any) -> bytes:
        if not isinstance(data, Message):
            raise TypeError("only messages go through the queue")
        return json.dumps(
            {"id": data.id, "name": data.name, "args": data.args, "expires": None}
        ).encode()

    def _deserialize(self, data: bytes) -> Message:
        told = json.loads(data)
        args = told["args"]
        if not (isinstance(args, list) and all(isinstance(each, str) for each in args)):
            raise TypeError("a message holds ids alone")
        return Message(
            id=str(told["id"]), name=str(told["name"]), retries=0, args=tuple(args), kwargs={}
        )
