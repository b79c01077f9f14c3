"""A process of its own over a home that others share; told what to do by lines of JSON.

Run as `python gallery_process.py HOME`: answers each line with one. With a word after the home it
enrols people named after that word without end, and says so each time it is done.
"""

import itertools
import json
import sys
from pathlib import Path

from building import acting
from building import make_services
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.people.faces import delete_face
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services


def answer(services: Services, asked: dict[str, str]) -> dict[str, object]:
    """Do one thing."""
    match asked.pop("do"):
        case "enrol":
            photo = draw_photo([asked["who"]], face_px=int(asked.get("size", "100")))
            done = enrol(
                acting(services),
                gallery="default",
                source=Upload(photo),
                subject=NamedPerson(asked["who"]),
            )
            return {"person_id": done.person.id, "face_id": done.face.id}
        case "identify":
            photo = draw_photo([asked["who"]], face_px=90)
            [found] = identify(
                acting(services), gallery="default", limit=1, photo=Upload(photo)
            ).answers
            return {
                "decision": found.decision,
                "names": [candidate.person.name for candidate in found.candidates],
            }
        case "forget":
            proof = forget_person(acting(services), gallery="default", person_id=asked["person_id"])
            return {"complete": proof.complete, "rows_left": proof.rows_left}
        case "delete":
            delete_face(
                acting(services),
                gallery="default",
                person_id=asked["person_id"],
                face_id=asked["face_id"],
            )
            return {}
        case other:
            return {"unknown": other}


def say(value: object) -> None:
    """One line, at once."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve lines, or enrol without end."""
    services = make_services(Path(sys.argv[1]))
    say("ready")
    if len(sys.argv) > 2:
        for number in itertools.count():
            who = f"{sys.argv[2]} {number}"
            say({"who": who, **answer(services, {"do": "enrol", "who": who})})
    for line in sys.stdin:
        say(answer(services, json.loads(line)))


if __name__ == "__main__":
    main()
