"""What a web server says in Mien's stead, in Mien's own shape, when no node has been asked."""

import json
from dataclasses import dataclass
from typing import Final

from mien.words.http_codes import HTTP_CODES
from mien.words.http_codes import OVERLOADED


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """An error that the web server answers itself.

    Attributes:
        status: of HTTP.
        code: stable, for programs; the same as Mien's where Mien has such an error.
        detail: one or two sentences for people.
        when: statuses of the web server that become this one; itself as a rule.
        name: of its page and its address; that of the status unless given.
        retry_after_seconds: when to try again; None where that does not help.
    """

    status: int
    code: str
    detail: str
    when: tuple[int, ...]
    retry_after_seconds: int | None = None
    name: str = ""

    @property
    def place(self) -> str:
        """The last part of its address, and its page's name."""
        return self.name or str(self.status)

    def problem(self, request_id: str) -> str:
        """The answer for programs, as one line of JSON."""
        return json.dumps(
            {
                "status": self.status,
                "code": self.code,
                "detail": self.detail,
                "request_id": request_id,
            },
            separators=(",", ":"),
        )


_AWAY: Final = "Mien cannot be reached just now. Try again in a little while."

OWN_ANSWERS: Final = (
    OwnAnswer(400, *HTTP_CODES[400], (400,)),
    OwnAnswer(403, *HTTP_CODES[403], (403,)),
    OwnAnswer(404, *HTTP_CODES[404], (404,)),
    OwnAnswer(
        408, "request_timeout", "The request took too long to arrive. Send it again.", (408,)
    ),
    OwnAnswer(413, *HTTP_CODES[413], (413,)),
    OwnAnswer(414, *HTTP_CODES[414], (414,)),
    # Which of the two, `$mien_too_many` says.
    OwnAnswer(429, *HTTP_CODES[429], (), retry_after_seconds=5),
    OwnAnswer(429, "overloaded", OVERLOADED, (), retry_after_seconds=5, name="overloaded"),
    # 494 is Nginx's own number for it.
    OwnAnswer(431, *HTTP_CODES[431], (494,)),
    OwnAnswer(500, "internal_error", "Something went wrong in the web server.", (500,)),
    OwnAnswer(502, "unavailable", _AWAY, (502,), retry_after_seconds=5),
    OwnAnswer(503, "unavailable", _AWAY, (503,), retry_after_seconds=5),
    OwnAnswer(504, "unavailable", _AWAY, (504,), retry_after_seconds=5),
)
"""Every error that a web server in front may answer itself."""
