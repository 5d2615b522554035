"""The nets of paper B and of paper A's rivals against what is written about them."""

import colorsys

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from skinseg_mobile.train.nets.bi_resnet import BiResnetLayout
from skinseg_mobile.train.nets.fcdn import Colours, FcdnLayout
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.nets.unet import FullyConnected, Noise, Standardise, Unet, UnetLayout
from skinseg_mobile.train.vision import torchvision
from tests.train.families import NARROW
from tests.train.nets.test_nets import with_random_statistics

UNETS = ("unet", "dense-residual-unet")


def built(spec: NetSpec) -> Unet:
    torch.manual_seed(0)
    return spec.build().eval()  # type: ignore[return-value]


def photographs(*size: int) -> Tensor:
    return torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0)) * 255


@torch.no_grad()
@pytest.mark.parametrize("name", UNETS)
def test_the_logit_is_the_papers_tanh(name: str) -> None:
    net, image = built(NARROW[name]), photographs(*NARROW[name].size)
    stages = net.stages(image)
    x = net.head(stages["decoder_3"])
    torch.testing.assert_close(net(image).sigmoid(), (torch.tanh(x) + 1) / 2)
    assert torch.equal(stages["head"], 2 * x)


def test_each_channel_of_each_image_is_normalised() -> None:
    image = photographs(32, 48) * torch.tensor([1.0, 0.1]).view(2, 1, 1, 1) + 3
    found = Standardise()(image).numpy()
    x = image.numpy() / 255
    mean, variance = (f(x, axis=(2, 3), keepdims=True) for f in (np.mean, np.var))
    np.testing.assert_allclose(found, (x - mean) / np.sqrt(variance + 1e-5), atol=1e-4)
    assert torch.equal(Standardise()(torch.full((1, 3, 8, 8), 9.0)), torch.zeros(1, 3, 8, 8))


@pytest.mark.slow
@torch.no_grad()
@pytest.mark.parametrize("name", UNETS)
def test_noise_and_dropout_are_for_training(name: str) -> None:
    net, image = built(NARROW[name]), photographs(*NARROW[name].size)
    assert torch.equal(net(image), net(image))
    assert not torch.equal(net.train()(image), net(image))
    zeros = torch.zeros(1, 4, 64, 64)
    assert float(Noise()(zeros).std()) == pytest.approx(0.025, rel=0.05)
    assert sum(isinstance(m, nn.Dropout) for m in net.modules()) == 1 + 1 + 3
    assert sum(isinstance(m, Noise) for m in net.modules()) == 3


@torch.no_grad()
def test_fc_layers_as_convolutions_are_fc_layers() -> None:
    middle = FullyConnected(3, 5, (4, 6)).eval()
    x = torch.randn(2, 3, 4, 6)
    narrow, widen = (middle.get_submodule(f"{name}.0") for name in ("narrow", "widen"))
    flat = x.flatten(1) @ narrow.get_parameter("weight").flatten(1).T
    hidden = (flat + narrow.get_parameter("bias")).relu()
    back = hidden @ widen.get_parameter("weight").flatten(1).T + widen.get_parameter("bias")
    expected = back.relu().reshape(2, 4, 6, 3).permute(0, 3, 1, 2)
    torch.testing.assert_close(middle(x), expected)


def test_channels_of_the_dense_net_are_the_papers() -> None:
    with torch.device("meta"):
        net = UnetLayout(fc=1071, dense=True).build().eval()
        channels = [x.shape[1] for x in net.stages(torch.empty(1, 3, 128, 128)).values()]
        read = [net.decoder[level][0].layers[0][0].in_channels for level in range(3)]  # type: ignore[index]
    assert channels == [39, 111, 255, 255, 654, 837, 912, 1]
    assert read == [510, 765, 876]


def test_seven_colour_channels() -> None:
    image = photographs(8, 8)
    image[0, :, 0, :4] = torch.tensor([[0.0, 0, 0], [255, 255, 255], [90, 90, 90], [255, 0, 1]]).T
    found = Colours()(image).numpy()
    for pixel, values in zip(image.permute(0, 2, 3, 1).reshape(-1, 3), _pixels(found), strict=True):
        rgb = (pixel.numpy() / 255).astype(float)
        np.testing.assert_allclose(values[:3], rgb, atol=1e-6)
        np.testing.assert_allclose(values[3:6], colorsys.rgb_to_hsv(*rgb), atol=1e-5)
        linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
        y = linear @ [0.2126, 0.7152, 0.0722]
        lightness = 116 * np.cbrt(y) - 16 if y > 216 / 24389 else 24389 / 27 * y
        assert values[6] == pytest.approx(lightness / 100, abs=1e-5)
    assert found.min() >= 0
    assert found.max() <= 1 + 1e-6


def _pixels(image: np.ndarray) -> np.ndarray:
    return image.transpose(0, 2, 3, 1).reshape(-1, 7)


def test_fcdn_has_29_layers() -> None:
    with torch.device("meta"):
        net = FcdnLayout().build()
    kinds = (nn.Conv2d, nn.MaxPool2d, nn.Dropout)
    upsamplings, inputs = 4, 1
    assert sum(isinstance(m, kinds) for m in net.modules()) + upsamplings + inputs == 29


@pytest.mark.slow
@torch.no_grad()
def test_bi_resnet_is_torchvisions_fcn() -> None:
    torch.manual_seed(0)
    net = with_random_statistics(BiResnetLayout().build())
    segmentation = torchvision().models.segmentation
    theirs = segmentation.fcn_resnet50(weights=None, weights_backbone=None, num_classes=1).eval()
    names = list(theirs.state_dict())
    theirs.load_state_dict(dict(zip(names, net.state_dict().values(), strict=True)))
    image = photographs(64, 96)
    expected = theirs(net.get_submodule("normalise")(image))["out"]
    torch.testing.assert_close(net(image), expected, rtol=1e-4, atol=1e-4)
