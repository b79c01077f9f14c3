"""The engine: one call from a picture to faces."""

import threading
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from typing import TypeAlias

from mien.errors import ShuttingDown
from mien.options import Detail
from mien.vision.budget import Budget
from mien.vision.types import DetectedFace
from mien.vision.types import EngineSummary
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB

_CLOSING_SECONDS = 10.0

Choose: TypeAlias = Callable[[Sequence[DetectedFace]], Collection[int]]
"""Says of the faces of a picture which are to be embedded, by their places from 0."""


class Engine(Protocol):
    """Finds faces and turns them into embeddings; safe to share between threads."""

    @property
    def summary(self) -> EngineSummary:
        """What the engine is made of; costs nothing, loads nothing."""

    def detect(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[DetectedFace]:
        """Find the faces, largest box first, and no more than the engine is made for.

        Args:
            image_rgb: uint8, shape (height, width, 3), upright.
            detail: how closely the picture is searched; `high` sees smaller and turned faces and
                takes several times as long.
            budget: how long that may take, asked before each inference; None for as long as it does.

        Raises:
            ClientGone, Overloaded, PhotoTakesTooLong: see `Budget.check`.
        """

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        """Find the faces, each with its aligned crop and unit embedding; as `detect`."""

    def analyze_some(
        self, image_rgb: ImageRGB, choose: Choose, *, budget: Budget | None = None
    ) -> Faces[DetectedFace]:
        """Find the faces; those that are chosen are of `Face`, the others are not embedded.

        For pictures of a camera, which show mostly faces that were embedded a moment ago. Faces that
        lie on their side or stand on their head may be missed where `detect` finds them, and of a
        face that is not chosen no second network is asked whether it is one.
        """

    def warm_up(self) -> None:
        """Load what is loaded lazily, so that the first request is not the slow one."""

    def close(self) -> None:
        """Let go of the sessions; running inferences are waited for a little.

        Whoever asks afterwards, or waits for a turn, gets `ShuttingDown`.
        """


@dataclass(frozen=True, slots=True)
class EnginePlan:
    """An engine that could be built.

    Attributes:
        summary: what it would be made of.
        build: makes it; loads the models.
    """

    summary: EngineSummary
    build: Callable[[], Engine]


class LazyEngine:
    """An engine that is planned when it is first asked about and built when it is first used.

    Both happen once, whichever thread asks first; what fails is tried again by the next.

    Args:
        plan: finds out which engine it is to be.
    """

    def __init__(self, plan: Callable[[], EnginePlan]) -> None:
        self._make_plan = plan
        self._lock = threading.RLock()
        self._closed = False
        self._plan: EnginePlan | None = None
        self._engine: Engine | None = None

    @property
    def summary(self) -> EngineSummary:
        """See `Engine.summary`."""
        engine = self._engine
        # What was built may differ from the plan: a graphics card can be gone.
        return (engine or self._get_plan()).summary

    def detect(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[DetectedFace]:
        """See `Engine.detect`."""
        return self._get().detect(image_rgb, detail=detail, budget=budget)

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        """See `Engine.analyze`."""
        return self._get().analyze(image_rgb, detail=detail, budget=budget)

    def analyze_some(
        self, image_rgb: ImageRGB, choose: Choose, *, budget: Budget | None = None
    ) -> Faces[DetectedFace]:
        """See `Engine.analyze_some`."""
        return self._get().analyze_some(image_rgb, choose, budget=budget)

    def warm_up(self) -> None:
        """See `Engine.warm_up`."""
        self._get().warm_up()

    def close(self) -> None:
        """See `Engine.close`; an engine that was never used is never built."""
        self._closed = True
        # Whoever builds it just now holds the lock, and closes what comes of it.
        if self._lock.acquire(timeout=_CLOSING_SECONDS):
            engine, self._engine = self._engine, None
            self._lock.release()
            if engine is not None:
                engine.close()

    def _get_plan(self) -> EnginePlan:
        plan = self._plan
        if plan is None:
            with self._lock:
                plan = self._plan = self._plan or self._make_plan()
        return plan

    def _get(self) -> Engine:
        engine = self._engine
        if engine is None:
            with self._lock:
                if self._engine is None:
                    self._engine = self._build()
                engine = self._engine
        return engine

    def _build(self) -> Engine:
        if self._closed:
            raise ShuttingDown
        engine = self._get_plan().build()
        if self._closed:
            engine.close()
            raise ShuttingDown
        return engine
