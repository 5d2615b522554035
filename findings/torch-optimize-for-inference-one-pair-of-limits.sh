#!/usr/bin/env bash
# torch's optimize_for_inference gives each ReLU6 and hardtanh of a net the limits of the first one.
#
# One would expect: `torch.jit.optimize_for_inference` of a net with a ReLU6 and, later, a hardtanh
#   from -1 to 1 gives values up to 1, as the net itself does.
# What happens: it optimizes and runs without a word, and the hardtanh ends at 6. Behind convolutions
#   both become operations of oneDNN that hold their limits as attributes. The optimized graph shows
#   the right ones. But TorchScript's interpreter keeps one function for each name of an operation and
#   number of inputs, and that function holds the limits of the first one. Clamps share the limits
#   of the first clamp in the same way. A clamp after a ReLU6 is right.
# Why it matters: MobileNets have a ReLU6 in each block. A hardtanh at their end, or a second clamp
#   that keeps a mask between 0 and 1, then has other limits. Shapes agree, other activations are
#   right, and a net with one pair of limits is, too.
# What helps: `torch.jit.freeze` alone, or a clamp for one of the two.
# Versions: torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here; no public report of it was found. The table is `operator_table_inv_` in torch's
#   code_impl.h. https://github.com/pytorch/pytorch/issues/86556 and 86527 are about one clamp that
#   overwrites maps which are read again. TorchScript is deprecated since torch 2.11, but still there.
# Output seen (the convolutions copy their input):
#   relu6, hardtanh(-1, 1)     net         0.0  0.0  0.0  0.5  1.0  1.0
#   relu6, hardtanh(-1, 1)     frozen      0.0  0.0  0.0  0.5  1.0  1.0
#   relu6, hardtanh(-1, 1)     optimized   0.0  0.0  0.0  0.5  2.0  6.0
#   hardtanh(-1, 1), relu6     net         0.0  0.0  0.0  0.5  1.0  1.0
#   hardtanh(-1, 1), relu6     frozen      0.0  0.0  0.0  0.5  1.0  1.0
#   hardtanh(-1, 1), relu6     optimized  -1.0 -1.0 -0.5  0.5  1.0  1.0
#   clamp(-4, 4), clamp(0, 1)  net         0.0  0.0  0.0  0.5  1.0  1.0
#   clamp(-4, 4), clamp(0, 1)  frozen      0.0  0.0  0.0  0.5  1.0  1.0
#   clamp(-4, 4), clamp(0, 1)  optimized  -4.0 -2.0 -0.5  0.5  2.0  4.0
#   relu6, clamp(0, 1)         net         0.0  0.0  0.0  0.5  1.0  1.0
#   relu6, clamp(0, 1)         frozen      0.0  0.0  0.0  0.5  1.0  1.0
#   relu6, clamp(0, 1)         optimized   0.0  0.0  0.0  0.5  1.0  1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import torch
from torch.nn.functional import hardtanh, relu6


class Net(torch.nn.Module):
    def __init__(self, first, second):
        super().__init__()
        self.one = torch.nn.Conv2d(1, 1, 1, bias=False)
        self.two = torch.nn.Conv2d(1, 1, 1, bias=False)
        self.one.weight.data.fill_(1.0)
        self.two.weight.data.fill_(1.0)
        self.first, self.second = first, second

    def forward(self, image):
        return self.second(self.two(self.first(self.one(image))))


image = torch.tensor([-8.0, -2.0, -0.5, 0.5, 2.0, 8.0]).reshape(1, 1, 1, 6)
for name, first, second in (
    ("relu6, hardtanh(-1, 1)", relu6, lambda x: hardtanh(x, -1.0, 1.0)),
    ("hardtanh(-1, 1), relu6", lambda x: hardtanh(x, -1.0, 1.0), relu6),
    ("clamp(-4, 4), clamp(0, 1)", lambda x: x.clamp(-4.0, 4.0), lambda x: x.clamp(0.0, 1.0)),
    ("relu6, clamp(0, 1)", relu6, lambda x: x.clamp(0.0, 1.0)),
):
    net = Net(first, second).eval()
    traced = torch.jit.trace(net, image)
    for engine, run in (
        ("net", net),
        ("frozen", torch.jit.freeze(traced)),
        ("optimized", torch.jit.optimize_for_inference(traced)),
    ):
        with torch.no_grad():
            row = " ".join(f"{value:4.1f}" for value in run(image).flatten().tolist())
        print(f"{name:<25}  {engine:<9}  {row}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "relu6, hardtanh(-1, 1)     net         0.0  0.0  0.0  0.5  1.0  1.0
relu6, hardtanh(-1, 1)     frozen      0.0  0.0  0.0  0.5  1.0  1.0
relu6, hardtanh(-1, 1)     optimized   0.0  0.0  0.0  0.5  2.0  6.0
hardtanh(-1, 1), relu6     net         0.0  0.0  0.0  0.5  1.0  1.0
hardtanh(-1, 1), relu6     frozen      0.0  0.0  0.0  0.5  1.0  1.0
hardtanh(-1, 1), relu6     optimized  -1.0 -1.0 -0.5  0.5  1.0  1.0
clamp(-4, 4), clamp(0, 1)  net         0.0  0.0  0.0  0.5  1.0  1.0
clamp(-4, 4), clamp(0, 1)  frozen      0.0  0.0  0.0  0.5  1.0  1.0
clamp(-4, 4), clamp(0, 1)  optimized  -4.0 -2.0 -0.5  0.5  2.0  4.0
relu6, clamp(0, 1)         net         0.0  0.0  0.0  0.5  1.0  1.0
relu6, clamp(0, 1)         frozen      0.0  0.0  0.0  0.5  1.0  1.0
relu6, clamp(0, 1)         optimized   0.0  0.0  0.0  0.5  1.0  1.0" ]
