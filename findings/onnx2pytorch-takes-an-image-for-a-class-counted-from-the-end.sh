#!/usr/bin/env bash
# onnx2pytorch takes an image of the batch for a class whose axis is counted from the end.
#
# One would expect: `maps.softmax(-3).select(-3, 1)`, which takes the lesion's map with or without a
#   batch, gives after torch.onnx.export and onnx2pytorch the lesion's map of each image. ONNX
#   counts a negative axis of Gather from the last one.
# What happens: onnx2pytorch indexes axis 0, the batch, for each negative axis. Of two images it
#   returns the second one's background and lesion in place of both lesions, in the same shape. Of
#   more images it returns one image with all its classes, of one image and index 0 all its classes.
#   The same for rows and columns counted from the end. The only warning is on how it indexes.
# Why it matters: both of torch's exporters write the axis as the net names it. The answer has the
#   right shape where there are as many images as classes, and each value is a probability. Whoever
#   takes a public ONNX file back to torch, to train it on, trains on another image's mask.
# What helps: axes counted from the front. `maps[:, 1]` and `maps[..., 1]` are right, too.
# Versions: onnx2pytorch 0.6.0, torch 2.13.0, torchvision 0.28.0, onnx 1.23.2, onnxruntime 1.31.1,
#   numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report was found. onnx2pytorch/operations/gather.py puts as many full
#   slices before the index as the axis says, which is none for a negative one.
# Output seen (two images, three rows and columns; the lesion is likely in the second one alone):
#   the net in torch, means: 0.05 0.73
#   softmax(1).select(1, 1)   axis  1: ONNX Runtime 0.05 0.73 onnx 0.05 0.73 onnx2pytorch 0.05 0.73
#   softmax(-3).select(-3, 1) axis -3: ONNX Runtime 0.05 0.73 onnx 0.05 0.73 onnx2pytorch 0.27 0.73
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnx==1.23.2 \
  onnxruntime==1.31.1 numpy==2.3.5 2>/dev/null
venv/bin/pip install --quiet --disable-pip-version-check --no-deps onnx2pytorch==0.6.0 \
  torchvision==0.28.0 pillow==13.0.0 2>/dev/null
cat >look.py <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
import torch
from onnx.reference import ReferenceEvaluator

# onnx2pytorch imports torchvision, whose compiled part does not load beside a torch without CUDA.
# No more than the names of two operations is needed here.
library = torch.library.Library("torchvision", "DEF")
for name in "nms", "qnms":
    library.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")

from onnx2pytorch import ConvertModel  # noqa: E402


class Net(torch.nn.Module):
    def __init__(self, axis):
        super().__init__()
        self.axis = axis
        self.conv = torch.nn.Conv2d(1, 2, 1)
        self.conv.weight.data = torch.tensor([-2.0, 2.0]).reshape(2, 1, 1, 1)
        self.conv.bias.data = torch.tensor([1.5, -1.5])

    def forward(self, images):
        return self.conv(images).softmax(self.axis).select(self.axis, 1)


def show(lesion):
    return " ".join(f"{image.mean():.2f}" for image in np.asarray(lesion))


images = torch.stack([torch.zeros(1, 3, 3), torch.ones(1, 3, 3)])
with torch.no_grad():
    print(f"the net in torch, means: {show(Net(1)(images))}")
for axis in 1, -3:
    torch.onnx.export(Net(axis).eval(), images, "net.onnx", dynamo=False, input_names=["x"])
    model = onnx.load("net.onnx")
    (gather,) = (node for node in model.graph.node if node.op_type == "Gather")
    session = onnxruntime.InferenceSession("net.onnx", providers=["CPUExecutionProvider"])
    given = {"x": images.numpy()}
    with torch.no_grad():
        found = ConvertModel(model, experimental=True)(images)
    assert found.shape == (2, 3, 3)
    print(
        f"{f'softmax({axis}).select({axis}, 1)':<25}"
        f" axis {onnx.helper.get_node_attr_value(gather, 'axis'):>2}:"
        f" ONNX Runtime {show(session.run(None, given)[0])}"
        f" onnx {show(ReferenceEvaluator(model).run(None, given)[0])}"
        f" onnx2pytorch {show(found)}"
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "the net in torch, means: 0.05 0.73
softmax(1).select(1, 1)   axis  1: ONNX Runtime 0.05 0.73 onnx 0.05 0.73 onnx2pytorch 0.05 0.73
softmax(-3).select(-3, 1) axis -3: ONNX Runtime 0.05 0.73 onnx 0.05 0.73 onnx2pytorch 0.27 0.73" ]
