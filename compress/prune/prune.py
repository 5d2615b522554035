"""Structured pruning: a checkpoint and a budget become a checkpoint with fewer channels.

Importance is measured on train photographs. What comes out is an ordinary checkpoint whose
layout has the narrower widths: everything that reads checkpoints reads it. Ranges for 8 bits
are not carried over: they were measured with other weights.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from skinseg_mobile.compress.prune.cut import Budget, Method, cut, full_cost
from skinseg_mobile.runtime_py.dataset import Dataset, Sample, Split, md5_order
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.folders import require_absent
from skinseg_mobile.train.checkpoint import Checkpoint, save_checkpoint
from skinseg_mobile.train.data.photographs import read_photographs
from skinseg_mobile.train.loop import samples_for_training

IMAGES = 128


@dataclass(frozen=True, kw_only=True)
class PruneConfig(Method):
    """What pruning depends on beside its data."""

    keep: float | None = None
    """Share of the multiply-adds to keep."""
    parameters: int | None = None
    """Most parameters to keep."""
    megabytes: float | None = None
    """Largest int8 TFLite file, estimated: about right, re-measured by whoever exports it."""
    measurements: int = 5
    """Times that importance is measured on the way."""
    images: int = IMAGES
    """Train photographs that importance is measured on, first in MD5 order of their ids."""

    def __post_init__(self) -> None:
        if self.keep is None and self.parameters is None and self.megabytes is None:
            raise InputError(
                "pruning needs a budget, got none; give --keep, --parameters or --megabytes"
            )
        if self.keep is not None and not 0 < self.keep <= 1:
            raise InputError(f"keep must be in (0, 1], got {self.keep}")
        if self.megabytes is not None and not self.megabytes > 0:
            raise InputError(f"megabytes must be above 0, got {self.megabytes}")
        for name in ("parameters", "measurements", "images"):
            number = getattr(self, name)
            if number is not None and number < 1:
                raise InputError(f"{name} must be 1 or more, got {number}")

    def budget(self, full: Budget, fraction: float) -> Budget:
        """Return what may be left after this fraction of the way: equal shares go each time."""
        most = Budget(
            multiply_adds=self.keep and self.keep * _known(full.multiply_adds),
            parameters=self.parameters,
            int8_bytes=self.megabytes and self.megabytes * 1e6,
        )
        return Budget(
            **{
                name: limit and _known(now) * (limit / _known(now)) ** fraction
                for (name, limit), now in zip(
                    asdict(most).items(), asdict(full).values(), strict=True
                )
            }
        )


def _known(cost: float | None) -> float:
    assert cost is not None
    return cost


def prune(checkpoint: Checkpoint, data: Dataset, config: PruneConfig, out: Path) -> Checkpoint:
    """Write the new checkpoint folder `out`, pruned and not tuned.

    Raises:
        InputError: `out` exists, the net is not lean, `data` has no train photographs, or the
            budget cannot be met.
    """
    require_absent(out)
    spec, net = checkpoint.record.spec, checkpoint.build()
    samples = _samples(data, config.images)
    photographs = read_photographs(samples, spec.input_size, "reading train")
    full = full_cost(spec, net, config)
    for number in range(1, config.measurements + 1):
        budget = config.budget(full, number / config.measurements)
        net, spec = cut(net, spec, photographs, budget, config)
    record = replace(
        checkpoint.record,
        name=out.resolve().name,
        spec=spec,
        parent=checkpoint.digest,
        config={**checkpoint.record.config, "prune": asdict(config)},
        metrics={},
    )
    return save_checkpoint(record, net, out)


def _samples(data: Dataset, count: int) -> list[Sample]:
    train = {sample.id: sample for sample in samples_for_training(data, Split.TRAIN)}
    return [train[id_] for id_ in md5_order(train)[:count]]
