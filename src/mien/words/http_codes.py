"""What Mien says about a status of HTTP, and what a web server in front says in its stead."""

from typing import Final

from mien.words.marking import N_

HTTP_CODES: Final[dict[int, tuple[str, str]]] = {
    400: ("bad_request", N_("The request could not be understood.")),
    403: ("not_permitted", N_("This is not permitted.")),
    404: ("not_found", N_("There is nothing at this address.")),
    405: ("method_not_allowed", N_("This address does not take this method.")),
    413: ("payload_too_large", N_("The request is larger than is accepted. Send less at once.")),
    414: ("bad_request", N_("The address is too long.")),
    415: ("unsupported_media_type", N_("The request has a type of content that is not read here.")),
    416: ("bad_request", N_("The file has no such range.")),
    429: ("rate_limited", N_("Too many attempts. Wait a little, then try again.")),
    431: ("bad_request", N_("The request's headers are too large.")),
}
"""Code and plain words for what goes wrong before Mien's own code is reached."""

OVERLOADED: Final = N_(
    "More is being asked than can be answered just now. Wait a little, then try again."
)
"""Of requests that are too many together, whoever sends them."""
