#!/usr/bin/env bash
# LiteRT's GPU lets a convolution pad with zeros, whatever value the file pads with.
#
# One would expect: a TFLite file of PADV2 with 0.5 and CONV_2D, as litert-torch writes it for
#   `conv2d(pad(x, (1, 1, 1, 1), value=0.5), ...)`, gives the same on the GPU as on the CPU, or the GPU
#   leaves PADV2 to the CPU: a sum of 3×3×4 ones and halves is 26 in the corner.
# What happens: the GPU takes both, says that it runs the whole file, and gives 16: the padding becomes
#   that of the convolution, and its value is lost. Depthwise convolutions do the same. PADV2 alone is
#   right on the GPU, and so are the two with an operation between them (RELU).
# Why it matters: a net that pads with the mean colour, with -1 (its black), or with the value of a
#   folded batch norm computes other values along the frame's edge on phones' GPUs, without a word.
# Versions: ai-edge-litert 2.3.0, litert-torch 0.10.0, torch 2.13.0, Python 3.11, Linux x86-64, GPU:
#   SwiftShader of Debian 12's chromium-common 150; seen on 2026-11-29. Not run on a phone.
# Source: run here; no public report was found. Average pooling loses its padding in the same way:
#   litert-gpu-drops-padding-before-average-pooling.sh.
# Needs: apt-get install libvulkan1 chromium-common
# Output seen:
#   torch: [26.0, 26.0]
#   CPU:   [26.0, 26.0]
#   GPU:   [16.0, 16.0]
#   GPU, RELU between: [26.0, 26.0]
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

ones = torch.ones(1, 2, 2, 4)  # rows, columns, channels last


class Padded(torch.nn.Module):
    def __init__(self, between):
        super().__init__()
        self.between = between
        self.sum = torch.nn.Conv2d(4, 4, 3, bias=False)
        torch.nn.init.ones_(self.sum.weight)

    def forward(self, x):
        wide = torch.nn.functional.pad(x.permute(0, 3, 1, 2), (1, 1, 1, 1), value=0.5)
        return self.sum(self.between(wide)).permute(0, 2, 3, 1)


def first_row(net, unit):
    litert_torch.convert(net.eval(), (ones,)).export("net.tflite")
    model = CompiledModel.from_file("net.tflite", unit)
    given, results = model.create_input_buffers(0), model.create_output_buffers(0)
    given[0].write(ones.numpy())
    model.run_by_index(0, given, results)
    if unit == HardwareAccelerator.GPU:
        assert model.is_fully_accelerated()
    return results[0].read(16, np.float32).reshape(2, 2, 4)[0, :, 0].tolist()


plain = Padded(torch.nn.Identity())
print("torch:", plain(ones)[0, 0, :, 0].tolist())
print("CPU:  ", first_row(plain, HardwareAccelerator.CPU))
print("GPU:  ", first_row(plain, HardwareAccelerator.GPU))
print("GPU, RELU between:", first_row(Padded(torch.nn.ReLU()), HardwareAccelerator.GPU))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep -E '^(torch|CPU|GPU)')
echo "$found"
[ "$found" = "torch: [26.0, 26.0]
CPU:   [26.0, 26.0]
GPU:   [16.0, 16.0]
GPU, RELU between: [26.0, 26.0]" ]
