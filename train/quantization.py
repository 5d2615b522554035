"""`Quantization`: activation ranges of a checkpoint, which every exporter obeys.

The simulation in training and every exporter ask here which weights and results are rounded, so
that all of them round the same. Ranges are keyed by the node names of the folded net's
`torch.export` graph (`graph_of`), which depend on our own code alone: no exporter's naming can
invalidate a stored calibration.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, fx, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import read_json, to_json, write_file
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.train.nets.adopted.rewrites import kind_of
from skinseg_mobile.train.nets.family import InputSize, height_and_width
from skinseg_mobile.train.nets.fold import PROBABILITY, ExportForm

QUANTIZATION = "quantization.json"
FORMAT = 1
ACTIVATIONS = ("hardtanh", "relu", "relu6")
MOVES_LEVELS = ("upsample_bilinear2d", "upsample_nearest2d", "max_pool2d", "slice")
CONVOLUTIONS = ("conv2d", "conv_transpose2d")


@dataclass(frozen=True)
class Quantization:
    """What `quantization.json` says."""

    weights_sha256: str
    """The weights the ranges were measured with."""
    ranges: Mapping[str, tuple[float, float]]
    """Least and greatest value of each node's result over the calibration set."""
    float_nodes: tuple[str, ...]
    """Operations left in float, by node."""
    calibration: dict[str, Any] = field(default_factory=dict[str, Any])
    """Data hash, percentile and ids of the calibration set, all of them training images."""
    constant_channels: Mapping[str, tuple[int, ...]] = field(
        default_factory=dict[str, tuple[int, ...]]
    )
    """Channels that never changed over the calibration set, by layer."""
    format: int = FORMAT

    def __post_init__(self) -> None:
        for node, (low, high) in self.ranges.items():
            if low > high:
                raise ValueError(f"the range of {node} falls from {low} to {high}")


def write_quantization(quantization: Quantization, folder: Path) -> None:
    """Write `quantization.json` into a checkpoint's folder."""
    write_file(folder / QUANTIZATION, to_json(asdict(quantization)))


def read_quantization(folder: Path, weights_sha256: str) -> Quantization | None:
    """Return a checkpoint's ranges, or None where it has none.

    Raises:
        InputError: damaged, or measured with other weights.
    """
    if not (folder / QUANTIZATION).exists():
        return None
    data = read_json(folder / QUANTIZATION)
    try:
        found = rebuild(Quantization, data)
    except ValueError as error:
        raise InputError(
            f"{folder / QUANTIZATION} is damaged: {error}. Calibrate again."
        ) from error
    if found.format != FORMAT or found.weights_sha256 != weights_sha256:
        raise InputError(
            f"{folder / QUANTIZATION} belongs to other weights than those beside it. Calibrate"
            " again."
        )
    return found


def scale_and_zero(span: tuple[float, float]) -> tuple[float, int]:
    """Return the step and the level of zero of 256 levels over `span`, widened to hold zero."""
    low, high = min(span[0], 0.0), max(span[1], 0.0)
    scale = max(high - low, 1e-8) / 255
    return scale, round(-low / scale)


def graph_of(form: ExportForm, size: InputSize) -> fx.GraphModule:
    """Return the traced graph of an export form for (N, 3, H, W) images of `size`."""
    image = torch.zeros(2, 3, *height_and_width(size))
    batch = {0: torch.export.Dim("batch", min=1)}
    return torch.export.export(form, (image,), dynamic_shapes=(batch,)).module(check_guards=False)  # type: ignore[return-value]


class EveryMap(ExportForm):
    """An export form whose further results are the maps of all its operations, by node."""

    def __init__(self, graph: fx.GraphModule, unit: float) -> None:
        nn.Module.__init__(self)
        self.traced = fx.GraphModule(graph, graph.graph)  # anew: export's checks cannot be traced
        self.unit = unit
        given = graph.graph.output_node().all_input_nodes
        maps = [node for node in graph.graph.nodes if _is_map(node) and node not in given]
        self.outputs = (PROBABILITY, *(str(node.name) for node in maps))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return the tensors that `outputs` names."""
        run = _Keeping(self.traced, self.outputs)
        (probability, *_) = run.run(image)
        return (probability, *(run.kept[name] for name in self.outputs[1:]))


class _Keeping(fx.Interpreter):
    def __init__(self, graph: fx.GraphModule, names: tuple[str, ...]) -> None:
        super().__init__(graph)
        self.names = names
        self.kept: dict[str, Tensor] = {}

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if n.name in self.names:
            self.kept[n.name] = value
        return value


def _is_map(node: fx.Node) -> bool:
    value = node.meta.get("val") if node.op == "call_function" else None
    return isinstance(value, Tensor) and value.ndim == 4 and value.dtype == torch.float32


def every_map(form: ExportForm, size: InputSize) -> EveryMap:
    """Return a form that gives every map that `form` makes of an image of `size`."""
    return EveryMap(graph_of(form, size), form.unit)


def convolutions(graph: fx.GraphModule) -> list[fx.Node]:
    """Return the convolutions of a traced net in order."""
    return [node for node in graph.graph.nodes if is_convolution(node)]


def is_convolution(node: fx.Node) -> bool:
    """Return whether a node is a convolution, transposed ones included."""
    return node.op == "call_function" and kind_of(node.target) in CONVOLUTIONS


def weight_of(graph: fx.GraphModule, convolution: fx.Node) -> Tensor:
    """Return a convolution's weight itself, not a copy."""
    return attrgetter(_target(convolution, 1))(graph)


def bias_of(graph: fx.GraphModule, convolution: fx.Node) -> Tensor | None:
    """Return a convolution's bias itself, or None where it has none."""
    if len(convolution.args) < 3 or convolution.args[2] is None:
        return None
    return attrgetter(_target(convolution, 2))(graph)


def has_own_weight(graph: fx.GraphModule, convolution: fx.Node) -> bool:
    """Return whether a convolution's weight and bias may change: learnt, and no other node's.

    Buffers, such as the kernel of a blur, may not: a checkpoint may not hold them.
    """
    learnt = [weight_of(graph, convolution), bias_of(graph, convolution)]
    alone = len(cast(fx.Node, convolution.args[1]).users) == 1
    return alone and all(part is None or isinstance(part, nn.Parameter) for part in learnt)


def layer_of(convolution: fx.Node) -> str:
    """Return the name that the net itself gives to a convolution."""
    return _target(convolution, 1).removeprefix("net.").removesuffix(".weight")


def activation_after(node: fx.Node) -> fx.Node | None:
    """Return the activation that converters fuse into `node`, if nothing else reads it."""
    user = next(iter(node.users), None) if len(node.users) == 1 else None
    return user if user and is_activation(user) else None


def is_activation(node: fx.Node) -> bool:
    """Return whether a node clips its input and nothing else."""
    return node.op == "call_function" and kind_of(node.target) in ACTIVATIONS


def has_range(value: Any) -> bool:
    """Return whether a result has a range: maps and numbers, no indices, comparisons or parts."""
    return isinstance(value, Tensor) and value.is_floating_point()


def has_rounded_weight(node: fx.Node, quantization: Quantization) -> bool:
    """Return whether a node is a convolution whose weight an int8 file keeps in 8 bits."""
    return is_convolution(node) and _is_rounded(node, quantization)


def has_rounded_result(node: fx.Node, quantization: Quantization) -> bool:
    """Return whether an int8 file keeps a node's result in 8 bits.

    What a fused activation reads never exists; what a float operation gives is rounded where a
    rounded one reads it.
    """
    if "val" in node.meta and not has_range(node.meta["val"]):
        return False
    if node.name not in quantization.ranges or activation_after(node):
        return False
    return any(_is_rounded(reader, quantization) for reader in (node, *node.users))


def rounded_range(node: fx.Node, quantization: Quantization) -> tuple[float, float]:
    """Return the range of a rounded result; what only moves levels gives those that it read."""
    if node.op == "call_function" and kind_of(node.target) in MOVES_LEVELS:
        (read,) = node.all_input_nodes
        if has_rounded_result(read, quantization):
            return rounded_range(read, quantization)
    return quantization.ranges[node.name]


def _is_rounded(node: fx.Node, quantization: Quantization) -> bool:
    return node.op == "call_function" and node.name not in quantization.float_nodes


def _target(convolution: fx.Node, argument: int) -> str:
    return str(cast(fx.Node, convolution.args[argument]).target)
