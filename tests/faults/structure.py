"""Faults of the graph: the net is traced wrongly, or something wrong stands around it."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skinseg_mobile.train.nets import fold, head, lean
from skinseg_mobile.train.nets.fold import ExportForm

Change = Callable[[Tensor], Tensor]
Tracing = Callable[[], AbstractContextManager[None]]


class Around(ExportForm):
    """The export form with something before its image and behind its probability."""

    def __init__(self, net: nn.Module, before: Change, behind: Change) -> None:
        super().__init__(net)
        self.before = before
        self.behind = behind

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        (probability,) = super().forward(self.before(image))
        return (self.behind(probability),)


def same(x: Tensor) -> Tensor:
    return x


def one_pixel_right(x: Tensor) -> Tensor:
    return F.pad(x, (1, 0, 0, 0))[..., :-1]


def half_a_pixel_right(x: Tensor) -> Tensor:
    return (x + one_pixel_right(x)) / 2


def cropped(x: Tensor) -> Tensor:
    """Lose a frame of two pixels and scale the rest up again."""
    size = (x.shape[-2], x.shape[-1])
    return F.interpolate(x[..., 2:-2, 2:-2], size=size, mode="bilinear", align_corners=False)


def flipped(x: Tensor) -> Tensor:
    return x.flip(3)


def transposed(x: Tensor) -> Tensor:
    return x.transpose(2, 3)


def sigmoid_undone(x: Tensor) -> Tensor:
    """Give logits where probabilities are wanted."""
    inside = x.clamp(1e-6, 1 - 1e-6)
    return torch.log(inside) - torch.log(1 - inside)


@contextmanager
def upsampling(mode: str, align_corners: bool | None) -> Generator[None]:
    """Trace with another convention of upsampling."""

    def upsample(x: Tensor, size: tuple[int, int]) -> Tensor:
        if tuple(x.shape[-2:]) == size:
            return x
        return F.interpolate(x, size=size, mode=mode, align_corners=align_corners)

    kept = head.upsample
    head.upsample = lean.upsample = fold.upsample = upsample
    try:
        yield
    finally:
        head.upsample = lean.upsample = fold.upsample = kept


@contextmanager
def residuals(block: Callable[[Tensor, Tensor], Tensor]) -> Generator[None]:
    """Trace blocks that join their input and their result in another way."""

    def forward(self: lean.InvertedResidual, x: Tensor) -> Tensor:
        found = self.layers(x)
        return block(x, found) if self.residual else found

    kept = lean.InvertedResidual.forward
    lean.InvertedResidual.forward = forward
    try:
        yield
    finally:
        lean.InvertedResidual.forward = kept


BROKEN_GRAPHS: dict[str, tuple[Change, Change, Tracing, str]] = {
    "aligned corners": (same, same, lambda: upsampling("bilinear", True), "stretch"),
    "nearest upsampling": (same, same, lambda: upsampling("nearest", None), "boundary"),
    "wrong residuals": (same, same, lambda: residuals(lambda _, y: y + y), "agreement"),
    "residuals missing": (same, same, lambda: residuals(lambda _, y: y), "agreement"),
    "output one pixel right": (same, one_pixel_right, nullcontext, "shift"),
    "output half a pixel right": (same, half_a_pixel_right, nullcontext, "shift"),
    "input one pixel right": (one_pixel_right, same, nullcontext, "shift"),
    "input cropped": (cropped, same, nullcontext, "stretch"),
    "output flipped": (same, flipped, nullcontext, "agreement"),
    "output transposed": (same, transposed, nullcontext, "agreement"),
    "sigmoid twice": (same, torch.sigmoid, nullcontext, "agreement"),
    "sigmoid missing": (same, sigmoid_undone, nullcontext, "probability"),
}
