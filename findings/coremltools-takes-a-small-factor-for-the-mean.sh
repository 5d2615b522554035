#!/usr/bin/env bash
# coremltools takes a sum over a large map, times any small number, for the mean.
#
# One would expect: `x.sum((2, 3)) / (1024 * 768)` of a map of 1024×1024 stays that in the file.
# What happens: the pass fuse_reduce_mean turns a sum times a number into reduce_mean where the
#   number is within 0.000001 of one over the pixels. For 1024×1024 that is 0.00000095 itself, so
#   each number up to 0.0000019 becomes the mean, for 512×512 each one from 0.0000029 to 0.0000048.
#   Neither the number nor the product is left in the file, and nothing warns. From 32×32 on
#   `/ (n - 1)` of a variance becomes `/ n`, too.
# Why it matters: a net that gives the area of what it found multiplies a sum by the size of a
#   pixel, or divides it by the pixels of the photograph without the bars that made it square. On
#   the phone it gives the share of the square, in the same range.
# What helps: the factor before the sum, `(x * k).sum((2, 3))`, or the mean times what is left,
#   `x.mean((2, 3)) * (1024 / 768)`.
# Versions: coremltools 9.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on
#   2026-11-30. Core ML computes on Apple's machines alone; here its file is read.
# Source: run here; no public report of it was found. apple/coremltools pull request 2792 is another
#   fault of the same pass.
# Output seen (a map of ones; the operations in the file):
#   1024×1024, sum / (1024 * 768)    torch 1.3333   mean 1.0000   file: reduce_mean
#   1024×1024, sum * 0.0000001       torch 0.1049   mean 1.0000   file: reduce_mean
#   512×512, sum * 0.000003          torch 0.7864   mean 1.0000   file: reduce_mean
#   512×512, (x * 0.000003).sum      torch 0.7864   mean 1.0000   file: mul reduce_sum
#   128×128, sum / (128 * 96)        torch 1.3333   mean 1.0000   file: reduce_sum mul
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  coremltools==9.0 torch==2.13.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import coremltools as ct
import torch


class Net(torch.nn.Module):
    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def forward(self, x):
        return self.steps(x)


for name, side, steps in (
    ("sum / (1024 * 768)", 1024, lambda x: x.sum((2, 3)) / (1024 * 768)),
    ("sum * 0.0000001", 1024, lambda x: x.sum((2, 3)) * 0.0000001),
    ("sum * 0.000003", 512, lambda x: x.sum((2, 3)) * 0.000003),
    ("(x * 0.000003).sum", 512, lambda x: (x * 0.000003).sum((2, 3))),
    ("sum / (128 * 96)", 128, lambda x: x.sum((2, 3)) / (128 * 96)),
):
    ones = torch.ones(1, 1, side, side)
    model = ct.convert(
        torch.jit.trace(Net(steps).eval(), ones),
        convert_to="mlprogram",
        inputs=[ct.TensorType(name="x", shape=ones.shape)],
        compute_precision=ct.precision.FLOAT32,
        skip_model_load=True,
    )
    (block,) = model.get_spec().mlProgram.functions["main"].block_specializations.values()
    kinds = [step.type for step in block.operations if step.type != "const"]
    value = f"torch {float(steps(ones)):.4f}   mean {float(ones.mean()):.4f}"
    print(f"{side}×{side}, {name}".ljust(32), value, "  file:", *kinds)
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep " file: ")
echo "$found"
[ "$found" = "1024×1024, sum / (1024 * 768)    torch 1.3333   mean 1.0000   file: reduce_mean
1024×1024, sum * 0.0000001       torch 0.1049   mean 1.0000   file: reduce_mean
512×512, sum * 0.000003          torch 0.7864   mean 1.0000   file: reduce_mean
512×512, (x * 0.000003).sum      torch 0.7864   mean 1.0000   file: mul reduce_sum
128×128, sum / (128 * 96)        torch 1.3333   mean 1.0000   file: reduce_sum mul" ]
