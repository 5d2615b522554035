"""Finds the channels of a net that can only go together, with torch-pruning's dependency graph.

A group is one set of channels: all convolutions that give it, all that read it. Residual blocks
of a stage share theirs, and so do the projections of the head, which are summed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.nets.family import Prunable
from skinseg_mobile.train.nets.spec import FAMILIES, NetSpec

TRACED_SIDE = 64


@dataclass(frozen=True)
class ChannelGroup:
    """Coupled channels: modules by name."""

    fields: tuple[str, ...]
    """The widths of the layout that this group is."""
    width: int
    givers: tuple[str, ...]
    """Convolutions that give these channels; depthwise ones among them."""
    readers: tuple[str, ...]
    """Convolutions that mix these channels into others."""
    norms: tuple[str, ...]

    @property
    def name(self) -> str:
        """The first of its fields; groups of one width share it."""
        return self.fields[0]

    @property
    def key(self) -> str:
        """Its first convolution's name, which is its own."""
        return self.givers[0]


def prunable(spec: NetSpec) -> Prunable:
    """Return the layout of a net that can be pruned.

    Raises:
        InputError: the net is of another family.
    """
    if not isinstance(spec.layout, Prunable):
        able = [name for name, family in FAMILIES.items() if issubclass(family.layout, Prunable)]
        raise InputError(
            f"Pruning is for {' and '.join(sorted(able, reverse=True))} nets, and this one is of"
            f" the family {spec.family}. Train one of them, or distil this net into one."
        )
    return spec.layout


def groups_of(net: nn.Module, spec: NetSpec) -> tuple[ChannelGroup, ...]:
    """Return the groups of a net in order of its layers; the logit is not one."""
    fields = prunable(spec).field_of_convolutions()
    graph = _graph_of(net)
    last = [m for m in net.modules() if isinstance(m, nn.Conv2d)][-1]
    found = graph.get_all_groups(ignored_layers=[last], root_module_types=[nn.Conv2d])
    groups = [_group(net, members, fields) for members in found]
    order = list(dict.fromkeys(fields.values()))
    return tuple(sorted(groups, key=lambda group: order.index(group.name)))


def without(
    net: nn.Module, groups: Iterable[ChannelGroup], gone: Mapping[str, Tensor]
) -> nn.Module:
    """Take the channels `gone` (indices by group's key) out of `net`, in place, and return it."""
    prune_out = vendor("torch_pruning", "train").prune_conv_out_channels
    graph = _graph_of(net)
    for group in groups:
        index = gone[group.key].tolist()
        if index:
            graph.get_pruning_group(net.get_submodule(group.key), prune_out, index).prune()
    return net


def _graph_of(net: nn.Module) -> Any:
    device = next(net.parameters()).device
    image = torch.zeros(1, 3, TRACED_SIDE, TRACED_SIDE, device=device)
    graph = vendor("torch_pruning", "train").DependencyGraph()
    return graph.build_dependency(net, example_inputs=image)


def _group(net: nn.Module, members: Any, fields: Mapping[str, str]) -> ChannelGroup:
    found = {(dep.layer, "out" in dep.handler.__name__) for dep, _ in members}
    here = [(name, m, gives) for name, m in net.named_modules() for gives in (True, False)
            if (m, gives) in found]  # fmt: skip
    givers = tuple(name for name, m, gives in here if isinstance(m, nn.Conv2d) and gives)
    return ChannelGroup(
        fields=tuple(dict.fromkeys(fields[name] for name in givers)),
        width=net.get_submodule(givers[0]).get_parameter("weight").shape[0],
        givers=givers,
        readers=tuple(name for name, m, gives in here if isinstance(m, nn.Conv2d) and not gives),
        norms=tuple(name for name, m, _ in here if isinstance(m, nn.BatchNorm2d)),
    )
