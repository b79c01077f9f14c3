"""The engine of a model pack: detect, judge, align and embed in one call."""

import numpy as np

from mien.observing import Observer
from mien.options import Detail
from mien.options import Precision
from mien.options import RuntimeChoice
from mien.options import RuntimeName
from mien.packs.manifest import InstalledPack
from mien.vision.detectors.confirm import FacePlace
from mien.vision.detectors.detector import FAMILIES
from mien.vision.detectors.detector import Detector
from mien.vision.detectors.finder import Finder
from mien.vision.inference_permits import InferencePermits
from mien.vision.pack_summary import recognizer_runtime
from mien.vision.pack_summary import summarise
from mien.vision.pose import estimate_pose
from mien.vision.quality import assess
from mien.vision.recognizers import Recognizer
from mien.vision.sessions import InputShape
from mien.vision.sessions import Session
from mien.vision.sessions import choose_runtime
from mien.vision.sessions import open_session
from mien.vision.sessions import usable_cores
from mien.vision.types import Box
from mien.vision.types import DetectedFace
from mien.vision.types import Face
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB

# More threads make one inference of these small networks hardly faster.
_MOST_THREADS = 4


class PackEngine:
    """Runs the networks of an installed pack; safe to share between threads, never across a fork."""

    def __init__(
        self,
        installed: InstalledPack,
        *,
        runtime: RuntimeChoice = "auto",
        precision: Precision = "f32",
        threads: int = 0,
        concurrency: int = 0,
        detection_side: int = 640,
        observer: Observer | None = None,
    ) -> None:
        """Load the networks.

        Args:
            installed: the pack and where its files are.
            runtime: library that runs the networks.
            precision: arithmetic of OpenVINO.
            threads: processor threads of one inference; 0 chooses from the cores.
            concurrency: inferences at the same time; 0 chooses from the cores.
            detection_side: longest side in pixels at which a picture is usually searched.
            observer: is told how long stages and waits take.
        """
        manifest = installed.manifest
        cores = usable_cores()
        threads = threads or min(cores, _MOST_THREADS)
        concurrency = concurrency or max(cores // threads, 1)
        self._permits = InferencePermits(concurrency, observer or Observer())
        self._detection_side = detection_side
        self.summary = summarise(manifest, calibration=installed.calibration, runtime=runtime)

        spec = manifest.recognizer

        def load(
            file: str, chosen: RuntimeName, input_shape: InputShape, weights: str | None = None
        ) -> Session:
            session = open_session(
                installed.paths[file],
                weights=installed.paths[weights] if weights else None,
                runtime=chosen,
                input_shape=input_shape,
                precision=precision,
                threads=threads,
                concurrency=concurrency,
            )
            return BoundedSession(session, self._permits)

        detector = load(
            manifest.detector.file,
            choose_runtime(runtime, needs_openvino=False),
            (1, 3, None, None),
        )
        recognizer = load(
            spec.file,
            recognizer_runtime(manifest, runtime),
            (None, 3, spec.input_size, spec.input_size),
            spec.weights_file,
        )
        self._sessions = (detector, recognizer)
        self._finder = Finder(
            Detector(
                detector,
                FAMILIES[manifest.detector.family],
                score_threshold=manifest.detector.score_threshold,
                nms_iou=manifest.detector.nms_iou,
            ),
            detection_side,
        )
        self._recognizer = Recognizer(recognizer, spec)

    def detect(self, image_rgb: ImageRGB, *, detail: Detail = "normal") -> list[DetectedFace]:
        """See `Engine.detect`."""
        with self._permits.stage("detect"):
            faces = [_describe(image_rgb, place) for place in self._finder.find(image_rgb, detail)]
        return sorted(faces, key=lambda face: -face.box.width * face.box.height)

    def analyze(self, image_rgb: ImageRGB, *, detail: Detail = "normal") -> list[Face]:
        """See `Engine.analyze`."""
        detected = self.detect(image_rgb, detail=detail)
        with self._permits.stage("align"):
            crops = [self._recognizer.crop(image_rgb, face.landmarks) for face in detected]
        with self._permits.stage("embed"):
            embeddings = self._recognizer.embed(crops)
        return [
            Face(
                box=face.box,
                landmarks=face.landmarks,
                score=face.score,
                pose=face.pose,
                quality=face.quality,
                crop_rgb=crop,
                embedding=embedding,
            )
            for face, crop, embedding in zip(detected, crops, embeddings, strict=True)
        ]

    def warm_up(self) -> None:
        """See `Engine.warm_up`; runs both networks once on a grey picture."""
        side = self._detection_side
        grey = np.full((side, side, 3), _GREY, dtype=np.uint8)
        self._finder.find(grey, "normal")
        middle = np.array([(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)])
        self._recognizer.embed([self._recognizer.crop(grey, (middle * side).astype(np.float32))])

    def close(self) -> None:
        """See `Engine.close`; a closed engine can no longer be used."""
        self._permits.close()
        for session in self._sessions:
            session.close()


class BoundedSession:
    """A session that waits for a permit, so that many requests do not crowd few cores."""

    def __init__(self, session: Session, permits: InferencePermits) -> None:
        self._session = session
        self._permits = permits
        self.runtime = session.runtime
        self.input_shape = session.input_shape

    def run(self, batch: FloatArray) -> list[FloatArray]:
        """See `Session.run`."""
        with self._permits.one():
            return self._session.run(batch)

    def close(self) -> None:
        """See `Session.close`."""
        self._session.close()


_GREY = 128


def _describe(image_rgb: ImageRGB, place: FacePlace) -> DetectedFace:
    box = Box(*(float(corner) for corner in place.box_xyxy))
    pose = estimate_pose(place.landmarks)
    return DetectedFace(
        box=box,
        landmarks=place.landmarks,
        score=place.score,
        pose=pose,
        quality=assess(image_rgb, box, place.landmarks, pose, score=place.score),
    )
