"""Measures activation ranges: a checkpoint and training photographs become a `Quantization`.

The folded net runs in float on each photograph and the true least and greatest value of every
node is kept. Only `train` rows are ever read: ranges are fitted numbers like weights.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, fx

from skinseg_mobile.compress.float_nodes import float_nodes
from skinseg_mobile.runtime_py.contract import to_tensor
from skinseg_mobile.runtime_py.dataset import Dataset, Sample, Split, md5_order
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.photo import read_photo
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.fold import ExportForm
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.quantization import Quantization, graph_of

COUNT = 256


def calibrate(checkpoint: Checkpoint, data: Dataset, count: int = COUNT) -> Quantization:
    """Measure ranges on the first `count` train photographs in MD5 order of their ids.

    Raises:
        InputError: there is no train photograph.
    """
    train = {sample.id: sample for sample in data.of(Split.TRAIN)}
    if not train:
        raise InputError(
            f"calibration takes train photographs only, {data.root} has none; add a split.csv"
        )
    chosen = [train[id_] for id_ in md5_order(train)[:count]]
    spec = checkpoint.record.spec
    graph = graph_of(ExportForm(checkpoint.build()), spec.size)
    ranges = _measure(graph, chosen, spec)
    return Quantization(
        weights_sha256=checkpoint.record.weights_sha256,
        ranges=ranges,
        float_nodes=float_nodes(graph, ranges),
        calibration={
            "name": data.root.name,
            "sha256": data.digest(),
            "order": "md5",
            "ids": [s.id for s in chosen],
        },
    )


def _measure(
    graph: fx.GraphModule, samples: Sequence[Sample], spec: NetSpec
) -> dict[str, tuple[float, float]]:
    ranges: dict[str, tuple[float, float]] = {}
    recorder = _Recorder(graph, ranges)
    with torch.inference_mode():
        for sample in track(samples, "calibrating"):
            tensor = torch.from_numpy(to_tensor(read_photo(sample.image), *spec.size))
            recorder.run(tensor.permute(2, 0, 1)[None])
    return ranges


class _Recorder(fx.Interpreter):
    """Runs a graph and widens `ranges` by what each node gives."""

    def __init__(self, graph: fx.GraphModule, ranges: dict[str, tuple[float, float]]) -> None:
        super().__init__(graph)
        self.ranges = ranges

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if isinstance(value, Tensor) and n.op in ("placeholder", "call_function"):
            low, high = (float(v) for v in value.aminmax())
            old = self.ranges.get(n.name, (low, high))
            self.ranges[n.name] = (min(low, old[0]), max(high, old[1]))
        return value
