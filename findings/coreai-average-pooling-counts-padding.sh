#!/usr/bin/env bash
# coreai-torch converts average pooling that leaves padding out into one that counts it.
#
# One would expect: `avg_pool2d(…, padding=1, count_include_pad=False)` of ones is one everywhere, in
#   the converted program too, or the converter refuses it.
# What happens: it converts without a word, and the borders are divided by the whole window, as with
#   `count_include_pad=True`: 4/9 in the corners.
# Why it matters: nets with pooling pyramids compute other values at the frame's edge on iOS 27 than
#   they were trained with, and nothing says so.
# Versions: coreai-torch 0.4.3, coreai-core 1.0.0b3, torch 2.13.0, Python 3.11, Linux x86-64; seen on
#   2026-11-29.
# Source: run here; no public report was looked for.
# Output seen:
#   torch:   [1.0, 1.0, 1.0, 1.0]
#   Core AI: [0.4444444477558136, 0.6666666865348816, 0.6666666865348816, 0.4444444477558136]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  coreai-torch==0.4.3 coreai-core==1.0.0b3 torch==2.13.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import asyncio
from pathlib import Path

import coreai.runtime as runtime
import coreai_torch
import torch


class Pool(torch.nn.Module):
    def forward(self, x):
        return torch.nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


ones = torch.ones(1, 1, 4, 4)
traced = torch.export.export(Pool(), (ones,)).run_decompositions(coreai_torch.get_decomp_table())
converter = coreai_torch.TorchConverter(mode=coreai_torch.TorchConverter.Mode.RELEASE)
program = converter.add_exported_program(traced, input_names=["x"], output_names=["y"]).to_coreai()
asset = program.save_asset(Path("pool.aimodel"))


async def run():
    async with asset.executable() as model:
        found = await model.load_function("main")({"x": runtime.NDArray(ones.numpy())})
        return found["y"].numpy()


print("torch:  ", Pool()(ones)[0, 0, 0].tolist())
print("Core AI:", asyncio.run(run())[0, 0, 0].tolist())
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep -E '^(torch|Core AI):')
echo "$found"
[ "$found" = "torch:   [1.0, 1.0, 1.0, 1.0]
Core AI: [0.4444444477558136, 0.6666666865348816, 0.6666666865348816, 0.4444444477558136]" ]
