"""A process that serves, asked for one of everything; says which of Mien's files it read after its start.

Run as `python late_reader.py HOME`; prints one name a line.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import mien
from building import acting
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.gallery.analysis import Upload
from mien.gallery.held_photos import hold_photo
from mien.http.context import EXTENSION
from mien.serving.process import Process
from mien.settings import Settings
from mien.vision.fake import FakeEngine
from serving_app import photo_part
from visiting import Visitor

PACKAGE = str(Path(mien.__file__).parent)


def main() -> None:
    """Serve, and tell."""
    home = Path(sys.argv[1])
    process = Process(Settings(home=home), engine=FakeEngine())
    app = process.open()
    runtime = app.extensions[EXTENSION]
    process.wait_until_warm(20)
    late: set[str] = set()
    loaded = set(sys.modules)

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event == "open" and str(given[0]).startswith(PACKAGE):
            late.add(str(given[0]))

    sys.addaudithook(watch)
    visitor = Visitor(app, runtime).signed_in()
    key, _ = create_key(acting(runtime.services), name="all", scopes=["admin"])
    page = visitor.enrol("Ada")
    person = page.rpartition("/")[2]
    held = hold_photo(
        acting(runtime.services, visitor.user_id),
        gallery="default",
        photo=Upload(draw_photo(["Eve"])),
    )
    api = {"X-API-Key": key}
    default = "/api/v1/galleries/default"
    faces = json.loads(visitor.client.get(f"{default}/people/{person}/faces", headers=api).text)
    face = faces["faces"][0]
    names = {
        "gallery": "default",
        "person_id": person,
        "face_id": face["id"],
        "probe_id": held.id,
        "digest": "x",
        "name": "css/main.css",
    }
    for headers in ({}, api):
        for rule in app.url_map.iter_rules():
            path = re.sub(r"<[^>]*?(\w+)>", lambda found: names.get(found[1], "1"), rule.rule)
            if "GET" in (rule.methods or ()):
                with visitor.client.get(path, headers=headers) as answer:
                    assert answer.status_code < 500, (path, answer.status_code)
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"):
        photo = draw_photo(["Ada"], format_name=kind)
        for path in (f"{default}/identify", "/api/v1/detect", f"{default}/people/{person}/faces"):
            answer = visitor.client.post(path, data={"photo": photo_part(photo)}, headers=api)
            assert answer.status_code < 500, (path, answer.text)
    pair = {"photo_a": photo_part(draw_photo(["Ada"])), "photo_b": photo_part(draw_photo(["Eve"]))}
    visitor.client.post("/api/v1/verify", data=pair, headers=api)
    batch = {"photo": [photo_part(draw_photo(["Ada"])), photo_part(b"no photo")]}
    assert visitor.client.post(f"{default}/identify/batch", data=batch, headers=api).text
    visitor.post("/identify", photo=draw_photo(["Ada", "Eve"]))
    visitor.post("/identify", photo=b"no photo")
    visitor.post("/compare", first=draw_photo(["Ada"]), second=draw_photo(["Eve"]))
    person_api = f"{default}/people/{person}"
    visitor.client.patch(person_api, json={"name": "Ada L"}, headers=api)
    visitor.client.delete(person_api, headers=api)
    process.close()
    late |= {name for name in set(sys.modules) - loaded if name.partition(".")[0] == "mien"}
    for name in sorted(late):
        sys.stdout.write(f"{name}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
