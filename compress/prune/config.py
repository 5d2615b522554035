"""`PruneConfig`: what pruning depends on beside its net and its data."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.settings import COUNT, POSITIVE, SHARE, require

IMAGES = 128


class Criterion(StrEnum):
    """What importance is."""

    TAYLOR = "taylor"
    """Change of the loss on train photographs, to first order."""
    MAGNITUDE = "magnitude"
    """Squares of the weights that give or read a channel."""


class Ranking(StrEnum):
    """How the groups share the cut."""

    GLOBAL = "global"
    """Importance per cost, all groups in one ranking."""
    UNIFORM = "uniform"
    """The same share of each group."""


@dataclass(frozen=True, kw_only=True)
class SizeBudget:
    """The most that may be left; None does not limit."""

    multiply_adds: float | None = None
    parameters: float | None = None
    int8_bytes: float | None = None


@dataclass(frozen=True, kw_only=True)
class PruneConfig:
    """A budget and how to get there."""

    keep: float | None = None
    """Share of the multiply-adds to keep."""
    parameters: int | None = None
    """Most parameters to keep."""
    megabytes: float | None = None
    """Largest int8 TFLite file; an estimate, the exported file is the measure."""
    criterion: Criterion = Criterion.TAYLOR
    ranking: Ranking = Ranking.GLOBAL
    steps: int = 1
    """Times that the net is pruned and, where that is asked for, fine-tuned."""
    measurements: int = 5
    """Times within a step that importance is measured."""
    images: int = IMAGES
    """Train photographs that importance is measured on, first in MD5 order of their ids."""
    prices: dict[str, float] = field(default_factory=dict[str, float])
    """Price of a multiply-add by how its layer's name begins; 1 elsewhere."""

    def __post_init__(self) -> None:
        if self.keep is None and self.parameters is None and self.megabytes is None:
            raise InputError("Pruning has no budget. Give --keep, --parameters or --megabytes.")
        require(self, keep=SHARE, megabytes=POSITIVE, parameters=COUNT)
        require(self, steps=COUNT, measurements=COUNT, images=COUNT)
        for layer, price in self.prices.items():
            POSITIVE.require(f"The price of {layer}", price)

    def budget(self, full: SizeBudget, way: float) -> SizeBudget:
        """Return what may be left at `way` from 0 to 1: equal shares go on equal parts of it."""
        return SizeBudget(
            multiply_adds=_on_the_way(full.multiply_adds, self.keep, way),
            parameters=_on_the_way(full.parameters, _share(self.parameters, full.parameters), way),
            int8_bytes=_on_the_way(
                full.int8_bytes,
                _share(self.megabytes and self.megabytes * 1e6, full.int8_bytes),
                way,
            ),
        )


def _share(most: float | None, full: float | None) -> float | None:
    return min(1.0, most / full) if most and full else None


def _on_the_way(full: float | None, share: float | None, way: float) -> float | None:
    return None if full is None or share is None else full * share**way


def prices_named(words: Sequence[str]) -> dict[str, float]:
    """Return prices by layer from words as `blocks.1=3`.

    Raises:
        InputError: a word is none.
    """
    found: dict[str, float] = {}
    for word in words:
        layer, _, number = word.partition("=")
        try:
            found[layer] = float(number if layer else "")
        except ValueError as error:
            raise InputError(
                f"--price {word} names no layer with its price. Give LAYER=NUMBER."
            ) from error
    return found
