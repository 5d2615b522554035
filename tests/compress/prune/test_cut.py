"""Taking channels out of a net: what it computes then, and what its channels are worth."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from skinseg_mobile.compress.prune.broken import silence
from skinseg_mobile.compress.prune.config import Criterion, PruneConfig, SizeBudget
from skinseg_mobile.compress.prune.cut import cut, measure, taken_out
from skinseg_mobile.compress.prune.groups import ChannelGroup, groups_of
from skinseg_mobile.compress.prune.seen import observe
from skinseg_mobile.runtime_py.data.dataset import Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.data.images import DecodedSplit, decode_split
from skinseg_mobile.train.objective import segmentation_loss
from tests.compress.prune.nets import SPECS, built, set_channels

CONFIG = PruneConfig(keep=1)
FLOAT32 = 1e-4  # relative and absolute: as wherever a net is computed in another order


@pytest.fixture(scope="module")
def decoded(lesions: Path) -> DecodedSplit:
    return decode_split(read_dataset(lesions).of(Split.TRAIN)[:4], 64, "reading")


def grouped(name: str) -> tuple[nn.Module, tuple[ChannelGroup, ...]]:
    net = built(name)
    return net, groups_of(net, SPECS[name])


@pytest.mark.slow
@pytest.mark.parametrize("criterion", Criterion)
@pytest.mark.parametrize(
    ("name", "shift"),
    [("lean", 0.0), ("lean", 0.7), ("hypercolumn", 0.0), ("hypercolumn-plain", 0.0)],
)
def test_constant_channels_go_first_and_change_nothing(
    name: str, shift: float, criterion: Criterion, decoded: DecodedSplit
) -> None:
    net, groups = grouped(name)
    idle = [1, 2, 3, 5, 7, 8, 9, 12]
    for group in groups:
        set_channels(net, group, idle, shift)
    image = decoded.images.float()
    with torch.no_grad():
        expected = net(image)
    found = measure(net, groups, decoded, replace(CONFIG, criterion=criterion))
    assert all(set(idle) <= set(found.constant[group.key]) for group in groups)
    assert all(not found.importance[group.key][idle].any() for group in groups)
    narrow = {group.name: group.width - 8 for group in groups}
    smaller, spec = taken_out(net, SPECS[name], found, narrow)
    rebuilt = spec.build().eval()
    rebuilt.load_state_dict(smaller.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(rebuilt(image), expected, rtol=FLOAT32, atol=FLOAT32)


@pytest.mark.parametrize("name", ["lean", "hypercolumn"])
def test_what_is_left_is_the_most_important(name: str, decoded: DecodedSplit) -> None:
    net, groups = grouped(name)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    found = measure(net, groups, decoded, CONFIG)
    narrow = {group.name: group.width - 8 for group in groups}
    smaller, _ = taken_out(net, SPECS[name], found, narrow)
    for group in groups:
        kept = found.importance[group.key].argsort(stable=True)[8:].sort().values
        for norm in group.norms:
            weight = smaller.get_submodule(norm).get_parameter("weight")
            assert torch.equal(weight, before[f"{norm}.weight"][kept])


def test_taylor_is_the_slope_of_the_loss_towards_the_mean(decoded: DecodedSplit) -> None:
    """Against autograd through a gate that fades each channel to its mean wherever it is read."""
    net, groups = grouped("lean")
    found = measure(net, groups, decoded, CONFIG)
    for group in groups:
        gate = torch.ones(group.width, requires_grad=True)
        hooks = [faded(net, name, gate, decoded) for name in group.readers]
        slopes: list[Tensor] = []
        for image, mask in zip(decoded.images, decoded.masks, strict=True):
            loss = segmentation_loss(net(image[None].float()), mask[None].float())
            slopes += torch.autograd.grad(loss, gate)
        for hook in hooks:
            hook.remove()
        slow = torch.stack(slopes).square().mean(0)
        torch.testing.assert_close(
            found.importance[group.key], slow, rtol=1e-3, atol=1e-4 * float(slow.max())
        )


def faded(net: nn.Module, reader: str, gate: Tensor, decoded: DecodedSplit) -> RemovableHandle:
    read: list[Tensor] = []
    layer = net.get_submodule(reader)
    hook = layer.register_forward_pre_hook(lambda _, inputs: read.append(inputs[0]))
    with torch.no_grad():
        net(decoded.images.float())
    hook.remove()
    mean = read[0].mean((0, 2, 3))[:, None, None]
    gates = gate[:, None, None]
    return layer.register_forward_pre_hook(lambda _, xs: (mean + gates * (xs[0] - mean),))


def test_channels_that_are_no_numbers_are_silenced_and_go_first(decoded: DecodedSplit) -> None:
    net, _ = grouped("lean")
    state = net.state_dict()
    state["blocks.1.layers.0.0.weight"][5, 0] = torch.nan
    state["blocks.2.layers.2.1.running_var"][7] = torch.inf
    state["head.mlp.3.weight"][0, 2] = torch.nan
    broken = {"blocks.1.layers.0.0": [5], "blocks.1.layers.2.0": [7], "head.mlp.0": [2]}
    found = cut(net, SPECS["lean"], decoded, SizeBudget(parameters=15_000), CONFIG)
    assert found.not_finite == broken
    assert all(set(numbers) <= set(found.constant[key]) for key, numbers in broken.items())
    with torch.no_grad():
        assert found.net(decoded.images.float()).isfinite().all()
    assert silence(found.net, groups_of(found.net, found.spec)) == {}


def test_a_net_without_a_finite_channel_is_refused() -> None:
    net, groups = grouped("lean")
    net.state_dict()["blocks.3.layers.0.1.weight"][:] = torch.nan
    with pytest.raises(InputError, match=r"Every channel of blocks\.3\.layers\.0\.0 holds a NaN"):
        silence(net, groups)
    net, groups = grouped("lean")
    net.state_dict()["head.mlp.3.bias"][:] = torch.inf
    with pytest.raises(InputError, match=r"head\.mlp\.3\.bias holds a NaN or an infinity"):
        silence(net, groups)


def test_what_readers_see_is_the_slow_mean_and_span(decoded: DecodedSplit) -> None:
    net, groups = grouped("lean")
    found = observe(net, groups, decoded.images)
    read: list[Tensor] = []
    net.get_submodule("head.project.1").register_forward_pre_hook(lambda _, x: read.append(x[0]))
    with torch.no_grad():
        net(decoded.images.float())
    values = read[0].transpose(0, 1).flatten(1).double().numpy()
    seen = found["head.project.1"]
    np.testing.assert_allclose(seen.mean, values.mean(1), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(seen.low, values.min(1), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(seen.high, values.max(1), rtol=1e-5, atol=1e-5)
