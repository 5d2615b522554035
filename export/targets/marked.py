"""Counts what computes in float in an 8-bit file whose format marks 8 bits: ONNX and Core ML.

They put quantize and dequantize around float operations: one is in 8 bits where all that it reads
comes out of a dequantize or is constant, its weight was dequantized too, and all that it gives
goes into a quantize; an activation in between is fused.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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


@dataclass(frozen=True)
class Graph:
    """The operations of a file whose 8 bits are marked by quantize and dequantize."""

    steps: Sequence[Step]
    constants: frozenset[str]

    @property
    def in_float(self) -> dict[str, int]:
        """Number of the operations that compute in float, by type."""
        marks = INTO | OUT_OF | CONSTANT | CASTS
        computing = [s for s in self.steps if s.kind not in marks and not _is_weight(s)]
        found = [s for s in computing if not (self._reads_levels(s) and self._gives_levels(s))]
        return dict(sorted(Counter(step.kind for step in found).items()))

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
