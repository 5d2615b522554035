"""`bi-resnet`, after Bi et al. (arXiv 1703.04197): a fully convolutional residual net.

Known of it: a deep residual net started from ImageNet and made fully convolutional, trained with
about 8000 more archive images, results of several scales averaged; the data and the averaging are
the recipe's matter. We could not read the report; torchvision's FCN-ResNet is the nearest
implementation that is kept, and the net is built from its parts:

    ResNet   stem of stride 4, four stages of bottlenecks, the last two dilated: stride 8
    head     3×3 to a quarter of the channels, batch norm, ReLU, 0.1 dropout, 1×1
    output   logits upsampled eightfold, bilinear

Fitted: everything torchvision chose, 50 layers, one logit, no auxiliary head, ImageNet mean and
deviation.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from skinseg_mobile.train.nets.family import Family, Named
from skinseg_mobile.train.nets.head import named_levels, require_widths, upsample
from skinseg_mobile.train.nets.hypercolumn import DEVIATION, MEAN
from skinseg_mobile.train.nets.normalise import Normalise
from skinseg_mobile.train.vision import torchvision

STAGES = 4


@dataclass(frozen=True)
class BiResnetLayout:
    """Bottlenecks a stage, and torchvision's `width_per_group` of their 3×3 convolutions."""

    blocks: tuple[int, ...] = (3, 4, 6, 3)
    width: int = 64

    narrowable: ClassVar[tuple[str, ...]] = ("width", "blocks")

    def __post_init__(self) -> None:
        require_widths(*self.blocks, self.width)
        if len(self.blocks) != STAGES:
            raise ValueError(f"blocks are {self.blocks}, not {STAGES} numbers, one a stage")

    def build(self) -> "BiResnet":
        """Return the net with random weights."""
        return BiResnet(self)


class BiResnet(nn.Module):
    """Image (N, 3, H, W) float32 in [0, 255], sides divisible by 8 -> logits (N, 1, H, W)."""

    def __init__(self, layout: BiResnetLayout) -> None:
        super().__init__()
        models: Any = torchvision().models
        trunk = models.resnet.ResNet(
            models.resnet.Bottleneck,
            list(layout.blocks),
            width_per_group=layout.width,
            replace_stride_with_dilation=[False, True, True],
        )
        self.normalise = Normalise(MEAN, DEVIATION)
        self.stem = nn.Sequential(trunk.conv1, trunk.bn1, trunk.relu, trunk.maxpool)
        self.levels = nn.ModuleList(getattr(trunk, f"layer{n}") for n in range(1, STAGES + 1))
        self.head = models.segmentation.fcn.FCNHead(trunk.fc.in_features, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return logits at the image's own size."""
        return upsample(self.stages(image)["head"], (image.shape[-2], image.shape[-1]))

    def stages(self, image: Tensor) -> dict[str, Tensor]:
        """Return what can be compared stage by stage: four levels, the logits at stride 8."""
        x = self.stem(self.normalise(image))
        levels: list[Tensor] = []
        for level in self.levels:
            x = level(x)
            levels.append(x)
        return {**named_levels(levels), "head": self.head(x)}


FAMILY = Family(
    BiResnetLayout,
    {
        "bi-resnet": Named(
            224,
            BiResnetLayout(),
            "Bi et al., arXiv 1703.04197: residual FCN; layout of torchvision's FCN-ResNet50",
            "50 layers, input size, all that torchvision chose",
        )
    },
)
