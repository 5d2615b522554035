"""Makes an 8-bit ONNX file give the same 8 bits on every processor.

Convolutions in 8 bits sum integers: exact in any order, where none is cut. Float kernels round
each sum, in an order of their own, and where such a result is then rounded to 8 bits, a last bit
decides a whole step, which the next operations carry on: two runtimes end with a quarter of their
values a step apart.

Convolutions left in float   inputs, weights and biases are rounded to binary grids so coarse that
                             every partial sum is a whole number of at most 24 bits, which float32
                             holds exactly. The grid of inputs has up to 1,000 steps, the 8 bits
                             that follow have 256. The rounding keeps them apart from the 8 bits
                             around them: ONNX Runtime (WeightBiasQuantization, since 1.21) would
                             give their weights 8 bits, too, one scale for all channels.
Upsampling                   By 2 or 4 it gives whole 64ths of a step, and a last bit decides those
                             that lie halfway. The result's scale is larger by one part in 10,433:
                             halves come to lie clearly below, and nothing comes near one.
                             Between two equal scales ONNX Runtime would interpolate bytes and cut
                             the fraction off. Neural processors take DequantizeLinear, Resize,
                             QuantizeLinear as one operation.
Convolutions in 8 bits       With int8 weights, x86 processors that have AVX2 but no VNNI add two
                             products in 16 bits, which cuts 2 · 255 · 127 to 32,767. The same
                             weights in uint8, around a zero point of 128, are summed in 32 bits.
                             A channel whose weights are almost zero has a scale so fine that its
                             bias alone nearly fills 32 bits, and sums go around. It gets a coarser.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.vendors import vendor

WHOLE = 2**24
"""Up to here float32 holds every whole number."""
STEPS = 2**10
"""Steps between zero and an input's largest magnitude."""
LEAST_STEPS = 127
"""Steps between zero and a channel's largest weight, as 8 bits have. Where sums are of so many that
there would be fewer, weights are not rounded."""
DEAF = 1000
"""A channel whose bias is so many times what its weights can add is taken as constant."""
TIES = 163 * 64 + 1
"""A result of n 64ths of a step moves towards zero by n / TIES of them. A half moves by at least
4.8e-5 of a step, and nothing comes closer to one: more than float32 rounds off in sums of four
products. Beyond 163 steps from zero, a 64th more than a half is rounded as a half is."""
MOST_BIAS = 2**30
"""Half of what 32 bits hold; the other half is for sums of products, up to 33,000 of 255 · 127."""
Range = Callable[[str], tuple[float, float]]


def make_exact(model: Any, range_of: Range) -> None:
    """Change what a QDQ model computes in float and rounds to 8 bits later, and int8 weights.

    `range_of` gives the range of a float tensor by its name. What goes beyond its range is still
    computed right, but not always to the same bit.
    """
    _exact_convolutions(model.graph, range_of)
    _exact_upsampling(model.graph)
    _room_for_sums(model.graph)
    _exact_products(model.graph)


def _exact_convolutions(graph: Any, range_of: Range) -> None:
    values = _Constants(graph)
    rounded_later = _lead_to_8_bits(graph.node)
    made_by = _made_by(graph.node)
    nodes: list[Any] = []
    for node in graph.node:
        if node.op_type == "Conv" and node.input[1] in values and node.output[0] in rounded_later:
            span = range_of(_in_float(node.input[0], made_by))
            nodes += _whole_input(node, values, *_grid(span))
        nodes.append(node)
    _replace(graph.node, nodes)
    values.drop_unused()


def _whole_input(node: Any, values: "_Constants", scale: float, steps: int) -> list[Any]:
    """Return operations that make a convolution's input whole, and give it weights for that."""
    image, *own = node.input
    arrays = _exact_weights([values[name] for name in own], scale, steps)
    parts = ("exact_scaled", "exact", "exact_factor")  # no name that the quantizer gives
    scaled, whole, factor = (f"{node.output[0]}_{part}" for part in parts)
    values[factor] = np.float32(scale)
    for index, array in enumerate(arrays, 1):
        node.input[index] = f"{whole}_{index}"
        values[node.input[index]] = array
    node.input[0] = whole
    make = vendor("onnx.helper", "export").make_node
    return [
        make("Mul", [image, factor], [scaled], f"{scaled}_node"),
        make("Round", [scaled], [whole], f"{whole}_node"),
    ]


def _exact_upsampling(graph: Any) -> None:
    """Give what follows an upsampling between two equal scales a slightly larger one."""
    values, made_by = _Constants(graph), _made_by(graph.node)
    for node in (node for node in graph.node if node.op_type == "Resize"):
        before = made_by.get(node.input[0])
        readers = [reader for reader in graph.node if node.output[0] in reader.input]
        if before is None or before.op_type != "DequantizeLinear" or len(readers) != 1:
            continue
        (after,) = readers
        if after.op_type != "QuantizeLinear" or after.input[1:] != before.input[1:]:
            continue  # left in float by name: its result has a scale of its own, or none
        larger = f"{node.output[0]}_exact_scale"
        values[larger] = np.float32(values[before.input[1]] * (1 + 1 / TIES))
        for reader in (after, *(r for r in graph.node if after.output[0] in r.input)):
            reader.input[1] = larger
    values.drop_unused()


def _room_for_sums(graph: Any) -> None:
    """Give channels whose bias would leave none a coarser scale, by a power of two."""
    values, made_by = _Constants(graph), _made_by(graph.node)
    for node in (n for n in graph.node if n.op_type in ("Conv", "ConvTranspose")):
        weight, bias = (made_by.get(name) for name in (*node.input[1:], "")[:2])
        if weight is None or bias is None or bias.input[0] not in values:
            continue
        most = np.abs(values[bias.input[0]].astype(np.float64))
        by = 2.0 ** np.ceil(np.log2(np.maximum(most / MOST_BIAS, 1)))
        if (by > 1).any():
            _coarsen(bias, 0, by, values)
            _coarsen(weight, _number(weight, "axis"), by, values)
    values.drop_unused()


def _coarsen(dequantize: Any, axis: int, by: NDArray[np.float64], values: "_Constants") -> None:
    """Divide an integer tensor's channels by `by`, and multiply their scales."""
    whole, scales = (values[name] for name in dequantize.input[:2])
    shape = [-1 if dimension == axis else 1 for dimension in range(whole.ndim)]
    for index, array in enumerate(
        (np.rint(whole / by.reshape(shape)).astype(whole.dtype), (scales * by).astype(scales.dtype))
    ):
        dequantize.input[index] += "_coarser"
        values[dequantize.input[index]] = array


def _number(node: Any, name: str) -> int:
    """Return an attribute of a node, 1 where it is not there, as `axis` and `group` are then."""
    return next((found.i for found in node.attribute if found.name == name), 1)


def _exact_products(graph: Any) -> None:
    """Store int8 weights as uint8, but for depthwise convolutions.

    Their kernels multiply in 16 bits and add in 32: int8 is exact there, and faster.
    """
    values = _Constants(graph)
    signed: set[str] = set()
    for node in graph.node:
        if node.op_type != "DequantizeLinear" or node.input[0] not in values:
            continue
        readers = [reader for reader in graph.node if node.output[0] in reader.input]
        weight = values[node.input[0]]
        if weight.dtype == np.int8 and not all(_is_depthwise(r, weight) for r in readers):
            signed.update((node.input[0], node.input[2]))
    for name in signed:
        values[name] = values[name].view(np.uint8) ^ np.uint8(128)  # 128 more, without overflow
    values.drop_unused()


def _is_depthwise(node: Any, weight: NDArray[Any]) -> bool:
    """Whether a convolution with a (channels out, channels in a group, …) weight is depthwise."""
    groups = _number(node, "group")
    return node.op_type == "Conv" and weight.shape[:2] == (groups, 1) and groups > 1


def _replace(items: Any, new: list[Any]) -> None:
    del items[:]
    items.extend(new)


def _made_by(nodes: Iterable[Any]) -> dict[str, Any]:
    return {name: node for node in nodes for name in node.output}


def _in_float(tensor: str, made_by: dict[str, Any]) -> str:
    """Name the float tensor that 8 bits stand for."""
    while tensor in made_by and made_by[tensor].op_type in ("QuantizeLinear", "DequantizeLinear"):
        tensor = made_by[tensor].input[0]
    return tensor


def _grid(span: tuple[float, float]) -> tuple[float, int]:
    """Return a power of two that brings a range to whole numbers, and the largest of them."""
    bound = max(*(abs(end) for end in span), float(np.finfo(np.float32).eps))
    scale = 2.0 ** np.floor(np.log2(STEPS / bound))
    return scale, int(np.ceil(bound * scale))


def _exact_weights(
    arrays: list[NDArray[np.float32]], scale: float, steps: int
) -> list[NDArray[np.float32]]:
    """Round each output channel's weights, and bias, to its own binary grid, for scaled inputs.

    Where a grid would be too coarse, they are only scaled.
    """
    weight, *bias = (array.astype(np.float64) for array in arrays)
    rows = weight.reshape(len(weight), -1) / scale
    added = bias[0] if bias else np.zeros(len(rows))
    reach = np.abs(rows).sum(1) * steps
    largest = reach + np.abs(added)
    rounding = (rows.shape[1] * steps + 1) / 2  # that all weights and the bias round up by half
    with np.errstate(divide="ignore"):  # channels of zeros
        finest = np.log2(WHOLE - rounding) - np.log2(largest)
    fine = 2.0 ** np.floor(np.minimum(finest, 64))
    heard = reach > np.abs(added) / DEAF  # what the others multiply, the next 8 bits do not show
    if (np.abs(rows).max(1) * fine)[heard].min(initial=LEAST_STEPS) < LEAST_STEPS:
        return [array.astype(np.float32) for array in (weight / scale, *bias)]
    weight = np.rint(rows * fine[:, None]) / fine[:, None]
    exact = [weight.reshape(arrays[0].shape), np.rint(added * fine) / fine]
    return [array.astype(np.float32) for array in exact[: len(arrays)]]


def _lead_to_8_bits(nodes: Iterable[Any]) -> set[str]:
    """Name the float tensors of which something is rounded to 8 bits further on."""
    found: set[str] = set()
    for node in reversed(list(nodes)):
        if node.op_type == "QuantizeLinear":
            found.add(node.input[0])
        elif node.op_type != "DequantizeLinear" and found.intersection(node.output):
            found.update(node.input)
    return found


class _Constants:
    """A graph's initializers by name."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.tensors = {tensor.name: tensor for tensor in graph.initializer}
        self.numpy = vendor("onnx.numpy_helper", "export")

    def __contains__(self, name: str) -> bool:
        return name in self.tensors

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.numpy.to_array(self.tensors[name])

    def __setitem__(self, name: str, value: NDArray[Any] | np.generic) -> None:
        self.tensors[name] = self.numpy.from_array(np.asarray(value), name)

    def drop_unused(self) -> None:
        """Write those back that some node still reads."""
        used = {name for node in self.graph.node for name in node.input}
        _replace(self.graph.initializer, [t for name, t in self.tensors.items() if name in used])
