"""Store a face of a held photo."""

from typing import cast

from mien.decision.gate import judge
from mien.decision.gate import refuse
from mien.gallery.answers import Enrolment
from mien.gallery.enrol import Example
from mien.gallery.enrol import Original
from mien.gallery.enrol import store
from mien.gallery.found_faces import from_columns
from mien.gallery.galleries import check_gate
from mien.gallery.probes import face_of_probe
from mien.gallery.probes import faces_of_probe
from mien.gallery.probes import find_probe
from mien.gallery.tools import Tools
from mien.gallery.whom import Whom
from mien.options import Gate
from mien.storage.file_references import written_files
from mien.vision.perceptual_hash import perceptual_hash


def enrol_probe_face(
    tools: Tools,
    *,
    probe_id: str,
    user_id: str,
    face_number: int,
    whom: Whom,
    gate: Gate | None = None,
) -> Enrolment:
    """Store a face of a held photo as an example of a person, new or known.

    Args:
        tools: the collaborators.
        probe_id: of the held photo.
        user_id: its holder.
        face_number: which face, from 1.
        whom: the person.
        gate: for this face, as `enrol` has it.

    Raises:
        ProbeNotFound: the photo was let go, or is somebody else's.
        FaceNumberOutOfRange: it has no face of this number.
        PhotoNotGoodEnough: the gate refuses the face.
        PersonNotFound, NameTaken, InvalidInput: it is not clear who is meant.
        GalleryModelMismatch: the gallery holds vectors of another model.
    """
    if gate is not None:
        check_gate(gate)
    with tools.database.read() as session:
        probe, gallery = find_probe(session, probe_id, user_id)
        face = face_of_probe(session, probe, face_number)
        others = [each for each in faces_of_probe(session, probe) if each.number != face_number]
    usual = cast("Gate", gallery.gate)
    found = from_columns(face)
    judgement = judge(
        found,
        [from_columns(each) for each in others],
        size_wh=(probe.width, probe.height),
        gate=gate or usual,
        usual=usual,
    )
    refuse(judgement.refusals)
    crop = tools.files.read(face.crop_file)
    with written_files(tools.database, tools.files) as put:
        original = None
        if gallery.keep_photos:
            photo = tools.files.read(probe.original_file)
            original = Original(
                file=put(photo, probe.original_file.rsplit(".", 1)[1]),
                sha256=probe.sha256,
                media_type=probe.media_type,
                size_bytes=len(photo),
                width=probe.width,
                height=probe.height,
            )
        example = Example(
            found=found,
            embedding=face.embedding,
            # The held files go when the probe does; the example gets its own.
            crop_file=put(crop, "jpg"),
            crop_hash=perceptual_hash(tools.reader.decode(crop).image_rgb),
            photo_sha256=probe.sha256,
            objections=judgement.warnings,
        )
        return store(tools, gallery=gallery.name, whom=whom, example=example, original=original)
