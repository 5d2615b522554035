"""A checkpoint as a graph whose weights can be changed, and back: an ordinary checkpoint again."""

from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor, fx

from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.fold import ExportForm, unfold
from skinseg_mobile.train.quantization import graph_of


def trace(checkpoint: Checkpoint) -> fx.GraphModule:
    """Return the folded net as a graph, for images of the net's input size."""
    return graph_of(ExportForm(checkpoint.build()), checkpoint.record.spec.size)


def with_weights_of(checkpoint: Checkpoint, weights: Mapping[str, Tensor]) -> Checkpoint:
    """Return a checkpoint in memory of the same spec that computes what its trace does with these.

    It has no ranges: those were of other weights.
    """
    form = ExportForm(checkpoint.build())
    form.load_state_dict(weights, strict=False)
    net = unfold(checkpoint.build(), form.net)
    return replace(checkpoint, weights=net.state_dict(), quantization=None)
