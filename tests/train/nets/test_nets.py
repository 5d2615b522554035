"""Nets against the papers' counts and against their own naive order."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from torch import nn

from benchmarks.nets_table import table
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.count import all_nets, count
from skinseg_mobile.train.nets.fold import ExportForm, folded
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.lean import LARGE, TO_STRIDE_32, Lean, LeanBlock, LeanLayout
from skinseg_mobile.train.nets.presets import NETS, NamedNet
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.nets.unet import UnetLayout
from skinseg_mobile.train.quantization import graph_of
from tests.train.families import NARROW, QUARTER
from tests.train.tiny import TINY

LARGE_TRUNK = LeanLayout(blocks=LARGE, levels=(3, 6, 14, 20))
FULL_TRUNK = LeanLayout(blocks=TO_STRIDE_32, levels=(2, 4, 10, 15))


def with_random_statistics(net: nn.Module) -> nn.Module:
    """Give batch norm layers statistics that are not the identity."""
    torch.manual_seed(1)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            for value in (module.weight, module.bias, module.running_mean):
                assert value is not None
                nn.init.normal_(value, 0.3, 0.2)
            assert module.running_var is not None
            nn.init.uniform_(module.running_var, 0.5, 2)
    return net.eval()


PARAMETERS = {
    "hypercolumn": 64_819_137,
    "hypercolumn-plain": 64_800_577,
    "hypercolumn-fc7x7": 165_463_873,
    "unet": 7_462_745,
    "unet-large": 149_959_766,
    "dense-residual-unet": 149_946_924,
    "fcdn": 5_039_457,
    "berseth-unet": 31_031_745,
    "bi-resnet": 32_946_753,
    "lean": 722_609,
    "lean-large": 4_436_225,
}
"""The first six from the papers; what the others must be is fitted, and pinned."""


@pytest.mark.slow
def test_counts_are_those_of_the_papers() -> None:
    counts = {net.name: net for net in all_nets()}
    assert {name: net.parameters for name, net in counts.items()} == PARAMETERS
    assert counts["hypercolumn"].multiply_adds == 463_176_663_040
    assert counts["hypercolumn"].multiply_adds_naive == 1_581_621_379_072
    for name, net in counts.items():
        has_column = NETS[name].spec.family in ("hypercolumn", "lean")
        assert (net.multiply_adds < net.multiply_adds_naive) == has_column, name


@pytest.mark.slow
def test_the_docs_hold_the_counted_table() -> None:
    assert table() in (Path(__file__).parents[3] / "docs/nets.md").read_text()


@pytest.mark.parametrize(
    "layout",
    [
        LeanLayout(),
        FULL_TRUNK,
        LARGE_TRUNK,
        QUARTER,
        HypercolumnLayout((4, 8, 8, 8, 8), 16, (16, 8), False),
    ],
)
def test_projecting_before_upsampling_is_exact(layout: LeanLayout | HypercolumnLayout) -> None:
    torch.manual_seed(0)
    net = with_random_statistics(layout.build())
    image = torch.rand(1, 3, 64, 96) * 255
    with torch.no_grad():
        torch.testing.assert_close(net(image), net.naive(image), rtol=1e-4, atol=1e-4)  # type: ignore[operator]
        assert net(image).shape == (1, 1, 64, 96)


@pytest.mark.parametrize("name", NARROW)
def test_folding_changes_nothing(name: str) -> None:
    net = with_random_statistics(NARROW[name].build())
    image = torch.rand(2, 3, *NARROW[name].size) * 255
    with torch.no_grad():
        torch.testing.assert_close(folded(net)(image), net(image), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(
            ExportForm(net)(image)[0], net(image).sigmoid(), rtol=1e-4, atol=1e-5
        )
    training_only = (nn.BatchNorm2d, nn.Dropout)
    assert not any(isinstance(m, training_only) for m in folded(net).modules())
    has_some = name != "hypercolumn-fc7x7"
    assert any(isinstance(m, training_only) for m in net.modules()) == has_some, "net was touched"


@pytest.mark.parametrize("name", NETS)
def test_spec_survives_json(name: str) -> None:
    spec = NETS[name].spec
    assert NetSpec.from_dict(json.loads(json.dumps(spec.as_dict()))) == spec


def test_an_input_may_be_wider_than_high() -> None:
    spec = NetSpec("lean", (64, 96), TINY.spec.layout)
    assert NetSpec.from_dict(json.loads(json.dumps(spec.as_dict()))) == spec
    assert (spec.height, spec.width) == (64, 96)
    graph = graph_of(ExportForm(spec.build()), spec.size)
    assert graph(torch.zeros(1, 3, 64, 96))[0].shape == (1, 1, 64, 96)
    wide, square = (count("", NamedNet(s, "", "")) for s in (spec, TINY.spec))
    assert wide.multiply_adds == square.multiply_adds * 96 // 64


def test_pruned_widths_are_an_ordinary_spec() -> None:
    layout = LeanLayout(
        stem=8, blocks=(LeanBlock(8, 8), LeanBlock(24, 16, 5, 2)), levels=(1,), hidden=(8, 8)
    )
    spec = NetSpec("lean", 64, layout)
    assert NetSpec.from_dict(json.loads(json.dumps(spec.as_dict()))).build()(
        torch.zeros(1, 3, 64, 64)
    ).shape == (1, 1, 64, 64)


@pytest.mark.parametrize(
    "broken",
    [
        {"family": "unknown", "input_size": 192, "layout": {}},
        {"family": "lean", "input_size": 190, "layout": {}},
        {"family": "lean", "input_size": [192], "layout": {}},
        {"family": "lean", "input_size": [192, 250], "layout": {}},
        {"family": "lean", "input_size": [192, 192], "layout": {}},
        {"family": "lean", "input_size": [192, "256"], "layout": {}},
        {"family": "unet", "input_size": 64, "layout": asdict(UnetLayout())},
        {"family": "unet", "input_size": 128, "layout": {**asdict(UnetLayout()), "filters": [4]}},
        {"family": "lean", "input_size": 192, "layout": {"stem": "wide"}},
        {"family": "lean", "input_size": 192, "layout": {"steam": 3}},
        {"family": "lean", "input_size": 192},
    ],
)
def test_a_damaged_spec_is_one_sentence(broken: dict[str, object]) -> None:
    with pytest.raises(InputError):
        NetSpec.from_dict(broken)


@pytest.mark.parametrize("layout", [LeanLayout(), FULL_TRUNK])
def test_imagenet_weights_reach_every_trunk_layer(layout: LeanLayout) -> None:
    net = Lean(layout)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    net.load_imagenet()
    for name, value in net.state_dict().items():
        if name.startswith(("stem", "blocks")) and not name.endswith("num_batches_tracked"):
            assert not torch.equal(value, before[name]), name


def test_imagenet_weights_refuse_other_widths() -> None:
    with pytest.raises(InputError, match="EfficientNet-Lite0"):
        Lean(LeanLayout(stem=16, blocks=(LeanBlock(16, 16),), levels=(0,))).load_imagenet()
