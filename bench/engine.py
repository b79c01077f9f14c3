"""Speed beside face_recognition: the same photos, the same steps, one run, alternating order.

The peer is what face_recognition does, through dlib itself: HOG detector on the picture enlarged
once, 5-point predictor, its network, Euclidean distance to every known face. Two comparisons:

- the embedding alone: the same network, one aligned crop, one thread on either side;
- the whole path from the bytes of a JPEG to a name, in a gallery of a hundred people, as either
  runs by itself: this engine on the threads it chooses, dlib on its one.

And what the whole path costs over what it cannot do without, on photos of one face and of many
(`bench/many_faces.py`); and dlib's group photos on either side, with the faces found, where they
lie in `--data`.

    python bench/engine.py [--quick] [--json] [--data FOLDER]
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# The peer's linear algebra keeps to one thread; this must be said before it is loaded.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from bench.detection import is_on  # noqa: E402
from bench.detection_list import labelled_photos  # noqa: E402
from bench.many_faces import READER  # noqa: E402
from bench.many_faces import Cost  # noqa: E402
from bench.many_faces import Floor  # noqa: E402
from bench.many_faces import alternate  # noqa: E402
from bench.many_faces import as_rows  # noqa: E402
from bench.many_faces import found_of  # noqa: E402
from bench.many_faces import measure_cost  # noqa: E402
from bench.many_faces import sheets  # noqa: E402
from bench.packs import fetch_peer_files  # noqa: E402
from bench.packs import install_pack  # noqa: E402
from bench.peer import STRANGERS  # noqa: E402
from bench.peer import Known  # noqa: E402
from bench.peer import Peer  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from mien.errors import ModelError  # noqa: E402
from mien.index.exact import ExactIndex  # noqa: E402
from mien.packs.catalog import BUILTIN  # noqa: E402
from mien.packs.manifest import InstalledPack  # noqa: E402
from mien.packs.samples import fetch_samples  # noqa: E402
from mien.settings import Settings  # noqa: E402
from mien.vision.pack_engine import PackEngine  # noqa: E402
from mien.vision.reader import ImageReader  # noqa: E402
from mien.vision.recognizers import Recognizer  # noqa: E402
from mien.vision.sessions import choose_runtime  # noqa: E402
from mien.vision.sessions import open_session  # noqa: E402
from mien.vision.sessions import usable_cores  # noqa: E402
from mien.vision.types import DetectedFace  # noqa: E402
from mien.vision.types import ImageRGB  # noqa: E402
from mien.words import say  # noqa: E402

Work = Callable[[], object]
_WHOLE_FACES = ("obama2.jpg", "obama3.jpg", "obama.jpg", "biden.jpg")
_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_MOST_FACES = 1000
# The peer sees none of the smallest faces, and takes as long for nothing.
_MOST_FOR_PEER = 40
_PHOTOS = ("obama2.jpg", "obama3.jpg", "obama_partial_face.jpg", "obama.jpg", "biden.jpg")


class Ours:
    """From bytes to names through the parts that the server uses."""

    def __init__(self, installed: InstalledPack, known: Known, *, threads: int = 0) -> None:
        self._reader = ImageReader(max_bytes=10**8, max_pixels=10**8)
        self._engine = PackEngine(installed, threads=threads, max_faces=_MOST_FACES)
        self._engine.warm_up()
        self.summary = self._engine.summary
        dimension = self.summary.dimension
        enrolled = [
            self._engine.analyze(self._reader.decode(data).image_rgb)[0].embedding
            for _, data in known.items()
        ]
        strangers = np.random.default_rng(0).normal(size=(STRANGERS, dimension))
        strangers /= np.linalg.norm(strangers, axis=1, keepdims=True)
        names = [name for name, _ in known.items()]
        names += [f"stranger {number}" for number in range(STRANGERS)]
        vectors = np.concatenate([np.stack(enrolled), strangers]).astype(np.float32)
        self._index = ExactIndex.of(names, names, vectors)

    def name_photo(self, data: bytes) -> list[str]:
        """Who is in the photo, one name a face."""
        faces = self._engine.analyze(self._reader.decode(data).image_rgb)
        if not faces:
            return []
        queries = np.stack([face.embedding for face in faces])
        threshold = self.summary.identify_threshold
        return [
            hits[0].group if hits and hits[0].similarity >= threshold else "unknown"
            for hits in self._index.search(queries, groups=2)
        ]

    def find(self, data: bytes) -> NDArray[np.float64]:
        """Boxes of the faces that it finds in a photo, shape (n, 4)."""
        found = self.detect(self._reader.decode(data).image_rgb)
        boxes = [(face.box.left, face.box.top, face.box.right, face.box.bottom) for face in found]
        return np.array(boxes, dtype=np.float64).reshape(-1, 4)

    def detect(self, image_rgb: ImageRGB) -> Sequence[DetectedFace]:
        """The faces of a picture."""
        return self._engine.detect(image_rgb)

    def crop(self, data: bytes) -> ImageRGB:
        """The largest face as the network sees it."""
        return self._engine.analyze(self._reader.decode(data).image_rgb)[0].crop_rgb


def embedding_works(installed: InstalledPack, peer: Peer, crop: ImageRGB) -> dict[str, Work]:
    """The same network on the same crop, one thread on either side."""
    works: dict[str, Work] = {"dlib": lambda: peer.embed(crop)}
    spec = installed.manifest.recognizers[0]
    for runtime in ("openvino", "onnxruntime"):
        try:
            chosen = choose_runtime(runtime, needs_openvino=False)
        except ModelError:
            continue
        session = open_session(
            installed.paths[spec.file],
            runtime=chosen,
            input_shape=(None, 3, spec.input_size, spec.input_size),
            threads=1,
        )
        one_view = Recognizer(session, spec.model_copy(update={"averaging": "none"}))
        works[runtime] = partial(one_view.embed, [crop])
        works[f"{runtime} batch of 8"] = partial(one_view.embed, [crop] * 8)
        works[f"{runtime} as the pack uses it"] = partial(Recognizer(session, spec).embed, [crop])
    return works


def measure(options: argparse.Namespace) -> dict[str, Any]:
    settings = Settings()
    samples = {
        sample.name: sample.path.read_bytes()
        for sample in fetch_samples(
            models_dir=options.models_dir or settings.models_dir, offline=False, timeout_seconds=10
        )
    }
    known = Known(samples["obama.jpg"], samples["biden.jpg"])
    predictor, network = fetch_peer_files(models_dir=options.models_dir, folders=options.files)
    peer = Peer(predictor, network, known)
    packs: dict[str, Ours] = {}
    for name in BUILTIN:
        try:
            installed = install_pack(name, models_dir=options.models_dir, folders=options.files)
            packs[name] = Ours(installed, known)
        except ModelError as error:
            print(f"{name} is left out: {say.error(error)}", file=sys.stderr)
    classic = install_pack("classic", models_dir=options.models_dir, folders=options.files)
    # One pack for the figures over time; `standard` is compared beside it.
    default = "compact" if "compact" in packs else next(iter(packs))
    single = Ours(
        install_pack(default, models_dir=options.models_dir, folders=options.files),
        known,
        threads=1,
    )

    rounds = 5 if options.quick else 21
    embedding = alternate(
        embedding_works(classic, peer, packs["classic"].crop(known.obama)), rounds=rounds
    )
    names = _PHOTOS[:2] if options.quick else _PHOTOS
    whole = {}
    answers = {}
    for photo in names:
        works: dict[str, Peer | Ours] = {
            "face_recognition": peer,
            **packs,
            f"{default}, one thread": single,
        }
        whole[photo] = alternate(
            {name: partial(who.name_photo, samples[photo]) for name, who in works.items()},
            rounds=max(rounds // 3, 3),
        )
        answers[photo] = {name: who.name_photo(samples[photo]) for name, who in works.items()}
    medians = {
        name: statistics.median(whole[photo][name] for photo in names) for name in whole[names[0]]
    }
    ours = min(value for name, value in embedding.items() if name in {"openvino", "onnxruntime"})
    del packs, single
    many = measure_many(options, samples, known, peer, rounds=max(rounds // 3, 3))
    return {
        "cores": usable_cores(),
        "default_pack": default,
        "embedding_milliseconds": embedding,
        "photo_to_name_milliseconds": medians,
        "photos": whole,
        "answers": answers,
        **many.as_json(),
        "ratios": {
            "embedding_vs_dlib": embedding["dlib"] / ours,
            "embedding_batch_of_8_vs_dlib": embedding["dlib"]
            / min(value / 8 for name, value in embedding.items() if name.endswith("batch of 8")),
            "photo_to_name_vs_face_recognition": medians["face_recognition"] / medians[default],
            "photo_to_name_by_pack": {
                name: medians["face_recognition"] / medians[name]
                for name in medians
                if name != "face_recognition"
            },
            "over_floor": many.over_floor,
        },
    }


@dataclass(frozen=True, slots=True)
class Many:
    """What photos of one face and of many cost, all on one thread.

    Attributes:
        costs: by pack and number of faces shown.
        beside_peer: by number of faces shown, what the peer and each pack take, in milliseconds.
        peer_found: faces that the peer finds, by number of faces shown.
        groups: of dlib's group photos together, by who; empty where there are none.
    """

    costs: Mapping[str, Mapping[int, Cost]]
    beside_peer: Mapping[int, Mapping[str, float]]
    peer_found: Mapping[int, int]
    groups: Mapping[str, Mapping[str, float]]

    @property
    def over_floor(self) -> dict[str, dict[str, float]]:
        """The whole path over what it cannot do without, by pack and number of faces."""
        return {
            pack: {str(count): cost.over_floor for count, cost in costs.items()}
            for pack, costs in self.costs.items()
        }

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "many_faces": as_rows(self.costs),
            "many_faces_beside_face_recognition": {
                str(count): {
                    "milliseconds": spent,
                    "found_by_face_recognition": self.peer_found[count],
                    "ratios": _beside(spent),
                    # No engine with these networks could be quicker than what they cannot do
                    # without.
                    "ratios_at_the_floor": {
                        pack: spent["face_recognition"] / costs[count].floor
                        for pack, costs in self.costs.items()
                        if count in costs
                    },
                }
                for count, spent in self.beside_peer.items()
            },
            "group_photos": self.groups,
        }


def _beside(spent: Mapping[str, float]) -> dict[str, float]:
    peer = spent["face_recognition"]
    return {name: peer / value for name, value in spent.items() if name != "face_recognition"}


def measure_many(
    options: argparse.Namespace, samples: Mapping[str, bytes], known: Known, peer: Peer, rounds: int
) -> Many:
    """Every pack on photos of one face and of many, beside its floor and beside the peer."""
    cv2.setNumThreads(1)
    rounds_beside = 1 if options.quick else 3
    ours: dict[str, Ours] = {}
    floors: dict[str, Floor] = {}
    for name in BUILTIN:
        with suppress(ModelError):
            installed = install_pack(name, models_dir=options.models_dir, folders=options.files)
            ours[name], floors[name] = Ours(installed, known, threads=1), Floor(installed)
    default = next(iter(ours.values()))
    pictures = [READER.decode(samples[name]).image_rgb for name in _WHOLE_FACES]
    photos = {1: samples[_PHOTOS[0]], **sheets(pictures, default.detect)}
    costs: dict[str, dict[int, Cost]] = {name: {} for name in ours}
    for count, data in photos.items():
        for name, who in ours.items():
            if count > _MOST_FOR_PEER and options.quick and who is not default:
                continue
            few = (1 if options.quick else 2) if count > _MOST_FOR_PEER else rounds
            costs[name][count] = measure_cost(who, floors[name], data, rounds=few)
    beside = {}
    peer_found = {}
    for count, data in photos.items():
        if count <= _MOST_FOR_PEER:
            works: dict[str, Peer | Ours] = {"face_recognition": peer, **ours}
            beside[count] = alternate(
                {name: partial(who.name_photo, data) for name, who in works.items()},
                rounds=rounds_beside,
                clock=time.process_time,
            )
            peer_found[count] = len(peer.find(data))
    return Many(
        costs,
        beside,
        peer_found,
        measure_groups(options.data, {"face_recognition": peer, **ours}, rounds=rounds_beside),
    )


def measure_groups(
    data: Path, works: Mapping[str, Peer | Ours], *, rounds: int
) -> dict[str, dict[str, float]]:
    """Time and faces found of all group photos together, by who looks at them."""
    folder = data / "dlib_faces" / "examples" / "faces"
    if not folder.is_dir():
        print(f"absent: group photos, {folder}", file=sys.stderr)
        return {}
    sums = {name: {"milliseconds": 0.0, "found": 0.0, "faces": 0.0} for name in works}
    for path, boxes in labelled_photos(folder):
        photo = path.read_bytes()
        spent = alternate(
            {name: partial(who.name_photo, photo) for name, who in works.items()}, rounds=rounds
        )
        for name, who in works.items():
            sums[name]["milliseconds"] += spent[name]
            sums[name]["found"] += found_of(who.find(photo), boxes, is_on)
            sums[name]["faces"] += len(boxes)
    peer = sums["face_recognition"]["milliseconds"]
    for row in sums.values():
        row["ratio"] = peer / row["milliseconds"]
    return sums


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Speed beside face_recognition, in one run.")
    parser.add_argument("--quick", action="store_true", help="fewer photos and rounds")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--models-dir", type=Path)
    parser.add_argument("--files", type=Path, action="append", default=[], help="folder of files")
    parser.add_argument("--data", type=Path, default=_DATA, help="folder of dlib's group photos")
    options = parser.parse_args(arguments)
    report = measure(options)
    print(json.dumps(report, indent=2) if options.json else _as_text(report))
    return 0


def _as_text(report: Mapping[str, Any]) -> str:
    lines = [f"{report['cores']} cores; the default pack is {report['default_pack']}."]
    lines.append("Embedding of one face, dlib's network, one thread:")
    lines += [
        f"  {name:<36}{value:8.2f} ms" for name, value in report["embedding_milliseconds"].items()
    ]
    lines.append("From the bytes of a photo to a name:")
    lines += [
        f"  {name:<36}{value:8.2f} ms"
        for name, value in report["photo_to_name_milliseconds"].items()
    ]
    ratios = report["ratios"]
    lines.append(
        f"Embedding {ratios['embedding_vs_dlib']:.1f} times as fast as dlib "
        f"({ratios['embedding_batch_of_8_vs_dlib']:.1f} in a batch of eight), photo to name "
        f"{ratios['photo_to_name_vs_face_recognition']:.1f} times as fast as face_recognition."
    )
    lines.append("On one thread, the whole path over decoding, one search and the embeddings:")
    lines += [
        f"  {pack:<12}" + ", ".join(f"{count} faces {value:.2f}" for count, value in row.items())
        for pack, row in ratios["over_floor"].items()
    ]
    lines.append("Times as fast as face_recognition, by faces shown:")
    lines += [
        f"  {count:<12}"
        + ", ".join(
            f"{name} {value:.1f} (of at most {row['ratios_at_the_floor'].get(name, 0.0):.1f})"
            for name, value in row["ratios"].items()
        )
        for count, row in report["many_faces_beside_face_recognition"].items()
    ]
    lines += [
        f"Group photos, {name}: {row['found']:.0f} of {row['faces']:.0f} faces, "
        f"{row['milliseconds']:.0f} ms, {row['ratio']:.1f} times as fast as face_recognition."
        for name, row in report["group_photos"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
