"""Measures activation ranges: a checkpoint and training photographs become a `Quantization`.

The folded net runs in float on each photograph and the true least and greatest value of every
operation is kept, or what holds a percentile of its values.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile

from torch import fx

from skinseg_mobile.compress.quantize.calibration_set import (
    Calibration,
    CalibrationSet,
    read_calibration_set,
)
from skinseg_mobile.compress.quantize.channels import constant_channels, require_numbers
from skinseg_mobile.compress.quantize.extremes import extremes_of, percentile_ranges
from skinseg_mobile.compress.quantize.trace import trace
from skinseg_mobile.runtime_py.data.dataset import Dataset
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.adopted.net import AdoptedLayout
from skinseg_mobile.train.nets.adopted.rewrites import kind_of
from skinseg_mobile.train.quantization import (
    Quantization,
    activation_after,
    convolutions,
    weight_of,
)

DEFAULT = Calibration()


def calibrate(
    checkpoint: Checkpoint, data: Dataset, calibration: Calibration = DEFAULT
) -> Quantization:
    """Measure ranges on train photographs of `data`.

    Raises:
        InputError: there is no train photograph, an id is none, or the net gives no numbers.
    """
    size = checkpoint.record.spec.size
    return ranges_on(checkpoint, read_calibration_set(data, calibration, size))


def ranges_on(checkpoint: Checkpoint, chosen: CalibrationSet) -> Quantization:
    """Measure ranges on a decoded calibration set.

    Raises:
        InputError: the net gives NaN or infinity.
    """
    graph = trace(checkpoint)
    extremes = extremes_of(graph, chosen.images)
    require_numbers(graph, extremes)
    ranges = {name: (float(low.min()), float(high.max())) for name, (low, high) in extremes.items()}
    if chosen.percentile < 100:
        ranges = percentile_ranges(graph, chosen.images, ranges, chosen.percentile)
    return Quantization(
        weights_sha256=checkpoint.record.weights_sha256,
        ranges=ranges,
        float_nodes=float_nodes(graph, ranges, normalise=_normalises_freely(checkpoint)),
        calibration=chosen.record,
        constant_channels=constant_channels(graph, extremes),
    )


# Which operations of a net stay in float: the few that 8 bits hurt most, told from ranges alone.
#
# - What follows the last convolution: bilinear upsampling in int8 moves the outline.
# - Where no upsampling follows, the convolutions that give the logit too: 256 levels over its span
#   are visible steps of the probability, and nothing smooths them.
# - What leads to the first convolution, where it is more than a scale and a shift: statistics of
#   the image (paper B) and colour spaces (`fcdn`) have spans that 8 bits cannot hold. Of an adopted
#   net, the scale and the shift too.
# - Convolutions of which an activation keeps only a small part. Rounding a weight moves the result
#   in proportion to its whole span, and the error is felt in what the activation keeps. Folding
#   batch norm makes such spans in the first layers of EfficientNet-Lite: 27 and 43 times 0..6.
# - What normalises a map by its own mean and deviation (instance, group and layer norm): squares
#   and statistics have spans that 8 bits cannot hold.
# - A softmax over many, whose shares are small: TFLite and ONNX Runtime round it in steps of 1/256.


KEPT_AT_LEAST = 1 / 20
SHARES_AT_LEAST = 1 / 4
OF_STATISTICS = (
    "mean", "view", "reshape", "expand", "sub", "mul", "add", "pow", "square", "sqrt", "rsqrt",
)  # fmt: skip
Ranges = Mapping[str, tuple[float, float]]


def float_nodes(
    graph: fx.GraphModule, ranges: Ranges, *, normalise: bool = False
) -> tuple[str, ...]:
    """Return the names of the nodes to leave in float, in graph order.

    `normalise` leaves what leads to the first convolution there in any case.
    """
    nodes = [node for node in graph.graph.nodes if node.op == "call_function"]
    layers = convolutions(graph)
    chosen = {node.name for node in _tail(graph, nodes, layers)}
    for convolution in layers:
        activation = activation_after(convolution)
        if activation and _span(ranges, activation) < KEPT_AT_LEAST * _span(ranges, convolution):
            chosen |= {convolution.name, activation.name}
    for root in (node for node in nodes if kind_of(node.target) in ("sqrt", "rsqrt")):
        chosen |= {node.name for node in (*_statistics(root), *_normalised(root))}
    for node in nodes:
        if kind_of(node.target) == "softmax" and ranges[node.name][1] < SHARES_AT_LEAST:
            chosen.add(node.name)
    front = nodes[: nodes.index(layers[0])]
    if normalise or layers[0].name in chosen or not all(_is_scale_or_shift(node) for node in front):
        chosen |= {node.name for node in front}  # before a float convolution: rounded for nothing
    return tuple(node.name for node in nodes if node.name in chosen)


def _statistics(root: fx.Node) -> list[fx.Node]:
    """Return what leads from the means of a map to the root of its variance."""
    if root.op != "call_function" or kind_of(root.target) not in OF_STATISTICS:
        return []
    before = [node for given in root.all_input_nodes for node in _statistics(given)]
    return [*before, root] if before or kind_of(root.target) == "mean" else []


def _normalised(root: fx.Node) -> list[fx.Node]:
    """Return the division by a root, and the scale and shift that follow it."""
    found: list[fx.Node] = []
    reader = next(iter(root.users), None)
    while reader and kind_of(reader.target) in ("div", "mul", "add"):
        found.append(reader)
        reader = next(iter(reader.users), None) if len(reader.users) == 1 else None
    return found


def _normalises_freely(checkpoint: Checkpoint) -> bool:
    """Whether a net has any user's mean and deviation: two products rounded to 8 bits cost it most.

    Of a U-Net that reads ImageNet's, masks agree 0.979 with them and 0.996 without.
    """
    return isinstance(checkpoint.record.spec.layout, AdoptedLayout)


def _tail(
    graph: fx.GraphModule, nodes: Sequence[fx.Node], layers: Sequence[fx.Node]
) -> Sequence[fx.Node]:
    """Return what gives and follows the logits, or what follows them if that is upsampling.

    Scores of several classes come of one convolution, those of one also of several in a row.
    """
    after_last = nodes[nodes.index(layers[-1]) + 1 :]
    if any("upsample" in str(node.target) for node in after_last):
        return after_last
    logit = list(takewhile(lambda node: weight_of(graph, node).shape[0] == 1, reversed(layers)))
    return nodes[nodes.index(logit[-1] if logit else layers[-1]) :]


def _is_scale_or_shift(node: fx.Node) -> bool:
    return kind_of(node.target) in ("mul", "add")


def _span(ranges: Ranges, node: fx.Node) -> float:
    low, high = ranges[node.name]
    return high - low
