#!/usr/bin/env bash
# coremltools scales the wrong channels where batch norm follows a grouped transposed convolution.
#
# One would expect: `ConvTranspose2d(4, 4, 2, 2, groups=2)` and `BatchNorm2d(4)` become one conv_transpose
#   whose result is torch's.
# What happens: the pass fuse_conv_batchnorm puts the weights of all groups in the order (channel of its
#   group, group), but takes the norm's scales in the order (group, channel of its group). So
#   all channels but the first and last get another one's scale, and each group's weights are scaled
#   unlike its bias. A product with a constant (fuse_conv_scale) does the same. It is right
#   with one group, with a group a channel, and where the passes are left out.
# Why it matters: light decoders enlarge by grouped transposed convolutions, and a batch norm follows
#   nearly always. Shapes agree; the maps are wrong from there on, in float32, too.
# What helps: fold the norm before converting, or leave out `common::fuse_conv_batchnorm`.
# Versions: coremltools 9.0, torch 2.13.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-29.
#   Not run on a Mac: the weights and biases are read from the converted program, and torch computes
#   with them.
# Source: run here; no public report was found. torch's own folding fails on such a pair
#   (pytorch/pytorch#180995), and Ultralytics' was wrong (ultralytics/ultralytics pull request 25364).
# Output seen (of four channels, at one pixel; weights 1, scales 1 to 4):
#   groups  torch    1.0 2.0 3.0 4.0
#   1       Core ML  1.0 2.0 3.0 4.0
#   2       Core ML  1.0 3.0 2.0 4.0
#   4       Core ML  1.0 2.0 3.0 4.0
#   2       Core ML  1.0 2.0 3.0 4.0    without the pass
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

scales = torch.arange(1.0, 5)


def pair(groups):
    convolution = torch.nn.ConvTranspose2d(4, 4, 2, 2, groups=groups, bias=False)
    norm = torch.nn.BatchNorm2d(4, eps=0)
    with torch.no_grad():
        convolution.weight.fill_(groups / 4)  # the result is one
        norm.weight.copy_(scales)
    return torch.nn.Sequential(convolution, norm).eval()


def converted(net, groups, without=()):
    pipeline = ct.PassPipeline()
    pipeline.remove_passes(set(without))
    program = ct.convert(
        torch.jit.trace(net, ones),
        inputs=[ct.TensorType(shape=ones.shape)],
        pass_pipeline=pipeline,
        compute_precision=ct.precision.FLOAT32,
        skip_model_load=True,
    )._mil_program
    (op,) = program.functions["main"].find_ops(op_type="conv_transpose")
    weight = torch.tensor(op.weight.val)
    bias = None if op.bias is None else torch.tensor(op.bias.val)
    found = torch.nn.functional.conv_transpose2d(ones, weight, bias, 2, groups=groups)
    for norm in program.functions["main"].find_ops(op_type="batch_norm"):
        mean, variance, gamma, beta = (
            torch.tensor(value.val) for value in (norm.mean, norm.variance, norm.gamma, norm.beta)
        )
        found = torch.nn.functional.batch_norm(found, mean, variance, gamma, beta, eps=0)
    return shown(found)


def shown(found):
    return " ".join(f"{value:.1f}" for value in found[0, :, 0, 0].tolist())


ones = torch.ones(1, 4, 1, 1)
print("groups  torch   ", shown(pair(2)(ones)))
for groups in (1, 2, 4):
    print(f"{groups}       Core ML ", converted(pair(groups), groups))
rest = converted(pair(2), 2, ["common::fuse_conv_batchnorm"])
print("2       Core ML ", rest, "   without the pass")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null | grep -E '^(groups|[124] )')
echo "$found"
[ "$found" = "groups  torch    1.0 2.0 3.0 4.0
1       Core ML  1.0 2.0 3.0 4.0
2       Core ML  1.0 3.0 2.0 4.0
4       Core ML  1.0 2.0 3.0 4.0
2       Core ML  1.0 2.0 3.0 4.0    without the pass" ]
