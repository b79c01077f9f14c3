"""What may be chosen, as values: settings, commands, forms, the API and the verbs share them.

Nothing heavy is imported here, so that a command can offer a choice without loading what acts on it.
"""

from dataclasses import dataclass
from typing import Final
from typing import Literal
from typing import TypeAlias
from typing import get_args

Scope: TypeAlias = Literal["read", "identify", "enrol", "admin"]
"""What an API key may do; `admin` includes the others."""
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

DEFAULT_GALLERY: Final = "default"
"""The gallery that is always there."""

Gate: TypeAlias = Literal["off", "standard", "strict"]
"""How good a photo has to be to be stored as an example."""
GATES: Final[tuple[Gate, ...]] = get_args(Gate)

ACCEPTED_RATE: Final = 0.001
"""Share of strangers' searches, or of comparisons, that may be wrong until somebody says else."""
LEAST_ACCEPTED: Final = 1e-6
"""The smallest accepted rate that may be set."""
MOST_ACCEPTED: Final = 0.5
"""The largest accepted rate that may be set."""

MOST_UNKNOWN_DAYS: Final = 365
"""The longest that faces of unknown people may be kept."""

Detail: TypeAlias = Literal["normal", "high"]
"""How closely a photo is searched: `high` finds smaller and turned faces and takes longer."""
DETAILS: Final[tuple[Detail, ...]] = get_args(Detail)

MAX_FACES: Final = 100
"""Most faces that one photo gives until somebody says else."""

FaceChoice: TypeAlias = Literal["nearest-centre", "largest"]
"""Which face is meant where a photo shows several."""
FACE_CHOICES: Final[tuple[FaceChoice, ...]] = get_args(FaceChoice)

Take: TypeAlias = Literal["only", "largest", "nearest-centre"]
"""Which face is taken of a photo: the only one there is, or of several the one that is meant."""
TAKES: Final[tuple[Take, ...]] = get_args(Take)

Decision: TypeAlias = Literal["match", "ambiguous", "unknown"]
"""Whether a face is the first candidate, cannot be told, or is nobody of the gallery."""
Doubt: TypeAlias = Literal["close_runner_up", "look_alike", "low_quality"]
"""Why it cannot be told."""

Order: TypeAlias = Literal["name", "surname", "newest", "faces"]
"""How people are listed: by name, by the last word of it, the newest or those of most faces first."""
ORDERS: Final[tuple[Order, ...]] = get_args(Order)
PeopleFilter: TypeAlias = Literal["all", "no-face", "one-face", "to-review", "look-alikes"]
"""Which people are listed: those with no face or one, with a face to review, or who look alike."""
PEOPLE_FILTERS: Final[tuple[PeopleFilter, ...]] = get_args(PeopleFilter)

RuntimeName: TypeAlias = Literal["onnxruntime", "openvino", "cuda"]
"""What runs networks: libraries, and ONNX Runtime on a graphics card of NVIDIA's (`cuda`)."""
RUNTIMES: Final[tuple[RuntimeName, ...]] = get_args(RuntimeName)
RuntimeChoice: TypeAlias = Literal["auto", "onnxruntime", "openvino", "cuda"]
"""Which of them is to be used; `auto` takes, for each network, what was measured to be quickest."""
Precision: TypeAlias = Literal["f32", "bf16"]
"""In which arithmetic networks are run."""

IndexName: TypeAlias = Literal["auto", "exact", "int8", "milvus", "pgvector"]
"""What searches the faces of a gallery."""
INDEX_FOLDER: Final = "index"
"""Folder of the home in which an index keeps files; they can be made again from the rows."""


@dataclass(frozen=True, slots=True)
class PhotoOptions:
    """How a photo that somebody sends is to be looked at, whatever is done with it.

    Attributes:
        detail: how closely it is searched for faces.
    """

    detail: Detail = "normal"
