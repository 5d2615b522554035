"""Three small nets that between them hold every operation of our exports, and more."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Mobile(nn.Module):
    """Depthwise blocks with a residual, ReLU6, bilinear upsampling: as our students have."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6()
        )
        self.block = nn.Sequential(
            nn.Conv2d(16, 48, 1), nn.ReLU6(), nn.Conv2d(48, 48, 3, 1, 1, groups=48), nn.ReLU6()
        )
        self.project = nn.Conv2d(48, 16, 1)
        self.head = nn.Conv2d(16, 1, 1)

    def forward(self, image: Tensor) -> Tensor:
        x = self.stem(image / 127.5 - 1)
        x = x + self.project(self.block(x))
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        return torch.sigmoid(self.head(x))


class Columns(nn.Module):
    """A hypercolumn: every level upsampled to the input's size, joined, reduced."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = nn.ModuleList([nn.Conv2d(3, 8, 3, 1, 1), nn.Conv2d(8, 16, 3, 1, 1)])
        self.head = nn.Conv2d(24, 2, 1)

    def forward(self, image: Tensor) -> Tensor:
        size, levels, x = image.shape[-2:], list[Tensor](), image
        for level in self.levels:
            x = F.max_pool2d(F.relu(level(x)), 2)
            levels.append(F.interpolate(x, size, mode="bilinear", align_corners=False))
        columns = torch.cat(levels, 1)
        return torch.softmax(self.head(columns - columns.mean((2, 3), keepdim=True)), 1)


class Unet(nn.Module):
    """Transposed convolutions with output padding, norms, gates and a linear bottleneck."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Conv2d(3, 16, 3, 2, 1)
        self.norm = nn.InstanceNorm2d(16, affine=True)
        self.gate = nn.Linear(16, 16)
        self.mix = nn.Conv2d(16, 32, 3, 2, 1)
        self.up = nn.ConvTranspose2d(32, 16, 3, 2, 1, output_padding=1)
        self.out = nn.ConvTranspose2d(32, 1, 2, 2)

    def forward(self, image: Tensor) -> Tensor:
        low = F.leaky_relu(self.norm(self.down(image)), 0.1)
        gate = F.hardsigmoid(self.gate(low.mean((2, 3)))).reshape(-1, 16, 1, 1)
        x = F.hardswish(self.mix(low * gate))
        x = F.gelu(self.up(x))
        return torch.tanh(self.out(torch.cat([x, low], 1)))
