"""The engine of a model pack: detect, judge, align and embed in one call."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import structlog

from mien.errors import InferenceRuntimeMissing
from mien.observing import Observer
from mien.options import MAX_FACES
from mien.options import Detail
from mien.options import Precision
from mien.options import RuntimeChoice
from mien.options import RuntimeName
from mien.packs.manifest import InstalledPack
from mien.vision.budget import Budget
from mien.vision.detectors.aligner import ALIGNED_SIDE
from mien.vision.detectors.aligner import ALIGNER_NMS_IOU
from mien.vision.detectors.aligner import SURE
from mien.vision.detectors.aligner import Aligned
from mien.vision.detectors.aligner import look_with
from mien.vision.detectors.confirm import FacePlace
from mien.vision.detectors.detector import FAMILIES
from mien.vision.detectors.detector import Detector
from mien.vision.detectors.finder import Finder
from mien.vision.detectors.refine_landmarks import GLANCE_SIDES
from mien.vision.engine import Choose
from mien.vision.halvings import Halvings
from mien.vision.inference_permits import InferencePermits
from mien.vision.pack_summary import runtime_of
from mien.vision.pack_summary import summarise
from mien.vision.pose import estimate_pose
from mien.vision.quality import assess
from mien.vision.quality import with_confidence
from mien.vision.recognizers import JointRecognizer
from mien.vision.recognizers import Recognizer
from mien.vision.runtimes import ALIGNER
from mien.vision.runtimes import DETECTOR
from mien.vision.runtimes import NOT_MEASURED
from mien.vision.runtimes import MeasuredRuntimes
from mien.vision.runtimes import Network
from mien.vision.runtimes import recognizer_network
from mien.vision.sessions import InputShape
from mien.vision.sessions import Session
from mien.vision.sessions import open_session
from mien.vision.sessions import usable_cores
from mien.vision.sessions import usual_threads
from mien.vision.types import Box
from mien.vision.types import DetectedFace
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

_log = structlog.get_logger(__name__)


class PackEngine:
    """Runs the networks of an installed pack; safe to share between threads, never across a fork."""

    def __init__(
        self,
        installed: InstalledPack,
        *,
        runtime: RuntimeChoice = "auto",
        measured: MeasuredRuntimes = NOT_MEASURED,
        precision: Precision = "f32",
        threads: int = 0,
        concurrency: int = 0,
        detection_side: int = 640,
        max_faces: int = MAX_FACES,
        observer: Observer | None = None,
    ) -> None:
        """Load the networks.

        Args:
            installed: the pack and where its files are.
            runtime: library that runs the networks.
            measured: how quick each is on this machine.
            precision: arithmetic of OpenVINO.
            threads: processor threads of one inference; 0 chooses from the cores.
            concurrency: inferences at the same time; 0 chooses from the cores.
            detection_side: longest side in pixels at which a picture is usually searched.
            max_faces: most faces of one picture, the largest.
            observer: is told how long stages and waits take.
        """
        cores = usable_cores()
        self._threads = threads or usual_threads()
        self._concurrency = concurrency or max(cores // self._threads, 1)
        self._permits = InferencePermits(self._concurrency, observer or Observer())
        self._precision: Precision = precision
        self._detection_side = detection_side
        self._max_faces = max_faces
        self._installed = installed
        self._spec = installed.manifest
        self._glances: dict[int, Session] = {}
        try:
            self._load(runtime, measured)
        except InferenceRuntimeMissing as error:
            without = measured.without("cuda")
            if runtime != "auto" or without == measured:
                raise
            # It was there when this was measured, or is on another node that shares the database.
            _log.warning(
                "Going on without a graphics card",
                code=error.code,
                key=error.key,
                why=str(error.__cause__ or "")[-500:],
            )
            self._load(runtime, without)

    def detect(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[DetectedFace]:
        """See `Engine.detect`."""
        picture = Halvings(image_rgb)
        detected = self._detect(picture, detail, budget)
        unsure = [n for n, face in enumerate(detected) if face.quality.confidence < SURE]
        if self._aligner is None or not unsure:
            return detected
        # Without embeddings a second look at every face would cost a quarter of the whole.
        with self._permits.stage("align"):
            aligned = self._align(
                picture, [detected[number].landmarks for number in unsure], budget
            )
        seen = dict(zip(unsure, aligned, strict=True))
        faces = [_seconded(face, seen.get(number)) for number, face in enumerate(detected)]
        return Faces(tuple(faces), detected.left_out)

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        """See `Engine.analyze`."""
        picture = Halvings(image_rgb)
        detected = self._detect(picture, detail, budget)
        return Faces(tuple(self._embedded(picture, detected.found, budget)), detected.left_out)

    def analyze_some(
        self, image_rgb: ImageRGB, choose: Choose, *, budget: Budget | None = None
    ) -> Faces[DetectedFace]:
        """See `Engine.analyze_some`."""
        picture = Halvings(image_rgb)
        detected = self._detect(picture, "upright", budget)
        chosen = sorted(set(choose(detected.found)))
        faces = list(detected.found)
        if chosen:
            embedded = self._embedded(picture, [faces[number] for number in chosen], budget)
            for number, face in zip(chosen, embedded, strict=True):
                faces[number] = face
        return Faces(tuple(faces), detected.left_out)

    def warm_up(self) -> None:
        """See `Engine.warm_up`; runs all networks once on a grey picture."""
        if not self._glances:
            self._load_glances()
        side = self._detection_side
        grey = np.full((side, side, 3), _GREY, dtype=np.uint8)
        self._finder().find(Halvings(grey), "normal")
        middle = np.array([(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)])
        recognizer = self._embedder()
        face = (middle * side).astype(np.float32)
        (aligned,) = self._align(Halvings(grey), [face], None)
        recognizer.embed([recognizer.crop(grey, aligned.landmarks)])

    def close(self) -> None:
        """See `Engine.close`; a closed engine can no longer be used."""
        self._permits.close()
        aligners = [self._aligner] if self._aligner else []
        glances = self._glances.values()
        for session in (self._detector, *glances, *aligners, *self._recognizers):
            session.close()

    def _load(self, runtime: RuntimeChoice, measured: MeasuredRuntimes) -> None:
        """Load every network with the library that is to run it."""
        manifest = self._spec
        self.summary = summarise(
            manifest, calibration=self._installed.calibration, runtime=runtime, measured=measured
        )

        def chosen(network: Network) -> RuntimeName:
            return runtime_of(manifest, network, runtime, measured)

        family = FAMILIES[manifest.detector.family]
        self._detector = self._open(
            manifest.detector.file, chosen(DETECTOR), (family.pictures_at_once, 3, None, None)
        )
        self._aligner = (
            self._open(
                manifest.aligner.file,
                chosen(ALIGNER),
                (
                    FAMILIES[manifest.aligner.family].pictures_at_once,
                    3,
                    ALIGNED_SIDE,
                    ALIGNED_SIDE,
                ),
            )
            if manifest.aligner
            else None
        )
        self._recognizers = [
            self._open(
                spec.file,
                chosen(recognizer_network(manifest, spec)),
                (None, 3, spec.input_size, spec.input_size),
                spec.weights_file,
            )
            for spec in manifest.recognizers
        ]

    def _load_glances(self) -> None:
        # OpenVINO takes longer to adapt to pictures of another size than to look at two small
        # ones; a session for one size takes 9 MB of memory and a sixth of a second to load.
        family = FAMILIES[self._spec.detector.family]
        if family.small_passes and family.batches and self._detector.runtime == "openvino":
            self._glances = {
                side: self._open(
                    self._spec.detector.file, "openvino", (_GLANCES_AT_ONCE, 3, side, side)
                )
                for side in GLANCE_SIDES
            }

    def _open(
        self, file: str, runtime: RuntimeName, input_shape: InputShape, weights: str | None = None
    ) -> Session:
        paths = self._installed.paths
        return open_session(
            paths[file],
            weights=paths[weights] if weights else None,
            runtime=runtime,
            input_shape=input_shape,
            precision=self._precision,
            threads=self._threads,
            concurrency=self._concurrency,
        )

    def _detect(
        self, picture: Halvings, detail: Detail | Literal["upright"], budget: Budget | None
    ) -> Faces[DetectedFace]:
        with self._permits.stage("detect"):
            finder = self._finder(budget)
            places = (
                finder.find_upright(picture)
                if detail == "upright"
                else finder.find(picture, detail)
            )
            faces = [_describe(picture, place) for place in places.faces]
        faces.sort(key=lambda face: -face.box.width * face.box.height)
        return Faces(tuple(faces), places.left_out)

    def _embedded(
        self, picture: Halvings, detected: Sequence[DetectedFace], budget: Budget | None
    ) -> list[Face]:
        """Faces that were found, with their embeddings."""
        recognizer = self._embedder(budget)
        with self._permits.stage("align"):
            aligned = self._align(picture, [face.landmarks for face in detected], budget)
            views = [recognizer.crop(picture, each.landmarks) for each in aligned]
        with self._permits.stage("embed"):
            embeddings = recognizer.embed(views)
        return [
            Face(
                box=face.box,
                landmarks=face.landmarks,
                score=face.score,
                pose=face.pose,
                quality=_seconded(face, seen).quality,
                crop_rgb=crops[0],
                embedding=embedding,
            )
            for face, seen, crops, embedding in zip(
                detected, aligned, views, embeddings, strict=True
            )
        ]

    def _finder(self, budget: Budget | None = None) -> Finder:
        """What searches one picture within its time."""
        spec = self._spec.detector
        detector = Detector(
            BoundedSession(self._detector, self._permits, budget),
            FAMILIES[spec.family],
            score_threshold=spec.score_threshold,
            nms_iou=spec.nms_iou,
            prepared={
                side: BoundedSession(session, self._permits, budget)
                for side, session in self._glances.items()
            },
        )
        return Finder(detector, self._detection_side, most=self._max_faces)

    def _align(
        self, picture: Halvings, faces: Sequence[FloatArray], budget: Budget | None
    ) -> list[Aligned]:
        """What faces are cut out by, and who doubts them: nobody, where nobody else looks."""
        if self._aligner is None or self._spec.aligner is None or not faces:
            return [Aligned(face, 1.0) for face in faces]
        spec = self._spec.aligner
        aligner = Detector(
            BoundedSession(self._aligner, self._permits, budget),
            FAMILIES[spec.family],
            score_threshold=spec.score_threshold,
            nms_iou=ALIGNER_NMS_IOU,
        )
        return look_with(aligner, picture, faces)

    def _embedder(self, budget: Budget | None = None) -> JointRecognizer:
        return JointRecognizer(
            [
                Recognizer(BoundedSession(session, self._permits, budget), spec)
                for session, spec in zip(self._recognizers, self._spec.recognizers, strict=True)
            ],
            [spec.weight for spec in self._spec.recognizers],
        )


class BoundedSession:
    """A session that waits for a permit, so that many requests do not crowd few cores.

    Args:
        session: which runs the network.
        permits: of all sessions of the process.
        budget: of the photo that is looked at; None for one that has all the time there is.
    """

    def __init__(
        self, session: Session, permits: InferencePermits, budget: Budget | None = None
    ) -> None:
        self._session = session
        self._permits = permits
        self._budget = budget
        self.runtime = session.runtime
        self.input_shape = session.input_shape

    def run(self, batch: FloatArray) -> list[FloatArray]:
        """See `Session.run`."""
        with self._permits.one(self._budget):
            return self._session.run(batch)

    def close(self) -> None:
        """See `Session.close`."""
        self._session.close()


_GREY = 128
# Two faces, as they are and mirrored; for groups hardly slower than larger batches.
_GLANCES_AT_ONCE = 4


def _seconded(face: DetectedFace, seen: Aligned | None) -> DetectedFace:
    """The face with what the second network says of it, where the first is not sure."""
    first = face.quality.confidence
    if seen is None or first >= SURE or seen.confidence >= first:
        return face
    return replace(face, quality=with_confidence(face.quality, seen.confidence))


def _describe(picture: Halvings, place: FacePlace) -> DetectedFace:
    box = Box(*(float(corner) for corner in place.box_xyxy))
    pose = estimate_pose(place.landmarks)
    return DetectedFace(
        box=box,
        landmarks=place.landmarks,
        score=place.score,
        pose=pose,
        quality=assess(
            picture,
            box,
            place.landmarks,
            pose,
            score=place.score,
            confidence=place.confidence,
        ),
    )
