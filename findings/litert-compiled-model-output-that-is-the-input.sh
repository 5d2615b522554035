#!/usr/bin/env bash
# LiteRT's CompiledModel computes from its output buffer where a file returns its own input.
#
# One would expect: a TFLite file with the outputs (2x, x), as litert-torch writes it for
#   `return x * 2, x`, gives what torch gives, and what LiteRT's Interpreter gives with the same file.
#   The same for a file that names one tensor as two outputs: `return y, y`.
# What happens: CompiledModel runs it without a word. What was written into the input buffer is never
#   read: the net computes from what lay in the buffer of its second output. Both results are
#   wrong, the computed one, too. With one tensor as two outputs, the first buffer is not written. The
#   script fills the output buffers with 7 to show it; a new buffer holds whatever was in memory. The
#   GPU accelerator does the same.
# Why it matters: a net that returns the mask and its image, for an overlay, or one head under two
#   names, as deep supervision does, gives another mask on the phone than everywhere else, and perhaps
#   another one each time. CompiledModel is the interface that LiteRT recommends, for Android, too.
# What helps: return a copy that the converter cannot drop, such as the image in another shape.
# Versions: ai-edge-litert 2.3.0, litert-torch 0.10.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux
#   x86-64; seen on 2026-11-29. Not run on a phone.
# Source: run here; no public report names it. google-ai-edge/LiteRT#8071 (open) sees rubbish in the
#   last output of a model in C++, without a cause.
# Output seen:
#   (2x, x), torch:         [2.0, 4.0, 6.0, 8.0] [1.0, 2.0, 3.0, 4.0]
#   (2x, x), Interpreter:   [2.0, 4.0, 6.0, 8.0] [1.0, 2.0, 3.0, 4.0]
#   (2x, x), CompiledModel: [14.0, 14.0, 14.0, 14.0] [7.0, 7.0, 7.0, 7.0]
#   (y, y), torch:          [2.0, 4.0, 6.0, 8.0] [2.0, 4.0, 6.0, 8.0]
#   (y, y), Interpreter:    [2.0, 4.0, 6.0, 8.0] [2.0, 4.0, 6.0, 8.0]
#   (y, y), CompiledModel:  [7.0, 7.0, 7.0, 7.0] [2.0, 4.0, 6.0, 8.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  ai-edge-litert==2.3.0 litert-torch==0.10.0 torch==2.13.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import litert_torch
import numpy as np
import torch
from ai_edge_litert.compiled_model import CompiledModel, HardwareAccelerator
from ai_edge_litert.interpreter import Interpreter

image = torch.tensor([[1.0, 2.0, 3.0, 4.0]])


class WithInput(torch.nn.Module):
    def forward(self, x):
        return x * 2, x


class Twice(torch.nn.Module):
    def forward(self, x):
        return (x * 2,) * 2


def interpreter():
    run = Interpreter("net.tflite").get_signature_runner()
    found = run(args_0=image.numpy())
    return [found[name] for name in sorted(found)]


def compiled_model():
    model = CompiledModel.from_file("net.tflite", HardwareAccelerator.CPU)
    given, results = model.create_input_buffers(0), model.create_output_buffers(0)
    given[0].write(image.numpy())
    for result in results:
        result.write(np.full((1, 4), 7, np.float32))  # what lay in that memory before
    model.run_by_index(0, given, results)
    return [result.read(4, np.float32) for result in results]


for name, net in ("(2x, x),", WithInput()), ("(y, y),", Twice()):
    litert_torch.convert(net.eval(), (image,)).export("net.tflite")
    for engine, found in (
        ("torch:", net(image)),
        ("Interpreter:", interpreter()),
        ("CompiledModel:", compiled_model()),
    ):
        print(f"{f'{name} {engine}':<23}", *(np.ravel(result).tolist() for result in found))
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep -E '^\((2x|y),')
echo "$found"
[ "$found" = "(2x, x), torch:         [2.0, 4.0, 6.0, 8.0] [1.0, 2.0, 3.0, 4.0]
(2x, x), Interpreter:   [2.0, 4.0, 6.0, 8.0] [1.0, 2.0, 3.0, 4.0]
(2x, x), CompiledModel: [14.0, 14.0, 14.0, 14.0] [7.0, 7.0, 7.0, 7.0]
(y, y), torch:          [2.0, 4.0, 6.0, 8.0] [2.0, 4.0, 6.0, 8.0]
(y, y), Interpreter:    [2.0, 4.0, 6.0, 8.0] [2.0, 4.0, 6.0, 8.0]
(y, y), CompiledModel:  [7.0, 7.0, 7.0, 7.0] [2.0, 4.0, 6.0, 8.0]" ]
