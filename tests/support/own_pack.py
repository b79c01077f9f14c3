"""A pack of an operator's own, as a manifest with one drawn file beside it."""

import hashlib
from pathlib import Path

from packs_for_tests import drawn_bytes

OWN = """
name = "own"
title = "Own"
version = "1"
summary = "A pack of the tests."

[[files]]
name = "net.onnx"
sha256 = "{sha256}"
size_bytes = {size_bytes}
licence = "MIT"
origin = "the tests"
notice = "Recognises nobody."

[[files.sources]]
kind = "folder"
path = "net.onnx"

[detector]
family = "centerface"
file = "net.onnx"
score_threshold = 0.5
nms_iou = 0.3

[recognizer]
model = "own"
version = "1"
format = "onnx"
file = "net.onnx"
input_size = 112
color = "rgb"
mean = [0.0, 0.0, 0.0]
scale = [1.0, 1.0, 1.0]
template = [[38.0, 51.0], [73.0, 51.0], [56.0, 71.0], [41.0, 92.0], [70.0, 92.0]]
dimension = 128

[thresholds]
identify = 0.5
verify = 0.4
measured = "Never."
"""


def write_own_pack(folder: Path) -> None:
    """Write `own.toml` and `net.onnx` into a folder of manifests."""
    content = drawn_bytes(10_000)
    (folder / "net.onnx").write_bytes(content)
    text = OWN.format(sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))
    (folder / "own.toml").write_text(text, encoding="utf-8")
