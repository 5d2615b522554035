#!/usr/bin/env bash
# onnx2torch sums up from the end where the file sums up from the beginning.
#
# One would expect: a net with `x.cumsum(3)` gives after torch.onnx.export and `onnx2torch.convert`
#   what it gave in torch. ONNX says of CumSum's attribute `reverse` that it is 0 where a file does
#   not write it, and 1 for sums in the other direction.
# What happens: onnx2torch takes a `reverse` that is not written for 1. The columns 1, 2, 3, 4 become
#   10, 9, 7, 4 in place of 1, 3, 6, 10. torch's exporter with dynamo=False (opset 13) writes neither one,
#   and so may any exporter, as both are optional. Where the file writes `reverse=0`, it is right.
#   Sizes agree and nothing warns.
# Why it matters: running sums give integral images, coordinates of pixels (`ones.cumsum`, as
#   position encodings do) and cumulated probabilities of ordered classes. From the end, the image is
#   mirrored for these, and a shape prior or a threshold is applied on the wrong side.
# What helps: writing `reverse=0` into each CumSum of the file before it is converted.
# Versions: onnx2torch 1.5.15, torch 2.13.0, torchvision 0.28.0, onnx 1.23.2, onnxruntime 1.32.0,
#   numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report was found. In onnx2torch/node_converters/cumsum.py the default
#   that is read for `reverse` is 1; that of `exclusive` is 0, as in ONNX.
# Output seen (rows of one image, summed along the columns):
#   written by torch: CumSum with attributes {}
#   torch              [1.0, 3.0, 6.0, 10.0] [5.0, 11.0, 18.0, 26.0]
#   onnx               [1.0, 3.0, 6.0, 10.0] [5.0, 11.0, 18.0, 26.0]
#   onnxruntime        [1.0, 3.0, 6.0, 10.0] [5.0, 11.0, 18.0, 26.0]
#   onnx2torch         [10.0, 9.0, 7.0, 4.0] [26.0, 21.0, 15.0, 8.0]
#   ... and reverse=0  [1.0, 3.0, 6.0, 10.0] [5.0, 11.0, 18.0, 26.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ORT_DISABLE_TELEMETRY=1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx2torch==1.5.15 torch==2.13.0 \
  torchvision==0.28.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import onnx
import onnxruntime
import torch
from onnx.reference import ReferenceEvaluator

try:
    import torchvision  # noqa: F401
except RuntimeError:  # torch without CUDA does not load torchvision's operators; none is used here
    operators = torch.library.Library("torchvision", "DEF")
    for name in "nms", "qnms":
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from onnx2torch import convert


class Net(torch.nn.Module):
    def forward(self, image):
        return image.cumsum(3)


def show(name, maps):
    print(f"{name:<18}", *maps[0][0].tolist())


image = torch.arange(1.0, 9.0).reshape(1, 1, 2, 4)
options = {"dynamo": False, "opset_version": 13, "input_names": ["image"]}
torch.onnx.export(Net(), (image,), "net.onnx", **options)
model = onnx.load("net.onnx")
onnx.checker.check_model(model, full_check=True)
(node,) = (node for node in model.graph.node if node.op_type == "CumSum")
written = {attribute.name: attribute.i for attribute in node.attribute}
print("written by torch: CumSum with attributes", written)
feeds = {"image": image.numpy()}
show("torch", Net()(image))
show("onnx", ReferenceEvaluator(model).run(None, feeds)[0])
show("onnxruntime", onnxruntime.InferenceSession("net.onnx").run(None, feeds)[0])
show("onnx2torch", convert(model)(image))
node.attribute.append(onnx.helper.make_attribute("reverse", 0))
show("... and reverse=0", convert(model)(image))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "written by torch: CumSum with attributes {}
torch              [1.0, 3.0, 6.0, 10.0] [5.0, 11.0, 18.0, 26.0]
onnx               [1.0, 3.0, 6.0, 10.0] [5.0, 11.0, 18.0, 26.0]
onnxruntime        [1.0, 3.0, 6.0, 10.0] [5.0, 11.0, 18.0, 26.0]
onnx2torch         [10.0, 9.0, 7.0, 4.0] [26.0, 21.0, 15.0, 8.0]
... and reverse=0  [1.0, 3.0, 6.0, 10.0] [5.0, 11.0, 18.0, 26.0]" ]
