"""What is told of speed beside a peer."""

from typing import Any

from bench.page.tables import table


def show_engine(found: Any) -> list[str]:
    """See `Section.show`."""
    names = [name for name in found["photo_to_name_milliseconds"] if name != "face_recognition"]
    peer = found["photo_to_name_milliseconds"]["face_recognition"]
    rows = [
        (name, f"{spent:.1f}", f"**{peer / spent:.1f}**")
        for name, spent in found["photo_to_name_milliseconds"].items()
        if name in names
    ]
    lines = [
        (
            f"From the bytes of a JPEG with one face to a name, gallery of 100; face_recognition takes "
            f"{peer:.0f} ms."
        ),
        "",
        *table(("pack", "ms", "times as fast as face_recognition"), rows),
    ]
    spent = found["embedding_milliseconds"]
    lines += [
        "",
        (
            f"The embedding alone, dlib's network on one thread on either side: dlib {spent['dlib']:.1f} "
            f"ms, Mien {min(v for k, v in spent.items() if k in {'openvino', 'onnxruntime'}):.1f} ms: "
            f"**{found['ratios']['embedding_vs_dlib']:.1f} times** as fast, in a batch of eight "
            f"{found['ratios']['embedding_batch_of_8_vs_dlib']:.1f}."
        ),
    ]
    counts = sorted(next(iter(found["many_faces"].values())), key=int)
    rows_of = [
        (pack, *(_over_floor(by[c], int(c)) if c in by else "" for c in counts))
        for pack, by in found["many_faces"].items()
    ]
    lines += [
        "",
        (
            "The whole path over what it cannot do without (decoding, one search, one embedding a face), "
            "one thread, by faces in the photo; processor time, since other programs run beside it, and "
            "other photos than above:"
        ),
        "",
        *table(("pack", *counts), rows_of),
    ]
    default = found["many_faces"][found["default_pack"]]
    lines += [
        "",
        f"In milliseconds, `{found['default_pack']}`:",
        "",
        *table(
            ("faces", "found", "whole", "decoding", "one search", "embeddings"),
            [
                (
                    count,
                    by["faces"],
                    *(f"{by[k]:.1f}" for k in ("whole", "decode", "search", "embeddings")),
                )
                for count, by in _by_faces(default)
            ],
        ),
    ]
    beside = found["many_faces_beside_face_recognition"]
    lines += [
        "",
        "Times as fast as face_recognition, by faces in the photo, one thread on either side:",
        "",
        *table(
            ("faces", "found by face_recognition", *names_of(beside)),
            [
                (
                    count,
                    by["found_by_face_recognition"],
                    *(f"{v:.1f}" for v in by["ratios"].values()),
                )
                for count, by in _by_faces(beside)
            ],
        ),
    ]
    if found["group_photos"]:
        lines += [
            "",
            "dlib's group photos together:",
            "",
            *table(
                ("", "faces found", "of", "ms", "times as fast"),
                [
                    (
                        who,
                        f"{g['found']:.0f}",
                        f"{g['faces']:.0f}",
                        f"{g['milliseconds']:.0f}",
                        f"{g['ratio']:.1f}",
                    )
                    for who, g in found["group_photos"].items()
                ],
            ),
        ]
    return lines


def _over_floor(cost: Any, shown: int) -> str:
    told = f"{cost['over_floor']:.2f}"
    return told if cost["faces"] == shown else f"{told} ({cost['faces']} found)"


def _by_faces(told: Any) -> list[tuple[str, Any]]:
    """By the number of faces, which are words in JSON."""
    return sorted(told.items(), key=lambda each: int(each[0]))


def names_of(beside: Any) -> list[str]:
    """Whom the peer is compared with."""
    return list(next(iter(beside.values()))["ratios"])


def engine_ratios(found: Any) -> list[tuple[str, str]]:
    """See `Section.ratios`."""
    by_pack = found["ratios"]["photo_to_name_by_pack"]
    over = found["ratios"]["over_floor"][found["default_pack"]]
    return [
        *(
            (f"one face, JPEG to name, times as fast as face_recognition: `{pack}`", f"{value:.1f}")
            for pack, value in by_pack.items()
        ),
        *(
            (
                f"{count} faces, over decoding, one search and the embeddings: `{found['default_pack']}`",
                f"{value:.2f}",
            )
            for count, value in _by_faces(over)
        ),
    ]
