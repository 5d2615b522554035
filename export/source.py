"""What every exporter starts from: a checkpoint, its folded net and what goes into metadata."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Any, cast

import torch

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.spec import METADATA_PREFIX
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.adopted.net import AdoptedLayout
from skinseg_mobile.train.nets.count import NetCost, cost
from skinseg_mobile.train.nets.fold import PROBABILITY, ExportForm
from skinseg_mobile.train.quantization import Quantization, every_map, graph_of

INPUT = "image"
OUTPUT = PROBABILITY
FIRST_CONVOLUTION = "conv2d"  # in the trace


@dataclass(frozen=True)
class Source:
    """A checkpoint about to be exported."""

    checkpoint: Checkpoint
    ios: int | None
    """Core ML's deployment target; None: the oldest that holds the precision, from 16 on."""
    taps: bool = False
    """Whether the net's stages become extra results, for finding the first divergence."""
    fold_scale: bool = True
    """Whether the first convolution takes over the scale of the pixels."""
    contexts: tuple[str, ...] = ()
    """Engines for which ONNX files are compiled, too."""
    every: bool = False
    """Whether every operation's map becomes an extra result."""

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the input in pixels."""
        return self.checkpoint.record.spec.size

    @cached_property
    def form(self) -> ExportForm:
        """The folded net with its sigmoid."""
        taps = self.size if self.taps else None
        net = self.checkpoint.build()
        fold_scale = self.fold_scale and self._first_is_float
        form = ExportForm(net, taps=taps, fold_scale=fold_scale).eval()
        return every_map(form, self.size) if self.every else form

    @property
    def with_scale(self) -> "Source":
        """The same, with the scale of the pixels left out of the first convolution."""
        return self if self.form.unit == 1 else replace(self, fold_scale=False)

    @property
    def may_differ(self) -> bool:
        """Whether a file may transpose, and join or split operations: no net of the house may."""
        return self.every or isinstance(self.checkpoint.record.spec.layout, AdoptedLayout)

    @property
    def _first_is_float(self) -> bool:
        """Whether no file rounds what the first convolution reads: its range is a scaled one."""
        quantization = self.checkpoint.quantization
        return quantization is None or FIRST_CONVOLUTION in quantization.float_nodes

    @cached_property
    def cost(self) -> NetCost:
        """The net's parameters and multiply-adds."""
        return cost(self.checkpoint.record.spec)

    @cached_property
    def nodes(self) -> list[torch.fx.Node]:
        """The folded net's operations in order: what ranges are keyed by."""
        return [n for n in graph_of(self.form, self.size).graph.nodes if n.op == "call_function"]

    @cached_property
    def traced(self) -> dict[str, str]:
        """Name in the trace by name of the file's result."""
        results: Any = self.nodes[0].graph.output_node().args[0]
        return {name: str(node.name) for name, node in zip(self.form.outputs, results, strict=True)}

    @property
    def example(self) -> torch.Tensor:
        """A (1, 3, H, W) float32 image of mid grey."""
        return torch.full((1, 3, *self.size), 127.0)

    @property
    def quantization(self) -> Quantization:
        """Ranges and operations left in float; `export` checked that they are there."""
        assert self.checkpoint.quantization is not None
        return self.checkpoint.quantization

    def node_of(self, result: str) -> str:
        """Return a result's name in the trace; files name their own results otherwise."""
        return self.traced.get(result, result)

    def range_of(self, node: str) -> tuple[float, float]:
        """Return the least and greatest value of a node's result in this form.

        Raises:
            InputError: it was never measured: the ranges are damaged or of another trace.
        """
        ranges = self.quantization.ranges
        if node not in ranges:
            raise InputError(
                f"The operation {node} has no range. Calibrate again with the pinned versions of"
                " constraints.txt."
            )
        unit = self.form.unit if node in self.before_convolutions else 1.0
        low, high = ranges[node]
        return low * unit, high * unit

    @cached_property
    def before_convolutions(self) -> frozenset[str]:
        """Names of the nodes that normalise pixels: ranges are measured with their scale."""
        before = takewhile(lambda node: node.name != FIRST_CONVOLUTION, self.nodes)
        return frozenset(node.name for node in before)

    @cached_property
    def float_weights(self) -> frozenset[str]:
        """Names of the weights whose operations stay in float; none without a calibration."""
        kept = self.checkpoint.quantization.float_nodes if self.checkpoint.quantization else ()
        convolutions = [n for n in self.nodes if "conv" in str(n.target) and n.name in kept]
        return frozenset(str(cast(torch.fx.Node, n.args[1]).target) for n in convolutions)

    def has_weight(self, more_than: int, *, depthwise: bool) -> bool:
        """Return whether a file may round a weight of more values, a depthwise one or any other."""
        return any(
            weight.numel() > more_than and (depthwise or weight.ndim < 4 or weight.shape[1] > 1)
            for name, weight in self.form.state_dict().items()
            if name not in self.float_weights
        )

    @property
    def metadata(self) -> dict[str, str]:
        """What each format carries in its own metadata: a lone file still says what it is."""
        record = self.checkpoint.record
        values = {
            "name": record.name,
            "task": str(record.task),
            "threshold": str(record.threshold),
            "licence": record.licence,
            "checkpoint_sha256": self.checkpoint.digest,
            "weights_sha256": record.weights_sha256,
            "input": json.dumps({"colour": "RGB", "range": [0, 255], "size": self.size}),
        }
        return {f"{METADATA_PREFIX}.{key}": value for key, value in values.items()}
