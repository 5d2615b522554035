"""VGG16 files: narrow ones with torchvision's own keys must compute what torchvision does."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.initial_weights import first_net
from skinseg_mobile.train.nets.hypercolumn import Hypercolumn, HypercolumnLayout
from skinseg_mobile.train.nets.vgg_weights import load_vgg
from skinseg_mobile.train.vision import torchvision
from tests.train.nets.test_nets import with_random_statistics
from tests.train.tiny import TINY

WIDTHS = (4, 6, 8, 8, 10)
DEPTHS = (2, 2, 3, 3, 3)
FC = 12


def narrow_vgg(*, batch_norm: bool) -> Any:
    """Return torchvision's VGG with few channels and a classifier of their width."""
    vgg = torchvision().models.vgg
    plan = [c for width, depth in zip(WIDTHS, DEPTHS, strict=True) for c in [width] * depth + ["M"]]
    torch.manual_seed(0)
    with torch.device("meta"):
        net = vgg.VGG(nn.Sequential())
    net.features = vgg.make_layers(plan, batch_norm=batch_norm)
    for number, width in ((0, WIDTHS[-1] * 49), (3, FC), (6, FC)):
        net.classifier[number] = nn.Linear(width, FC)
    return with_random_statistics(net)


def column(*, batch_norm: bool, fc6_kernel: int) -> Hypercolumn:
    torch.manual_seed(1)
    layout = HypercolumnLayout(WIDTHS, FC, (8, 8), batch_norm=batch_norm, fc6_kernel=fc6_kernel)
    return with_random_statistics(layout.build())  # type: ignore[return-value]


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    def save(weights: Any, name: str = "vgg.pth") -> Path:
        path = tmp_path / name
        save_file(weights, path) if path.suffix == ".safetensors" else torch.save(weights, path)
        return path

    return save


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_made_file_has_torchvisions_keys(batch_norm: bool) -> None:
    models = torchvision().models
    with torch.device("meta"):
        real = (models.vgg16_bn if batch_norm else models.vgg16)().state_dict()
    assert list(narrow_vgg(batch_norm=batch_norm).state_dict()) == list(real)


@pytest.mark.parametrize("name", ["vgg.pth", "vgg.safetensors"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_trunk_computes_what_torchvision_does(
    batch_norm: bool, name: str, saved: Callable[..., Path]
) -> None:
    vgg = narrow_vgg(batch_norm=batch_norm)
    net = column(batch_norm=batch_norm, fc6_kernel=7)
    sentence = load_vgg(net, saved(vgg.state_dict(), name))
    assert name in sentence
    assert "FC6 and FC7" in sentence
    image = torch.rand(1, 3, 224, 224) * 255
    with torch.no_grad():
        levels = net.features(image)
        normalised = net.normalise(image)
        torch.testing.assert_close(levels[4], vgg.features[:-1](normalised), rtol=1e-4, atol=1e-4)
        flat = vgg.features(normalised).flatten(1)
        fc7 = vgg.classifier[:5](flat)  # the 7×7 convolution sees the whole map at its centre
        torch.testing.assert_close(levels[5][:, :, 3, 3], fc7, rtol=1e-4, atol=1e-4)


def test_a_1x1_fc6_stays_random(saved: Callable[..., Path]) -> None:
    net = column(batch_norm=True, fc6_kernel=1)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    assert "random" in load_vgg(net, saved(narrow_vgg(batch_norm=True).state_dict()))
    for name, value in net.state_dict().items():
        trunk = name.startswith("blocks") and not name.startswith("blocks.5")
        if value.ndim == 4:
            assert torch.equal(value, before[name]) != trunk, name


BROKEN: Mapping[str, tuple[dict[str, Any], str]] = {
    "no FC7 bias": ({"classifier.3.bias": None}, r"lacks 'classifier\.3\.bias'"),
    "no weight": ({"features.7.weight": None}, r"lacks 'features\.7\.weight'"),
    "FC6 too narrow": (
        {"classifier.0.weight": torch.zeros(FC, 7)},
        "in this net and .*VGG16's widths",
    ),
    "5×5 kernels": (
        {"features.0.weight": torch.zeros(4, 3, 5, 5)},
        "in this net and .*VGG16's widths",
    ),
    "nested": ({"weights": {}}, "plain state_dict"),
    "one norm": (
        {"features.1.running_mean": torch.zeros(4)},
        "does not hold the vgg16 of torchvision",
    ),
}


def changed(weights: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Replace entries; None takes one out."""
    return {name: value for name, value in {**weights, **change}.items() if value is not None}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_fit_is_one_sentence(name: str, saved: Callable[..., Path]) -> None:
    change, says = BROKEN[name]
    net = column(batch_norm=False, fc6_kernel=7)
    before = nn.utils.parameters_to_vector(net.parameters()).clone()
    path = saved(changed(narrow_vgg(batch_norm=False).state_dict(), change))
    with pytest.raises(InputError, match=says) as caught:
        load_vgg(net, path)
    assert "\n" not in str(caught.value)
    assert torch.equal(nn.utils.parameters_to_vector(net.parameters()), before), "half loaded"


@pytest.mark.parametrize("content", [[1, 2], {}])
def test_no_weights_at_all(content: object, saved: Callable[..., Path]) -> None:
    with pytest.raises(
        InputError, match=r"plain state_dict|does not hold the vgg16 of torchvision"
    ):
        load_vgg(column(batch_norm=False, fc6_kernel=7), saved(content))


def test_each_net_takes_its_own_kind(saved: Callable[..., Path]) -> None:
    for batch_norm, kind in ((False, "vgg16"), (True, "vgg16_bn")):
        other = saved(narrow_vgg(batch_norm=not batch_norm).state_dict())
        with pytest.raises(InputError, match=f"does not hold the {kind} of torchvision"):
            load_vgg(column(batch_norm=batch_norm, fc6_kernel=1), other)


@pytest.mark.parametrize("name", ["vgg.pth", "vgg.safetensors"])
def test_an_unreadable_file_is_one_sentence(name: str, tmp_path: Path) -> None:
    net = column(batch_norm=False, fc6_kernel=7)
    for content in (None, b"", b"no weights"):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="could not be read") as caught:
            load_vgg(net, tmp_path / name)
        assert "\n" not in str(caught.value)


def test_other_nets_are_refused(saved: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="Lean is none"):
        first_net(TINY, str(saved({})))
