"""Counts what computes in float in an 8-bit file, read back from the file itself.

TFLite stores 8-bit results, so an operation is in float where its result is. ONNX and Core ML
mark 8 bits with quantize and dequantize around float operations: one is in 8 bits where all that it
reads comes out of a dequantize or is constant, its weight was dequantized too, and all that it
gives goes into a quantize; an activation in between is fused.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skinseg_mobile.export.alignment import KEEPS_VALUES
from skinseg_mobile.export.targets.tflite.flatbuffer import operations
from skinseg_mobile.runtime_py.formats import Target
from skinseg_mobile.runtime_py.vendors import vendor

ACTIVATIONS = frozenset({"Relu", "Clip", "relu", "relu6", "clip"})
INTO = frozenset({"QuantizeLinear", "quantize"})
OUT_OF = frozenset({"DequantizeLinear", "dequantize"})
CONSTANT = frozenset({"Constant", "const"})
CASTS = frozenset({"Cast", "cast"})


@dataclass(frozen=True)
class Step:
    """One operation of a file, and the names of what it reads and gives."""

    kind: str
    reads: tuple[str, ...]
    gives: tuple[str, ...]
    weight: str | None = None
    """Which of those that it reads is its weight."""


def float_operations(model: Path, target: Target) -> dict[str, int]:
    """Return how many operations of an 8-bit model file compute in float, by type."""
    return dict(sorted(Counter(READERS[target](model)).items()))


def _of_tflite(model: Path) -> list[str]:
    return [
        operation.kind
        for operation in operations(model.read_bytes())
        if operation.gives_float and operation.kind not in ("DEQUANTIZE", *KEEPS_VALUES)
    ]


def _of_onnx(model: Path) -> list[str]:
    graph = vendor("onnx", "export").load(model).graph
    steps = [
        Step(
            node.op_type,
            tuple(filter(None, node.input)),
            tuple(node.output),
            node.input[1] if "Conv" in node.op_type else None,
        )
        for node in graph.node
    ]
    return Graph(steps, frozenset(value.name for value in graph.initializer)).in_float


def _of_coreml(model: Path) -> list[str]:
    spec = vendor("coremltools", "coreml").utils.load_spec(str(model))
    (function,) = spec.mlProgram.functions.values()
    (block,) = function.block_specializations.values()
    return Graph([_step(operation) for operation in block.operations], frozenset()).in_float


def _step(operation: Any) -> Step:
    reads = {
        name: binding.name
        for name, argument in operation.inputs.items()
        for binding in argument.arguments
        if binding.name
    }
    gives = tuple(value.name for value in operation.outputs)
    return Step(operation.type, tuple(reads.values()), gives, reads.get("weight"))


@dataclass(frozen=True)
class Graph:
    """The operations of a file whose 8 bits are marked by quantize and dequantize."""

    steps: Sequence[Step]
    constants: frozenset[str]

    @property
    def in_float(self) -> list[str]:
        """Kinds of the operations that compute in float."""
        marks = INTO | OUT_OF | CONSTANT | CASTS
        computing = [s for s in self.steps if s.kind not in marks and not _is_weight(s)]
        return [s.kind for s in computing if not (self._reads_levels(s) and self._gives_levels(s))]

    @cached_property
    def _maker(self) -> Mapping[str, Step]:
        return {name: step for step in self.steps for name in step.gives}

    @cached_property
    def _readers(self) -> Mapping[str, list[Step]]:
        found: dict[str, list[Step]] = {}
        for step in self.steps:
            for name in step.reads:
                found.setdefault(name, []).append(step)
        return found

    def _reads_levels(self, step: Step) -> bool:
        return all(self._is_level(name, step) for name in step.reads)

    def _is_level(self, name: str, reader: Step) -> bool:
        maker = self._maker.get(name)
        if maker is None or maker.kind in CONSTANT:
            return (maker is not None or name in self.constants) and name != reader.weight
        if maker.kind in OUT_OF or _is_weight(maker):
            return True
        return reader.kind in ACTIVATIONS and self._reads_levels(maker)

    def _gives_levels(self, step: Step) -> bool:
        readers = [reader for name in step.gives for reader in self._readers.get(name, [])]
        return bool(readers) and all(
            r.kind in INTO or (r.kind in ACTIVATIONS and self._gives_levels(r)) for r in readers
        )


def _is_weight(step: Step) -> bool:
    return step.kind.startswith("constexpr_")


READERS: Mapping[Target, Callable[[Path], list[str]]] = {
    Target.ONNX: _of_onnx,
    Target.TFLITE: _of_tflite,
    Target.COREML: _of_coreml,
}
