"""A user's net as a graph: batch norm folded, in operations that all converters agree on.

House nets are folded by the names of their modules; of a user's net only what it computes is
known. So it is traced, batch norm behind a convolution goes into that convolution's weights, and
any other becomes a factor and a shift. Weights keep the names that the net gives them, so that
what was tuned in this form goes back into the net.
"""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter, getitem
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import torch
from torch import Tensor, fx, nn
from torch.fx.graph import CodeGen

from skinseg_mobile.runtime_py.errors import InputError, no_memory
from skinseg_mobile.runtime_py.vendors import vendor_noise_to
from skinseg_mobile.train.nets.adopted.factory import words_of
from skinseg_mobile.train.nets.adopted.rewrites import kind_of, rewritten
from skinseg_mobile.train.nets.adopted.simplify import simplify
from skinseg_mobile.train.nets.fold import make_identity
from skinseg_mobile.train.nets.head import Size

BATCH_NORM = "aten._native_batch_norm_legit_no_training.default"
TRANSPOSED = "conv_transpose2d"
CONVOLUTIONS = ("conv2d", TRANSPOSED)
WHOLE_BATCH = "aten._native_batch_norm_legit.no_stats"


@dataclass(frozen=True)
class FoldedNorm:
    """A batch norm that went into a convolution, by the names of the modules."""

    convolution: str
    norm: str


class GraphForm(nn.Module):
    """A traced net: image (N, 3, H, W) in [0, 255] -> its stages, the last of them the logits."""

    def __init__(
        self, graph: fx.GraphModule, stages: Sequence[str], folded: Sequence[FoldedNorm]
    ) -> None:
        super().__init__()
        self.names = tuple(stages)
        self.folded = tuple(folded)
        self.unsaved = {"graph": graph.graph}  # in a dict: no state, and copied with the net
        for node in graph.graph.nodes:
            if node.op == "get_attr":
                _put(self, node.target, attrgetter(node.target)(graph))

    def stages(self, image: Tensor) -> dict[str, Tensor]:
        """Return every stage by name."""
        found = _Rewriting(self, graph=self.unsaved["graph"]).run(image)
        return dict(zip(self.names, found, strict=True))

    def forward(self, image: Tensor) -> Tensor:
        """Return the logits at the net's own output size."""
        return self.stages(image)[self.names[-1]]


class _Rewriting(fx.Interpreter):
    """Runs a graph, and in place of some operations others that compute the same."""

    def call_function(self, target: Any, args: Any, kwargs: Any) -> Any:
        """See `rewrites`."""
        return rewritten(target, args, kwargs)


def traced(net: Any, size: Size) -> GraphForm:
    """Trace the `stages` of a net for (N, 3, *size) images of any number, and fold it.

    Raises:
        InputError: its code depends on values, or on how many images there are.
    """
    names: list[str] = []
    form = _Stages(copy.deepcopy(net).eval(), names)
    program = _exported(form, torch.zeros(2, 3, *size))
    graph = _with_own_names(program.module(check_guards=False))
    _require_own_statistics(graph)
    _require_stored_weights(graph)
    folded = list(_fold(graph))
    _affine(graph)
    simplify(graph)
    return GraphForm(graph, names, folded).eval()


class _Stages(nn.Module):
    """A net whose forward gives its stages, and writes their names into a list."""

    def __init__(self, net: Any, names: list[str]) -> None:
        super().__init__()
        self.of = net
        self.write_names = partial(names.__setitem__, slice(None))  # export restores attributes

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return them in order."""
        found: dict[str, Tensor] = self.of.stages(image)
        self.write_names(found)
        return tuple(found.values())


def _exported(form: nn.Module, image: Tensor) -> Any:
    """Return a functional program for any batch; results in place are gone from it."""
    batch = ({0: torch.export.Dim("batch", min=1)},)
    try:
        # torch prints whole graphs of what it does not trace, and warns of its own pytree
        with torch.no_grad(), TemporaryDirectory() as place, vendor_noise_to(Path(place, "noise")):
            return torch.export.export(form, (image,), dynamic_shapes=batch).run_decompositions({})
    except InputError:
        raise
    except Exception as error:
        raise no_memory(error) or InputError(
            f"The net cannot be traced ({words_of(error)}). Its code must not depend on values, or"
            " on how many images there are."
        ) from error


def _with_own_names(graph: fx.GraphModule) -> fx.GraphModule:
    """Return a graph whose weights have the names that the net itself gives them."""
    root = nn.Module()
    for node in graph.graph.nodes:
        if node.op == "get_attr":
            name = node.target.removeprefix("of.")
            _put(root, name, attrgetter(node.target)(graph))
            node.target = name
    graph.graph.set_codegen(CodeGen())
    return fx.GraphModule(root, graph.graph)


def _require_stored_weights(graph: fx.GraphModule) -> None:
    found = [node for node in graph.graph.nodes if kind_of(node.target) in CONVOLUTIONS]
    if not found:
        raise InputError(
            "The net has no convolution, which quantization and the converters start from. Adopt a"
            " net with one."
        )
    if not all(_is_weight(node, 1) for node in found):
        raise InputError(
            "The net computes the weights of a convolution as it runs, as weight norm and spectral"
            " norm do. Make them fixed with remove_parametrizations or remove_weight_norm, or store"
            " what it computes in a plain convolution."
        )


def _require_own_statistics(graph: fx.GraphModule) -> None:
    if any(str(node.target) == WHOLE_BATCH for node in graph.graph.nodes):
        raise InputError(
            "The net has a batch norm without running statistics, whose result depends on the other"
            " images of a batch. Train it with track_running_stats=True."
        )


def _fold(graph: fx.GraphModule) -> Iterator[FoldedNorm]:
    """Put each batch norm behind a convolution that nothing else reads into its weights.

    Nothing else may read these weights, nor the norm's: `unfolded` writes them back by their names.
    """
    uses = Counter(
        str(read.target)
        for node in graph.graph.nodes
        for read in node.all_input_nodes
        if read.op == "get_attr"
    )
    for node in list(graph.graph.nodes):
        if str(node.target) != BATCH_NORM:
            continue
        before, mean = cast(fx.Node, node.args[0]), cast(fx.Node, node.args[3])
        if _takes(graph, before, uses) and uses[str(mean.target)] == 1:
            yield _fold_into(graph, before, node)


def _takes(graph: fx.GraphModule, node: fx.Node, uses: Mapping[str, int]) -> bool:
    """Return whether a batch norm can go into a node: a convolution with a name for its bias."""
    if kind_of(node.target) not in CONVOLUTIONS or len(node.users) != 1:
        return False
    weight = cast(fx.Node, node.args[1])
    owner, _, name = str(weight.target).rpartition(".")
    bias = _bias_node(node)
    free = bias is not None or not hasattr(graph.get_submodule(owner), "bias")
    own = bias is None or str(bias.target) == f"{owner}.bias"
    grouped = kind_of(node.target) == TRANSPOSED and len(node.args) > 6 and node.args[6] != 1
    read = [str(part.target) for part in (weight, bias) if part is not None]
    alone = all(uses[part] <= 1 for part in read)  # a bias that folding made is not counted
    learnt = isinstance(attrgetter(read[0])(graph), nn.Parameter)  # a checkpoint may hold no buffer
    return name == "weight" and own and free and alone and learnt and not grouped


def _bias_node(convolution: fx.Node) -> fx.Node | None:
    _, _, *rest = convolution.args
    return cast(fx.Node | None, rest[0]) if rest else None


def _is_weight(node: fx.Node, argument: int) -> bool:
    found = node.args[argument] if len(node.args) > argument else None
    return isinstance(found, fx.Node) and found.op == "get_attr"


@torch.no_grad()
def _fold_into(graph: fx.GraphModule, convolution: fx.Node, norm: fx.Node) -> FoldedNorm:
    weight_node = cast(fx.Node, convolution.args[1])
    owner = str(weight_node.target).rpartition(".")[0]
    scale, shift = _scale_and_shift(graph, norm)
    weight = attrgetter(str(weight_node.target))(graph)
    along = (1, -1, 1, 1) if kind_of(convolution.target) == TRANSPOSED else (-1, 1, 1, 1)
    _put(graph, str(weight_node.target), nn.Parameter(weight * scale.view(along)))
    bias_node = _bias_node(convolution)
    if bias_node is not None:
        shift = shift + attrgetter(str(bias_node.target))(graph) * scale
    name = f"{owner}.bias"
    _put(graph, name, nn.Parameter(shift))
    if bias_node is None:
        with graph.graph.inserting_before(weight_node):
            bias_node = graph.graph.get_attr(name)
    arguments = [*convolution.args]
    convolution.args = (*arguments[:2], bias_node, *arguments[3:])
    mean = str(cast(fx.Node, norm.args[3]).target)
    _replace(norm, convolution)
    return FoldedNorm(owner, mean.rpartition(".")[0])


def _scale_and_shift(graph: fx.GraphModule, norm: fx.Node) -> tuple[Tensor, Tensor]:
    """Return what an evaluated batch norm multiplies by and adds, one number a channel."""
    _, weight, bias, mean, variance, _, eps = norm.args
    values = [
        attrgetter(str(item.target))(graph) if isinstance(item, fx.Node) else None
        for item in (weight, bias, mean, variance)
    ]
    centre, spread = cast(Tensor, values[2]), cast(Tensor, values[3])
    scale = (spread + cast(float, eps)).rsqrt()
    scale = scale if values[0] is None else scale * values[0]
    shift = -centre * scale
    return scale, shift if values[1] is None else shift + values[1]


@torch.no_grad()
def _affine(graph: fx.GraphModule) -> None:
    """Turn each batch norm that is left into a factor and a shift."""
    for node in list(graph.graph.nodes):
        if str(node.target) != BATCH_NORM:
            continue
        given = cast(fx.Node, node.args[0])
        dimensions = given.meta["val"].ndim
        parts = _scale_and_shift(graph, node)
        with graph.graph.inserting_before(node):
            attributes: list[fx.Node] = []
            for kind, part in zip(("factor", "shift"), parts, strict=True):
                name = f"{node.name}_{kind}"
                _put(graph, name, part.view(1, -1, *[1] * (dimensions - 2)))
                attributes.append(graph.graph.get_attr(name))
            scaled = graph.graph.call_function(torch.ops.aten.mul.Tensor, (given, attributes[0]))
            shifted = graph.graph.call_function(torch.ops.aten.add.Tensor, (scaled, attributes[1]))
        _replace(node, shifted)


def _replace(norm: fx.Node, result: fx.Node) -> None:
    """Let `result` stand for the first of the three results of a batch norm."""
    for user in list(norm.users):
        assert user.target is getitem
        user.replace_all_uses_with(result)
        norm.graph.erase_node(user)
    norm.graph.erase_node(norm)


def _put(module: nn.Module, target: str, value: Tensor) -> None:
    """Set a parameter or a buffer by its full name; modules on the way are made."""
    *path, name = target.split(".")
    for step in path:
        if not hasattr(module, step):
            module.add_module(step, nn.Module())
        module = cast(nn.Module, getattr(module, step))
    if isinstance(value, nn.Parameter):
        setattr(module, name, nn.Parameter(value.detach().clone()))
    else:
        module.register_buffer(name, value.detach().clone())


@torch.no_grad()
def unfolded(net: nn.Module, tuned: GraphForm) -> nn.Module:
    """Return a copy of `net` that computes what `tuned`, its graph with other weights, computes.

    A folded batch norm becomes the identity plus the bias.
    """
    net = copy.deepcopy(net).eval()
    weights: Mapping[str, Tensor] = tuned.state_dict()
    own = net.state_dict()
    taken = weights.keys() & own.keys()
    for name in taken:
        own[name].copy_(weights[name])
    for pair in tuned.folded:
        name = f"{pair.convolution}.bias"
        # a convolution with a bias of its own took all of it, and so did the first of two norms
        shift = torch.zeros_like(weights[name]) if name in taken else weights[name]
        taken.add(name)
        make_identity(net.get_submodule(pair.norm), shift)
    return net
