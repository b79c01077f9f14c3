"""What became of one photo, as the script that sends photos one by one is told it."""

from typing import Any

from flask import Response
from flask import jsonify
from flask import make_response
from flask import url_for

from mien.errors import SeveralFacesFound
from mien.gallery.recognition.identify_each import IdentifiedPhoto
from mien.gallery.recognition.identify_held import show_held
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.http.context import changes_made
from mien.web.flashes import Doubtful
from mien.web.flashes import doubts_of
from mien.web.forms.base import PageForm
from mien.web.pages.identified_photos import summary_of
from mien.web.uploads import Added
from mien.web.uploads import refusal_words


def added_photo(added: Added, *, gallery: str) -> Response:
    """The answer about the one photo that was sent.

    `state` is `added`, `choose` (held: it shows several faces), `anyway` (held: the gate refuses
    it) or `refused`; `reason` a sentence; `held` the id of a held photo; `doubts` what may be a
    mistake; `changes` the ids by which it is undone; `person` whose it is, with the addresses that
    the script needs, null as long as there is nobody.
    """
    told: dict[str, Any] = {"state": "refused", "reason": "", "held": "", "doubts": []}
    for each in added.waiting:
        if each.held is not None and each.refusal is not None:
            several = isinstance(each.refusal, SeveralFacesFound)
            told["state"] = "choose" if several else "anyway"
            told |= {"held": each.held.id, "reason": refusal_words(each.refusal)}
    for refusal in added.refused:
        told["reason"] = refusal.reason
    for doubtful in added.doubtful:
        told |= stored_photo(doubtful, gallery=gallery)
    told["person"] = None if added.person is None else person_addresses(gallery, added.person)
    told["changes"] = changes_made()
    return jsonify(told)


def stored_photo(doubtful: Doubtful, *, gallery: str) -> dict[str, Any]:
    """The same of a photo that gave a face, or would give the very same again."""
    doubts = [{"text": text, "links": links} for text, links in doubts_of(doubtful, gallery)]
    return {"state": "added" if doubtful.enrolment.stored else "refused", "doubts": doubts}


def refused_form(form: PageForm, *, shown: str = "") -> Response:
    """What is wrong with the fields that were sent along; the photo was not looked at.

    `shown` is a part of the page, as HTML, to be shown beside the name.
    """
    state = form.state()
    errors = dict(state.errors) | ({"": state.problem} if state.problem else {})
    return make_response(jsonify({"errors": errors, "shown": shown}), form.status)


def person_addresses(gallery: str, person: PersonRef) -> dict[str, str]:
    """Where the further photos of somebody go, and where one goes when all are sent."""
    place: dict[str, Any] = {"gallery": gallery, "person_id": person.id}
    return {
        "name": person.label,
        "url": url_for("person.show_one", **place),
        "add_url": url_for("person.add_photos", **place),
        "choose_url": url_for("person.choose_next", **place),
        "let_go_url": url_for("person.let_go", **place),
    }


def sent_identified(call: Call, identified: IdentifiedPhoto) -> Response:
    """The answer about one of several photos that are identified together.

    `state` is `found`, with the photo's id in `held`, its page in `url`, the address that erases it
    in `let_go_url` and what it shows in `reason`; or `refused`, with why.
    """
    if identified.held is None or identified.refusal is not None:
        reason = refusal_words(identified.refusal) if identified.refusal else ""
        return jsonify({"state": "refused", "reason": reason, "held": ""})
    probe_id = identified.held.id
    return jsonify(
        {
            "state": "found",
            "reason": summary_of(show_held(call, probe_id=probe_id)),
            "held": probe_id,
            "url": url_for("identify.result", probe_id=probe_id),
            "let_go_url": url_for("identify.let_go", probe_id=probe_id),
        }
    )
