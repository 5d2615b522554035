"""What a target is known to compute otherwise than torch, or to refuse, before converting.

Each row was measured with the pinned converters (`tests/export/test_operations.py` repeats it).
Exact ways round are taken by `train.nets.adopted.rewrites`, so what is left here has none.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import fx

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.adopted.rewrites import kind_of


@dataclass(frozen=True)
class Known:
    """An operation that a target is wrong about or lacks."""

    kind: str
    targets: tuple[str, ...]
    words: str
    """The operation, for people."""
    advice: str
    holds: Callable[[fx.Node], bool] = lambda node: True
    """Whether this node of the kind is one."""


def _has_factors(node: fx.Node) -> bool:
    return node.args[1] is None


def _is_no_whole_enlargement(node: fx.Node) -> bool:
    given, found = _size(node.args[0]), _size(node)
    return any(after % before for before, after in zip(given, found, strict=True))


def _size(node: Any) -> tuple[int, ...]:
    return tuple(int(side) for side in node.meta["val"].shape[2:])


def _is_dilated(at: int) -> Callable[[fx.Node], bool]:
    def holds(node: fx.Node) -> bool:
        dilation: Any = node.args[at] if len(node.args) > at else (1,)
        return any(step != 1 for step in dilation)

    return holds


def _has(at: int, name: str) -> Callable[[fx.Node], bool]:
    def holds(node: fx.Node) -> bool:
        return bool(node.args[at] if len(node.args) > at else node.kwargs.get(name))

    return holds


def _bends_elsewhere(node: fx.Node) -> bool:
    return any(given != usual for given, usual in zip(node.args[1:], (1, 20), strict=False))


def _leaves_padding_out(node: fx.Node) -> bool:
    padding: Any = node.args[3] if len(node.args) > 3 else (0,)
    counts = node.args[5] if len(node.args) > 5 else node.kwargs.get("count_include_pad", True)
    return any(padding) and not counts


NEVER_NEGATIVE = ("relu", "relu6", "sigmoid", "softmax")


def _adds_zeros_before_a_maximum(node: fx.Node) -> bool:
    """Whether zeros would become the pooling's own padding, which is never the largest."""
    given: Any = node.args
    mode = given[2] if len(given) > 2 else "constant"
    value = given[3] if len(given) > 3 else None
    if mode != "constant" or value or _kind(given[0]) in NEVER_NEGATIVE:
        return False
    return any(_kind(user).startswith("max_pool2d") for user in node.users)


def _kind(node: Any) -> str:
    return kind_of(node.target) if node.op == "call_function" else ""


def _negates_for_others(node: fx.Node) -> bool:
    """Whether a constant that others read, too, is taken off a convolution."""
    taken: Any = node.args[1]
    if not isinstance(taken, fx.Node) or not _kind(node.args[0]).startswith("conv"):
        return False
    shape = taken.meta["val"].shape if taken.op != "call_function" else (None,)
    return len(taken.users) > 1 and all(isinstance(side, int) for side in shape)


def _is_constant_over_maps(node: fx.Node) -> bool:
    over: Any = node.args[1]
    return _is_constant(node.args[0]) and isinstance(over, fx.Node) and _is_a_map(over)


def _is_added_to_a_product_from_the_left(node: fx.Node) -> bool:
    """Whether a constant is added to constant weights times maps: `w @ x + k`."""
    product: Any = node.args[0]
    if not isinstance(product, fx.Node) or _kind(product) != "matmul":
        return False
    return _is_constant(product.args[0]) and _is_constant(node.args[1])


def _is_constant(node: Any) -> bool:
    """Whether a node is a parameter, reshaped perhaps."""
    if not isinstance(node, fx.Node):
        return False
    if _kind(node) in ("view", "reshape"):
        return _is_constant(node.args[0])
    return node.op == "get_attr"


def _is_a_map(node: fx.Node) -> bool:
    shape = node.meta["val"].shape
    return len(shape) == 4 and shape[1] > 1 and tuple(shape[2:]) != (1, 1)


ACTIVATIONS = {"relu": (0, math.inf), "relu6": (0, 6), "hardtanh": (-1, 1)}
"""The range that each leaves where its arguments give no other."""


def _range(node: Any) -> tuple[float, float] | None:
    if not (usual := ACTIVATIONS.get(_kind(node))):
        return None
    low, high = (*node.args[1:], *usual[len(node.args) - 1 :])
    return low, high


def _loses_a_limit(node: fx.Node) -> bool:
    """Whether an activation follows another one that has a narrower range."""
    before, after = _range(node.args[0]), _range(node)
    if before is None or after is None:
        return False
    return after[0] < before[0] or after[1] > before[1]


def _is_next_to_nothing(node: fx.Node) -> bool:
    number = node.args[1]
    return isinstance(number, float) and 0 < abs(number) <= NOTHING


def _is_not_of_channels(node: fx.Node) -> bool:
    """Whether a softmax over rows or columns has a convolution's maps."""
    given: Any = node.args[0]
    turned = given.args[0] if _kind(given) == "permute" else given
    return _kind(turned).startswith("conv") and (turned is not given or node.args[1] not in (1, -3))


NOTHING = 1e-8
"""onnxscript's optimizer takes an addend up to this for 0: findings/torch-onnx-export-drops-…"""
SIZE = "give size= in place of scale_factor=, or a factor that makes whole sizes"
KNOWN = (
    Known("upsample_bilinear2d", ("tflite", "coreml", "executorch"),
          "bilinear resizing by a factor that makes no whole size", SIZE, _has_factors),
    Known("upsample_nearest2d", ("tflite", "coreml", "coreai"),
          "nearest resizing by a factor that makes no whole size", SIZE, _is_no_whole_enlargement),
    Known("_upsample_nearest_exact2d", ("tflite", "coreml"),
          "nearest-exact resizing by a factor that makes no whole size", SIZE,
          _is_no_whole_enlargement),
    Known("_upsample_bilinear2d_aa", ("tflite", "coreml"),
          "bilinear resizing with antialias", "use avg_pool2d, or antialias=False"),
    Known("upsample_bicubic2d", ("coreml",), "bicubic resizing", "use mode='bilinear'"),
    Known("conv_transpose2d", ("tflite", ), "a transposed convolution with dilation",
          "use dilation 1", _is_dilated(7)),
    Known("max_pool2d", ("coreml",), "max pooling with dilation", "use dilation 1",
          _is_dilated(4)),
    Known("grid_sampler", ("coreml",), "grid_sample", "resize instead"),
    Known("grid_sampler_2d", ("coreml",), "grid_sample", "resize instead"),
    Known("avg_pool2d", ("coreai",), "average pooling that leaves the padding out",
          "use count_include_pad=True", _leaves_padding_out),
    Known("avg_pool2d", ("coreai",), "average pooling that rounds its size up",
          "use ceil_mode=False, and pad before", _has(4, "ceil_mode")),
    Known("avg_pool2d", ("onnx", "coreml"), "average pooling with a divisor of its own",
          "use divisor_override=None, and multiply after", _has(6, "divisor_override")),
    Known("max_unpool2d", ("tflite", "coreml", "coreai"), "max unpooling",
          "use bilinear resizing or a transposed convolution"),
    Known("softplus", ("coreml",), "softplus with a beta or a threshold of its own",
          "use beta=1 and threshold=20", _bends_elsewhere),
    Known("fmod", ("coreml",), "fmod", "use torch.remainder"),
    Known("sub", ("coreml",), "a constant that is taken off a convolution and used elsewhere, too",
          "add its negative", _negates_for_others),
    Known("reciprocal", ("tflite",), "a number over maps (1 / x)", "write x ** -1", _is_a_map),
    Known("div", ("tflite",), "a constant over maps (k / x)", "write k * x ** -1",
          _is_constant_over_maps),
    Known("add", ("coreml",), "a constant that is added to weights times maps (w @ x + k)",
          "use a 1×1 convolution or nn.Linear", _is_added_to_a_product_from_the_left),
    Known("add", ("onnx",), f"a number of at most {NOTHING} that is added",
          "add a larger one, such as 1e-7", _is_next_to_nothing),
    Known("sub", ("onnx",), f"a number of at most {NOTHING} that is taken off",
          "take off a larger one, such as 1e-7", _is_next_to_nothing),
    *(Known(kind, ("executorch",), "an activation after another that has a narrower range",
            "leave the second one out", _loses_a_limit) for kind in ACTIVATIONS),
    Known("softmax", ("executorch",), "softmax of a convolution's maps over rows or columns",
          "give the logits (`--output softmax`)", _is_not_of_channels),
    Known("pad", ("onnx",), "padding with zeros before max pooling",
          "use the pooling's own padding, or put a ReLU before", _adds_zeros_before_a_maximum),
)  # fmt: skip


@dataclass(frozen=True)
class Unfit:
    """An operation of a net that a target cannot have, by its name in the trace."""

    target: str
    node: str
    words: str
    advice: str

    def __str__(self) -> str:
        return f"{self.target} is wrong about or lacks {self.words} ({self.node})"


def unfit(nodes: Iterable[fx.Node], targets: Iterable[str]) -> Iterator[Unfit]:
    """Yield what the targets cannot have of a traced net's operations."""
    targets = [*targets]
    for node in nodes:
        if node.op != "call_function":
            continue
        for known in KNOWN:
            if kind_of(node.target) == known.kind and known.holds(node):
                for target in known.targets:
                    if target in targets:
                        yield Unfit(target, str(node.name), known.words, known.advice)


def require_fit(nodes: Iterable[fx.Node], targets: Iterable[str]) -> None:
    """Check a traced net before converting it.

    Raises:
        InputError: a target cannot have one of its operations.
    """
    found = next(unfit(nodes, targets), None)
    if found:
        advice = f"{found.advice[0].upper()}{found.advice[1:]}"
        raise InputError(f"{found}. {advice}, or export other targets.")
