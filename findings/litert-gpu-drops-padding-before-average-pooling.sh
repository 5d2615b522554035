#!/usr/bin/env bash
# LiteRT's GPU drops the zeros that a file pads with before it takes an average.
#
# One would expect: a TFLite file of PAD and AVERAGE_POOL_2D, as litert-torch writes it for
#   `AvgPool2d(3, stride=1, padding=1)`, gives the same on the GPU as on the CPU: the zeros count,
#   so the average of ones is 4/9 in the corners. Or the GPU leaves the two to the CPU.
# What happens: the GPU takes both, says that it runs the whole file, and gives one everywhere: the
#   padding becomes that of the pooling, which leaves it out. With an operation between the two
#   (RELU) it is right.
# Why it matters: padding=1 with the zeros counted is torch's default. Nets with pooling pyramids or
#   blocks compute other values at the frame's edge on phones' GPUs than on the CPU, without a word.
#   Average pooling that rounds sizes up is written as PAD, AVERAGE_POOL_2D and a factor; there the
#   last row is 2 and the corner 4 times too large.
# Versions: ai-edge-litert 2.3.0, litert-torch 0.10.0, torch 2.13.0, Python 3.11, Linux x86-64, GPU:
#   SwiftShader of Debian 12's chromium-common 150; seen on 2026-11-29. Not run on a phone: the graph
#   is changed before any shader is chosen, but that is a guess.
# Source: run here; no public report was found.
# Needs: apt-get install libvulkan1 chromium-common
# Output seen:
#   torch: [0.44, 0.67, 0.67, 0.44]
#   CPU:   [0.44, 0.67, 0.67, 0.44]
#   GPU:   [1.0, 1.0, 1.0, 1.0]
#   GPU, RELU between: [0.44, 0.67, 0.67, 0.44]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  ai-edge-litert==2.3.0 litert-torch==0.10.0 torch==2.13.0 numpy==2.3.5 2>/dev/null
export VK_ICD_FILENAMES=${VK_ICD_FILENAMES:-/usr/lib/chromium/vk_swiftshader_icd.json}
cat >look.py <<'PYTHON'
import litert_torch
import numpy as np
import torch
from ai_edge_litert.compiled_model import CompiledModel, HardwareAccelerator

ones = torch.ones(1, 4, 4, 4)  # rows, columns, channels last


class Pool(torch.nn.Module):
    def __init__(self, between):
        super().__init__()
        self.between = between

    def forward(self, x):
        padded = torch.nn.functional.pad(x.permute(0, 3, 1, 2), (1, 1, 1, 1))
        return torch.nn.functional.avg_pool2d(self.between(padded), 3, 1).permute(0, 2, 3, 1)


def rounded(values):
    return [round(float(value), 2) for value in values]


def first_row(net, unit):
    litert_torch.convert(net.eval(), (ones,)).export("pool.tflite")
    model = CompiledModel.from_file("pool.tflite", unit)
    given, results = model.create_input_buffers(0), model.create_output_buffers(0)
    given[0].write(ones.numpy())
    model.run_by_index(0, given, results)
    if unit == HardwareAccelerator.GPU:
        assert model.is_fully_accelerated()
    return rounded(results[0].read(64, np.float32).reshape(4, 4, 4)[0, :, 0])


plain = Pool(torch.nn.Identity())
print("torch:", rounded(plain(ones)[0, 0, :, 0]))
print("CPU:  ", first_row(plain, HardwareAccelerator.CPU))
print("GPU:  ", first_row(plain, HardwareAccelerator.GPU))
print("GPU, RELU between:", first_row(Pool(torch.nn.ReLU()), HardwareAccelerator.GPU))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep -E '^(torch|CPU|GPU)')
echo "$found"
[ "$found" = "torch: [0.44, 0.67, 0.67, 0.44]
CPU:   [0.44, 0.67, 0.67, 0.44]
GPU:   [1.0, 1.0, 1.0, 1.0]
GPU, RELU between: [0.44, 0.67, 0.67, 0.44]" ]
