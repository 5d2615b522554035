"""A checkpoint as a graph whose weights can be changed, and back: an ordinary checkpoint again."""

from dataclasses import replace

from torch import fx

from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.fold import ExportForm, unfold
from skinseg_mobile.train.quantization import graph_of


def trace(checkpoint: Checkpoint) -> fx.GraphModule:
    """Return the folded net as a graph, for images of the net's input size."""
    return graph_of(ExportForm(checkpoint.build()), checkpoint.record.spec.size)


def with_weights_of(checkpoint: Checkpoint, graph: fx.GraphModule) -> Checkpoint:
    """Return a checkpoint in memory of the same spec that computes what its changed trace computes.

    It has no ranges: those were of other weights.
    """
    form = ExportForm(checkpoint.build())
    form.load_state_dict(graph.state_dict(), strict=False)
    net = unfold(checkpoint.build(), form.net)
    return replace(checkpoint, weights=net.state_dict(), quantization=None)
