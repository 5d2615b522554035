"""Small graphs that computed wrong somewhere, rebuilt from public reports; see `bad_graphs`."""

# pyright: reportUnknownLambdaType=false
# a graph's function takes the input and as many parts as it has

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor, nn

from benchmarks import bad_graphs_nets as nets
from benchmarks.bad_graphs_nets import Call, filled, random


class Numbers(StrEnum):
    """How a graph's files store and compute numbers."""

    FP32 = "fp32"
    FP16 = "fp16"
    """In half precision where the format has that: Core ML, Core AI, ExecuTorch."""
    INT8 = "int8"
    W8 = "w8"
    """Weights of 8 bits, results in float."""


LIMITS = {Numbers.FP32: 0.005, Numbers.FP16: 0.02, Numbers.INT8: 0.04, Numbers.W8: 0.02}
"""Largest difference that is right, of the result's largest value. The NPU computes float files in
half precision."""


@dataclass(frozen=True)
class BadGraph:
    """One graph: a net from a float32 tensor of `shape` to another of four dimensions."""

    name: str
    source: str
    """`owner/repository#number` of a public report; empty for ours."""
    reported: str
    """What went wrong, and where."""
    net: Callable[[], nn.Module]
    shape: tuple[int, int, int, int]
    numbers: Numbers = Numbers.FP32
    span: tuple[float, float] = (-1, 1)
    """Of the input's values, which are uniform."""
    limit: float = 0.0
    """Instead of that of its numbers."""
    counts: bool = False
    """The result is a class, and its difference the share of values that are others."""

    @property
    def given(self) -> Tensor:
        """The input; from a seed."""
        chosen = torch.Generator().manual_seed(7)
        low, high = self.span
        return torch.rand(self.shape, generator=chosen) * (high - low) + low

    @property
    def most(self) -> float:
        """The largest difference that is right."""
        return self.limit or LIMITS[self.numbers]


GRAPHS = (
    BadGraph(
        "linear, then hard swish",
        "onnxruntime/onnxruntime-qnn#392",
        "hard swish becomes hard sigmoid on the NPU",
        nets.linear_hard_swish,
        (1, 8, 4, 4),
    ),
    BadGraph(
        "argmax in the graph",
        "apple/coreai-torch#116",
        "half of all pixels get another class on an iPhone 17 Pro",
        nets.argmax,
        (1, 8, 16, 16),
        Numbers.FP16,
        limit=0.02,
        counts=True,
    ),
    BadGraph(
        "threshold in the graph",
        "",
        "half precision cannot tell 0.4999 from 0.5",
        lambda: Call(lambda x: (torch.sigmoid(x) >= 0.5).float()),
        (1, 1, 16, 16),
        Numbers.FP16,
        (-4e-4, 4e-4),
        limit=0.02,
        counts=True,
    ),
    BadGraph(
        "sum above 65,504",
        "Tencent/ncnn#5799",
        "infinity in half precision",
        nets.overflow,
        (1, 64, 6, 6),
        Numbers.FP16,
        (100, 255),
    ),
    BadGraph(
        "sum of 8,192 products",
        "Tencent/ncnn#3607",
        "a sum that is kept in half precision stops growing",
        lambda: Call(
            lambda x, net: net(x.mean((2, 3))).reshape(1, 4, 1, 1), filled(nn.Linear(8192, 4), 0.5)
        ),
        (1, 8192, 1, 1),
        Numbers.FP16,
        (0, 1),
    ),
    BadGraph(
        "mean of 256×256 values",
        "Tencent/ncnn#2698",
        "the sum is infinite in half precision",
        lambda: Call(lambda x: x.mean((2, 3), keepdim=True)),
        (1, 4, 256, 256),
        Numbers.FP16,
        (1, 3),
    ),
    BadGraph(
        "log-sum-exp of 12",
        "apple/coremltools#2690",
        "0 on the Neural Engine: exponentials overflow",
        lambda: Call(lambda x: torch.logsumexp(x, 1, keepdim=True)),
        (1, 32, 4, 4),
        Numbers.FP16,
        (6, 12),
    ),
    BadGraph(
        "softmax of a masked row",
        "huggingface/transformers#17433",
        "-1e9 is infinite in half precision, and the row NaN",
        nets.padded_row,
        (1, 4, 8, 8),
        Numbers.FP16,
    ),
    BadGraph(
        "attention of three dimensions",
        "google-ai-edge/LiteRT#8619",
        "wrong on the GPUs of two vendors",
        nets.attention,
        (1, 32, 6, 6),
    ),
    BadGraph(
        "layer norm of a large variance",
        "microsoft/onnxruntime#17692",
        "the variance overflows in half precision",
        nets.layer_norm,
        (1, 32, 4, 4),
        Numbers.FP16,
        (-900, 900),
    ),
    BadGraph(
        "instance norm of a large variance",
        "ml-explore/mlx#4228",
        "the same: a channel becomes 0",
        lambda: nn.InstanceNorm2d(4, affine=True),
        (1, 4, 8, 8),
        Numbers.FP16,
        (-900, 900),
    ),
    BadGraph(
        "RMS norm with a peak",
        "apple/coremltools#2821",
        "the converter's ε grows with the peak",
        nets.rms_norm,
        (1, 2048, 1, 1),
    ),
    BadGraph(
        "average pooling, padding left out",
        "Tencent/ncnn#924",
        "padding is counted",
        lambda: nn.AvgPool2d(3, 1, 1, count_include_pad=False),
        (1, 4, 8, 8),
        span=(0, 1),
    ),
    BadGraph(
        "average pooling, padding counted",
        "",
        "the GPU leaves the padding out",
        lambda: nn.AvgPool2d(3, 1, 1),
        (1, 4, 8, 8),
        span=(0, 1),
    ),
    BadGraph(
        "average pooling, sizes rounded up",
        "apple/coremltools#2772",
        "the converter counts what lies outside",
        lambda: nn.AvgPool2d(2, 2, ceil_mode=True),
        (1, 4, 7, 7),
        span=(0, 1),
    ),
    BadGraph(
        "resize with aligned corners",
        "google-ai-edge/litert-torch#158",
        "the file does not load",
        nets.resized(size=(13, 13), align_corners=True),
        (1, 4, 5, 5),
    ),
    BadGraph(
        "resize by a factor of 0.8",
        "onnxruntime/onnxruntime-qnn#53",
        "the NPU divides sizes instead of taking the factor",
        nets.resized(scale_factor=0.8, align_corners=False, recompute_scale_factor=False),
        (1, 4, 6, 6),
    ),
    BadGraph(
        "transposed convolution of two groups",
        "google/XNNPACK#1951",
        "XNNPACK lays the weights out otherwise",
        lambda: filled(nn.ConvTranspose2d(8, 8, 2, stride=2, groups=2), random(8, 4, 2, 2)),
        (1, 8, 5, 5),
    ),
    BadGraph(
        "PReLU with a slope a channel",
        "openvinotoolkit/openvino#33371",
        "slopes go to the wrong axis",
        nets.prelu,
        (1, 8, 8, 8),
    ),
    BadGraph(
        "depthwise weights of one scale",
        "tensorflow/tensorflow#57745",
        "small channels become 0: accuracy 69 % to 10 %",
        nets.one_scale,
        (1, 8, 8, 8),
        Numbers.INT8,
    ),
    BadGraph(
        "depthwise 7×7",
        "tensorflow/tensorflow#62600",
        "wrong by half the range on a Hexagon",
        nets.large_kernel,
        (1, 16, 10, 10),
        Numbers.INT8,
    ),
    BadGraph(
        "concatenation of unequal scales",
        "tensorflow/tensorflow#37544",
        "bytes are copied without their scale",
        nets.unequal_scales,
        (1, 8, 6, 6),
        Numbers.INT8,
    ),
    BadGraph(
        "resize between equal scales",
        "microsoft/onnxruntime#22089",
        "bytes are interpolated, the fraction is cut off",
        nets.equal_scales,
        (1, 4, 8, 8),
        Numbers.INT8,
        limit=0.0085,
    ),
    BadGraph(
        "squeeze and excite",
        "tensorflow/models#11274",
        "accuracy 76 % to 60 %",
        nets.squeeze_and_excite,
        (1, 8, 8, 8),
        Numbers.INT8,
    ),
    BadGraph(
        "weights unpacked a channel",
        "tensorflow/flutter-tflite#250",
        "old runtimes take one scale for all",
        nets.unpacked_weights,
        (1, 8, 8, 8),
        Numbers.W8,
    ),
)
