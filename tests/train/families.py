"""One narrow net of every family, for inputs so small that each export takes seconds."""

from collections.abc import Mapping

from skinseg_mobile.train.nets.berseth_unet import BersethUnetLayout
from skinseg_mobile.train.nets.bi_resnet import BiResnetLayout
from skinseg_mobile.train.nets.fcdn import FcdnLayout
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.nets.unet import UnetLayout
from tests.train.tiny import TINY

QUARTER = HypercolumnLayout(widths=(16, 32, 64, 128, 128), fc=256, hidden=(256, 128))
FC7X7 = HypercolumnLayout((8, 8, 8, 16, 16), 32, (32, 16), batch_norm=False, fc6_kernel=7)
UNET = UnetLayout((4, 6, 8), fc=32, grid=(8, 8))
FCDN = FcdnLayout(
    encoder=((4, 8), (16, 16), (16, 16), (16, 16), (32,)),
    decoder=((16,), (16, 16), (16, 16), (16, 8), (4,)),
)
NARROW: Mapping[str, NetSpec] = {
    "lean": TINY.spec,
    "hypercolumn": NetSpec("hypercolumn", 64, QUARTER),
    "hypercolumn-fc7x7": NetSpec("hypercolumn", 64, FC7X7),
    "unet": NetSpec("unet", 64, UNET),
    "dense-residual-unet": NetSpec(
        "unet", (64, 96), UnetLayout((4, 4, 4), fc=32, dense=True, grid=(8, 12))
    ),
    "fcdn": NetSpec("fcdn", (64, 96), FCDN),
    "berseth-unet": NetSpec("berseth-unet", 64, BersethUnetLayout((8, 8, 16, 16, 32))),
    "bi-resnet": NetSpec("bi-resnet", 64, BiResnetLayout((1, 1, 1, 1), 16)),
}
