from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy import select

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.same_face import SeenFace
from mien.gallery.same_face import enrolled_faces
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.vision.types import Box


def test_the_same_face_of_another_gallery_is_none_of_this_one(services: Services) -> None:
    photo = draw_photo(["ada"])
    create_gallery(acting(services), name="other")
    for gallery in ("default", "other"):
        who = NewPerson("Ada")
        enrol(acting(services), gallery=gallery, source=Upload(photo), subject=who)
    with services.database.read() as session:
        one, other = session.scalars(select(FaceRow).order_by(FaceRow.created_at))
        seen = SeenFace(one.photo_sha256 or "", Box(*one.box))
        for galleries in ([one.gallery_id], [other.gallery_id], [one.gallery_id, other.gallery_id]):
            [found] = enrolled_faces(session, galleries, [seen])
            expected = [face.id for face in (one, other) if face.gallery_id in galleries]
            assert [each.face_id for each in found] == expected


def test_no_gallery_is_read_as_a_whole_to_find_it(tmp_path: Path) -> None:
    asked: list[tuple[str, Any]] = []
    with closing(make_runtime(tmp_path)) as runtime, runtime.database.read() as session:
        connection = session.connection()
        event.listen(
            connection,
            "before_cursor_execute",
            lambda _connection, _cursor, sent, values, *_: asked.append((sent, values)),
        )
        enrolled_faces(session, ["g"], [SeenFace("a" * 64, Box(0, 0, 1, 1))])
        [(sent, values)] = asked
        plan = connection.exec_driver_sql(f"explain query plan {sent}", values).all()
    told = " ".join(str(step[3]) for step in plan)
    assert "ix_face_photo_sha256" in told
    assert "SCAN face" not in told
    assert "ix_face_gallery_id_revision" not in told
