"""Teachers as they are given: checkpoints that run beside the student, or soft masks on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST
from skinseg_mobile.runtime_py.errors import InputError, choices
from skinseg_mobile.train.checkpoint import RECORD, Checkpoint
from skinseg_mobile.train.data.soft_masks import SUFFIX, SoftMasks, probability_of, read_soft_masks
from skinseg_mobile.train.nets.head import upsample
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.references.find import find_checkpoint
from skinseg_mobile.train.references.score import for_inference


@dataclass(frozen=True)
class Teachers:
    """Whom a student learns from: either kind, never both, or nobody (the control)."""

    live: tuple[Checkpoint, ...] = ()
    soft: tuple[SoftMasks, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.live or self.soft)

    @property
    def recorded(self) -> list[str]:
        """The digests that name them."""
        return [*(c.digest for c in self.live), *(found.digest for found in self.soft)]


def find_teachers(names: Sequence[str]) -> Teachers:
    """Read checkpoints (folder or packaged name), soft masks, or folders of soft masks.

    Raises:
        InputError: one is neither, or both kinds are mixed.
    """
    for name in names:
        if (Path(name) / MANIFEST).is_file():
            raise InputError(
                f"{name} is an artefact, and a teacher is a checkpoint or soft masks. Give the"
                " checkpoint that it was exported from."
            )
    files = [file for name in names for file in _soft_files(Path(name))]
    others = [name for name in names if not _soft_files(Path(name))]
    if files and others:
        raise InputError(
            f"Soft masks and {others[0]} cannot teach together. Write its soft masks with"
            " `skinseg-mobile compress soft-masks`."
        )
    return Teachers(
        tuple(find_checkpoint(name) for name in others), tuple(map(read_soft_masks, files))
    )


def _soft_files(path: Path) -> list[Path]:
    if path.suffix == SUFFIX:
        return [path]
    if not path.is_dir() or (path / RECORD).is_file():
        return []
    return sorted(path.glob(f"*{SUFFIX}"))


class Ensemble(nn.Module):
    """Images (N, 3, H, W) in [0, 255] of the student's size -> mean probability (N, 1, H, W)."""

    def __init__(self, teachers: Sequence[Checkpoint], views: int, device: torch.device) -> None:
        super().__init__()
        self.sizes = [teacher.record.spec.size for teacher in teachers]
        self.nets = [for_inference(teacher.build().to(device), device) for teacher in teachers]
        self.views = views

    @torch.no_grad()
    def forward(self, image: Tensor) -> Tensor:
        """Run each teacher at its own size."""
        size = (image.shape[-2], image.shape[-1])
        found = [
            upsample(probability_of(net, upsample(image, own), self.views), size)
            for net, own in zip(self.nets, self.sizes, strict=True)
        ]
        return torch.stack(found).mean(0)

    @torch.no_grad()
    def stage(self, image: Tensor, name: str) -> Tensor:
        """Return a stage of the only teacher, run at its own size."""
        net: Any = self.nets[0]
        return getattr(net, "net", net).stages(upsample(image, self.sizes[0]))[name]


def stage_widths(spec: NetSpec, stage: str) -> int:
    """Return the channels of a net's stage.

    Raises:
        InputError: it has none of that name.
    """
    with torch.device("meta"):
        net: Any = spec.build().eval().to("meta")  # an adopted net is built on the CPU
        stages: dict[str, Tensor] = net.stages(torch.zeros(1, 3, *spec.size))
    if stage not in stages:
        known = choices(stage, stages)
        raise InputError(f"A {spec.family} net has no stage '{stage}'. {known}")
    return stages[stage].shape[1]
