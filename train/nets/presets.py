"""Every net by name, with its source."""

import types
from collections.abc import Mapping
from dataclasses import dataclass

from skinseg_mobile.train.nets.berseth_unet import BersethUnetLayout
from skinseg_mobile.train.nets.bi_resnet import BiResnetLayout
from skinseg_mobile.train.nets.fcdn import FcdnLayout
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.lean import LeanLayout
from skinseg_mobile.train.nets.spec import Family, NetSpec
from skinseg_mobile.train.nets.unet import UnetLayout


@dataclass(frozen=True)
class NamedNet:
    """A spec, where it comes from, and what its source leaves open, so that we chose it."""

    spec: NetSpec
    source: str
    fitted: str


NETS: Mapping[str, NamedNet] = types.MappingProxyType(
    {
        "hypercolumn": NamedNet(
            NetSpec(Family.HYPERCOLUMN, 224, HypercolumnLayout()),
            "paper A: VGG16 deep hypercolumns, batch norm",
            "batch norm in FC and MLP",
        ),
        "hypercolumn-plain": NamedNet(
            NetSpec(Family.HYPERCOLUMN, 224, HypercolumnLayout(batch_norm=False)),
            "paper A: VGG16 deep hypercolumns, convolution biases, no batch norm",
            "",
        ),
        "hypercolumn-fc7x7": NamedNet(
            NetSpec(Family.HYPERCOLUMN, 224, HypercolumnLayout(batch_norm=False, fc6_kernel=7)),
            "paper A: hypercolumn-plain with the 7×7 FC6 of ImageNet's VGG16",
            "padding of 3 in FC6",
        ),
        "unet": NamedNet(
            NetSpec(Family.UNET, 128, UnetLayout()),
            "paper B: U-Net; layout of RECOD's ISIC 2017 U-Net",
            "FC width, filters, no batch norm, bilinear upsampling",
        ),
        "unet-large": NamedNet(
            NetSpec(Family.UNET, 128, UnetLayout((45, 90, 180), 1450)),
            "paper B: U-Net Large; layout of RECOD's ISIC 2017 U-Net",
            "no batch norm, bilinear upsampling",
        ),
        "dense-residual-unet": NamedNet(
            NetSpec(Family.UNET, 128, UnetLayout(fc=1071, dense=True)),
            "paper B: Dense Residual U-Net; layout of RECOD's ISIC 2017 U-Net",
            "FC width, residual convolutions, no batch norm, bilinear upsampling",
        ),
        "fcdn": NamedNet(
            NetSpec(Family.FCDN, (192, 256), FcdnLayout()),
            "Yuan, arXiv 1703.05165: fully convolutional-deconvolutional net, by second-hand"
            " descriptions",
            "each width, bilinear upsampling, place of the 4×4 kernels' padding",
        ),
        "berseth-unet": NamedNet(
            NetSpec(Family.BERSETH_UNET, 192, BersethUnetLayout()),
            "Berseth, arXiv 1703.00523: U-Net on 192×192; layout of arXiv 1505.04597",
            "zero padding, one logit, input range",
        ),
        "bi-resnet": NamedNet(
            NetSpec(Family.BI_RESNET, 224, BiResnetLayout()),
            "Bi et al., arXiv 1703.04197: residual FCN; layout of torchvision's FCN-ResNet50",
            "50 layers, input size, all that torchvision chose",
        ),
        "lean": NamedNet(
            NetSpec(Family.LEAN, 192, LeanLayout()),
            "ours: EfficientNet-Lite0 to stride 16 under a hypercolumn head",
            "where the trunk is cut, width of the head",
        ),
    }
)
