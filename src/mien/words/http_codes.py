"""Messages for HTTP statuses, used by Mien and by a web server in front of it."""

from typing import Final

from mien.words.marking import N_

HTTP_CODES: Final[dict[int, tuple[str, str]]] = {
    400: ("bad_request", N_("The request could not be understood.")),
    403: ("not_permitted", N_("This is not permitted.")),
    404: ("not_found", N_("There is nothing here. Check the address.")),
    405: ("method_not_allowed", N_("This address does not accept this method.")),
    411: (
        "length_required",
        N_("The request does not state its length. Send it with a Content-Length header."),
    ),
    413: ("payload_too_large", N_("The request is too large. Send less at once.")),
    414: ("bad_request", N_("The address is too long.")),
    415: ("unsupported_media_type", N_("The request has an unsupported content type.")),
    416: ("bad_request", N_("The file does not have the requested range.")),
    429: ("rate_limited", N_("Too many attempts. Wait a little, then try again.")),
    431: ("bad_request", N_("The request's headers are too large.")),
}
"""Codes and messages for errors that happen before Mien's own code is reached."""

OVERLOADED: Final = N_("The server is too busy right now. Wait a little, then try again.")
"""Said when there are too many requests at once, whoever sends them."""
