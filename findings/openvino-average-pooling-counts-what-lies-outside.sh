#!/usr/bin/env bash
# OpenVINO divides an average by pixels that lie outside the padding, where the size is rounded up.
#
# One would expect: `AvgPool2d(3, stride=2, padding=1, ceil_mode=True)` gives what torch gives. Its
#   padding of zeros counts, what the last window covers beyond the padding does not.
# What happens: it converts without a word, and OpenVINO's CPU divides each window by its full size.
#   So the last row and column are too small where a window reaches beyond the padding: 0.33 in
#   place of 0.5, and less than half in the corner. Without padding it is right, and so are sizes
#   where no window reaches so far: 7 x 7, but not 8 x 8. An ONNX file of the same pooling does the
#   same.
# Why it matters: such pooling is found where nets came from Caffe, which rounds sizes up. Maps of
#   56 or 28 get wrong values at the lower and right edge of the frame, and a check on an odd size
#   passes. Shapes agree.
# What helps: padding the image with zeros first, and pooling it without padding of its own.
# Versions: openvino 2026.4.1, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30. The same with ONEDNN_MAX_CPU_ISA=SSE41; run on one processor.
# Source: run here; no public report was found.
# Output seen (the average of ones):
#   AvgPool2d(3, 2, 1)  7 x 7  torch     last row 0.44 0.67 0.67 0.44
#   AvgPool2d(3, 2, 1)  7 x 7  openvino  last row 0.44 0.67 0.67 0.44
#   AvgPool2d(3, 2, 1)  8 x 8  torch     last row 0.33 0.50 0.50 0.50 0.25
#   AvgPool2d(3, 2, 1)  8 x 8  openvino  last row 0.22 0.33 0.33 0.33 0.11
#   AvgPool2d(5, 3, 2)  7 x 7  torch     last row 0.36 0.60 0.36
#   AvgPool2d(5, 3, 2)  7 x 7  openvino  last row 0.36 0.60 0.36
#   AvgPool2d(5, 3, 2)  8 x 8  torch     last row 0.20 0.33 0.27 0.11
#   AvgPool2d(5, 3, 2)  8 x 8  openvino  last row 0.12 0.20 0.16 0.04
#   AvgPool2d(3, 2, 0)  7 x 7  torch     last row 1.00 1.00 1.00
#   AvgPool2d(3, 2, 0)  7 x 7  openvino  last row 1.00 1.00 1.00
#   AvgPool2d(3, 2, 0)  8 x 8  torch     last row 1.00 1.00 1.00 1.00
#   AvgPool2d(3, 2, 0)  8 x 8  openvino  last row 1.00 1.00 1.00 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export CI=true  # else the converter reports to its vendor
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  openvino==2026.4.1 torch==2.13.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import openvino
import torch

for size, stride, padding in (3, 2, 1), (5, 3, 2), (3, 2, 0):
    for side in 7, 8:
        pool = torch.nn.AvgPool2d(size, stride, padding, ceil_mode=True).eval()
        image = torch.ones(1, 1, side, side)
        model = openvino.compile_model(openvino.convert_model(pool, example_input=image), "CPU")
        for name, found in ("torch", pool(image)), ("openvino", torch.tensor(model(image)[0])):
            row = " ".join(f"{value:.2f}" for value in found[0, 0, -1].tolist())
            where = f"AvgPool2d({size}, {stride}, {padding})  {side} x {side}"
            print(f"{where}  {name:<8}  last row {row}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "AvgPool2d(3, 2, 1)  7 x 7  torch     last row 0.44 0.67 0.67 0.44
AvgPool2d(3, 2, 1)  7 x 7  openvino  last row 0.44 0.67 0.67 0.44
AvgPool2d(3, 2, 1)  8 x 8  torch     last row 0.33 0.50 0.50 0.50 0.25
AvgPool2d(3, 2, 1)  8 x 8  openvino  last row 0.22 0.33 0.33 0.33 0.11
AvgPool2d(5, 3, 2)  7 x 7  torch     last row 0.36 0.60 0.36
AvgPool2d(5, 3, 2)  7 x 7  openvino  last row 0.36 0.60 0.36
AvgPool2d(5, 3, 2)  8 x 8  torch     last row 0.20 0.33 0.27 0.11
AvgPool2d(5, 3, 2)  8 x 8  openvino  last row 0.12 0.20 0.16 0.04
AvgPool2d(3, 2, 0)  7 x 7  torch     last row 1.00 1.00 1.00
AvgPool2d(3, 2, 0)  7 x 7  openvino  last row 1.00 1.00 1.00
AvgPool2d(3, 2, 0)  8 x 8  torch     last row 1.00 1.00 1.00 1.00
AvgPool2d(3, 2, 0)  8 x 8  openvino  last row 1.00 1.00 1.00 1.00" ]
