"""Nets of somebody else: they call a lesion what is dark, each fed and read in a way of its own.

They are exported with the vendors' own functions, and `predictions` says what their maker's app
computes: torch's resize, torch's arithmetic, nothing of this project.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Picture
from torch import Tensor, nn

from skinseg_mobile.runtime_py.predict.predictions import Predictions, write_predictions
from skinseg_mobile.runtime_py.vendors import vendor
from tests.dark import disc

SIDE = 64
COUNT = 12
SHAPES = ((120, 160), (160, 120), (150, 150))
LUMA = (0.8, 0.3, -0.1)
"""Far from equal, so that a net fed with BGR sees something else."""
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Dark(nn.Module):
    """(N, 3, H, W) normalised RGB -> logits (N, 1, H, W): (150 - luma) / 12, a little blurred."""

    def __init__(self, mean: tuple[float, ...], deviation: tuple[float, ...]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 3, padding=1, padding_mode="replicate")
        scale = torch.tensor(deviation) * 255 * torch.tensor(LUMA)
        with torch.no_grad():
            self.conv.weight.copy_((-scale / 12)[None, :, None, None].expand(1, 3, 3, 3) / 9)
            level = sum(m * 255 * w for m, w in zip(mean, LUMA, strict=True))
            self.conv.bias = nn.Parameter(torch.tensor([(150 - level) / 12]))

    def forward(self, image: Tensor) -> Tensor:
        """Return logits."""
        return self.conv(image)


class TwoClasses(nn.Module):
    """ImageNet's values in; logits of background and lesion out, at half the size."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Dark(*IMAGENET)

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 2, H / 2, W / 2)."""
        found = nn.functional.avg_pool2d(self.net(image), 2)
        return torch.cat([-found / 2, found / 2], dim=1)


class Signed(nn.Module):
    """-1..1 in, probability out."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Dark((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 1, H, W)."""
        return self.net(image).sigmoid()


class Turned(nn.Module):
    """Levels in, probability out; channels lie last where it normalises and where it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Dark((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, H, W, 1)."""
        parts = image.permute(0, 2, 3, 1) / 255
        return self.net(parts.permute(0, 3, 1, 2)).sigmoid().permute(0, 2, 3, 1)


def write_onnx(net: nn.Module, path: Path) -> Path:
    """Export with torch's own function."""
    example = (torch.zeros(1, 3, SIDE, SIDE),)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net.eval(), example, str(path), external_data=False, verbose=False)
    return path


def write_tflite(net: nn.Module, path: Path) -> Path:
    """Convert with litert-torch's own function: channels stay first."""
    converter: Any = vendor("litert_torch", "export")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        converter.convert(net.eval(), (torch.zeros(1, 3, SIDE, SIDE),)).export(str(path))
    return path


def write_coreml(net: nn.Module, path: Path, inputs: list[Any] | None = None) -> Path:
    """Convert with coremltools' own function."""
    ct: Any = vendor("coremltools", "coreml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced: Any = torch.jit.trace(net.eval(), torch.zeros(1, 3, SIDE, SIDE))
        chosen = inputs or [ct.TensorType(name="picture", shape=(1, 3, SIDE, SIDE))]
        ct.convert(traced, inputs=chosen, convert_to="mlprogram").save(str(path))
    return path


def write_photos(root: Path) -> Path:
    """Write a dataset of discs in three aspects, without a split."""
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True)
    for number in range(COUNT):
        photo, mask = disc(number, SHAPES[number % 3])
        Picture.fromarray(photo).save(root / "images" / f"disc_{number}.png")
        Picture.fromarray(mask).save(root / "masks" / f"disc_{number}.png")
    return root


def write_app_predictions(
    net: nn.Module,
    values: tuple[tuple[float, ...], tuple[float, ...]],
    read: Callable[[Tensor], Tensor],
    path: Path,
) -> Path:
    """Write what an app of the net's maker says of the images of `write_photos`."""
    maps = {
        f"disc_{number}": _predicted(net, values, read, disc(number, SHAPES[number % 3])[0])
        for number in range(COUNT)
    }
    write_predictions(Predictions("f" * 64, "their app", maps), path)
    return path


@torch.inference_mode()
def _predicted(
    net: nn.Module,
    values: tuple[tuple[float, ...], tuple[float, ...]],
    read: Callable[[Tensor], Tensor],
    photo: NDArray[np.uint8],
) -> NDArray[np.float32]:
    batch = torch.from_numpy(photo.astype(np.float32)).permute(2, 0, 1)[None] / 255
    small = nn.functional.interpolate(batch, (SIDE, SIDE), mode="bilinear", align_corners=False)
    mean, deviation = (torch.tensor(some)[:, None, None] for some in values)
    return read(net.eval()((small - mean) / deviation)).numpy()
