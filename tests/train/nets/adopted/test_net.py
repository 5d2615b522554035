"""A user's net in our contract: normalisation, outputs, folding, and back again."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.adopted.factory import build, reference_of, source_hash
from skinseg_mobile.train.nets.adopted.net import Adopted, AdoptedLayout, ColourOrder, NetOutput
from skinseg_mobile.train.nets.adopted.trace import GraphForm
from skinseg_mobile.train.nets.count import cost
from skinseg_mobile.train.nets.fold import ExportForm, folded, unfold
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.quantization import convolutions, graph_of, layer_of
from tests import foreign

IMAGE = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 255
MEAN, DEVIATION = (120.0, 110.0, 100.0), (50.0, 60.0, 70.0)


def layout_of(factory: str, **changes: Any) -> AdoptedLayout:
    fields: dict[str, Any] = {
        "factory": factory, "source_sha256": source_hash(factory), "size": (64, 64), "mean": MEAN,
        "deviation": DEVIATION, "colour": ColourOrder.RGB, "output": NetOutput.LOGITS,
        "channel": 0,
    }  # fmt: skip
    return AdoptedLayout(**{**fields, **changes})


def net_of(factory: str, **changes: Any) -> Adopted:
    net = layout_of(factory, **changes).build().eval()
    assert isinstance(net, Adopted)
    return net


def normalised(image: Tensor) -> Tensor:
    return (image - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(DEVIATION).view(1, 3, 1, 1)


@torch.inference_mode()
def test_logits_are_those_of_the_net_itself() -> None:
    own = foreign.unet().eval()
    assert torch.allclose(net_of("tests.foreign:unet")(IMAGE), own(normalised(IMAGE)), atol=1e-5)


@torch.inference_mode()
def test_colours_are_reversed_with_their_mean() -> None:
    found = net_of("tests.foreign:unet", colour=ColourOrder.BGR)(IMAGE)
    own = foreign.unet().eval()(normalised(IMAGE.flip(1)))
    assert torch.allclose(found, own, atol=1e-5)


@torch.inference_mode()
@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("channel", [0, 1])
def test_a_softmax_is_one_logit(classes: int, channel: int) -> None:
    changes = {"arguments": {"channels": classes}, "channel": channel}
    found = net_of("tests.foreign:unet", output=NetOutput.SOFTMAX, **changes)(IMAGE)
    scores = foreign.unet(classes).eval()(normalised(IMAGE))
    assert torch.allclose(found.sigmoid()[:, 0], scores.softmax(1)[:, channel], atol=1e-6)


@torch.inference_mode()
def test_a_probability_is_one_logit_and_its_sigmoid_is_dropped() -> None:
    changes = {"arguments": {"probability": True}, "output": NetOutput.PROBABILITY}
    net = net_of("tests.foreign:unet", **changes)
    expected = foreign.unet(probability=True).eval()(normalised(IMAGE))
    assert torch.allclose(net(IMAGE).sigmoid(), expected, atol=1e-5)
    form = ExportForm(net)
    assert torch.allclose(form(IMAGE)[0], expected, atol=1e-5)
    kinds = [str(n.target) for n in graph_of(form, 64).graph.nodes if n.op == "call_function"]
    assert sum("sigmoid" in kind for kind in kinds) == 1
    assert not any("log." in kind for kind in kinds)


@torch.inference_mode()
def test_small_maps_of_a_mapping_are_enlarged() -> None:
    net = net_of("tests.foreign:mobile")
    assert net.stages(IMAGE)["head"].shape == (2, 1, 16, 16)
    assert net(IMAGE).shape == (2, 1, 64, 64)


@torch.inference_mode()
def test_no_stage_is_named_as_a_files_input_or_output() -> None:
    assert list(net_of("tests.foreign:named").stages(IMAGE)) == ["stem", "head"]


@torch.inference_mode()
@pytest.mark.parametrize("factory", ["tests.foreign:unet", "tests.foreign:mobile"])
def test_the_graph_has_no_batch_norm_and_the_same_stages(factory: str) -> None:
    net = net_of(factory)
    form = net.graph_form()
    for name, value in net.stages(IMAGE).items():
        found = form.stages(IMAGE)[name]
        assert float((found - value).abs().max()) <= 1e-5 * float(value.abs().max())
    graph = graph_of(ExportForm(net), 64)
    operations = [node for node in graph.graph.nodes if node.op == "call_function"]
    assert not any("norm" in str(node.target) for node in operations)
    assert all(layer_of(node).startswith("body.") for node in convolutions(graph))


@torch.inference_mode()
def test_a_changed_graph_goes_back_into_the_net() -> None:
    net = net_of("tests.foreign:unet")
    form = folded(net)
    assert isinstance(form, GraphForm)
    assert len(form.folded) == 4  # one of them behind a transposed convolution
    for parameter in form.parameters():
        parameter.add_(0.01 * torch.randn(parameter.shape))
    back = unfold(net, form)
    assert back.state_dict().keys() == net.state_dict().keys()
    assert not torch.allclose(back(IMAGE), net(IMAGE), atol=1e-3)
    assert torch.allclose(back(IMAGE), form(IMAGE), atol=1e-4)


@torch.inference_mode()
def test_norms_that_share_go_back_too() -> None:
    net = net_of("tests.foreign:norms")
    form = folded(net)
    assert isinstance(form, GraphForm)
    assert [pair.norm for pair in form.folded] == ["body.first", "body.second"]
    assert torch.allclose(unfold(net, form)(IMAGE), net(IMAGE), atol=1e-4)
    for parameter in form.parameters():
        parameter.add_(0.01 * torch.randn(parameter.shape))
    assert torch.allclose(unfold(net, form)(IMAGE), form(IMAGE), atol=1e-4)


@torch.inference_mode()
@pytest.mark.parametrize("name", ["channel_shuffle_by_view", "expanded", "expanded_to_the_side"])
def test_what_authors_write_is_traced_without_copies(name: str) -> None:
    net = net_of("tests.foreign:fault", arguments={"name": name})
    assert torch.allclose(folded(net)(IMAGE), net(IMAGE), atol=1e-4)
    kinds = [str(n.target) for n in graph_of(ExportForm(net), 64).graph.nodes]
    assert not any("expand" in kind or "contiguous" in kind for kind in kinds)


def test_a_spec_survives_json() -> None:
    spec = NetSpec("adopted", 64, layout_of("tests.foreign:unet", arguments={"channels": 2}))
    assert NetSpec.from_dict(json.loads(json.dumps(spec.as_dict()))) == spec
    assert cost(spec).parameters == sum(p.numel() for p in foreign.unet(2).parameters())


def test_it_fits_one_size() -> None:
    with pytest.raises(InputError, match="fits the input size"):
        NetSpec("adopted", 96, layout_of("tests.foreign:unet"))


def test_changed_source_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "own_net.py"
    file.write_text("from torch import nn\n\ndef make():\n    return nn.Conv2d(3, 1, 1)\n")
    known = source_hash("own_net:make")
    assert isinstance(build("own_net:make", {}, known), nn.Conv2d)
    file.write_text(file.read_text() + "# changed\n")
    with pytest.raises(InputError, match=r"own_net\.py changed since own_net:make was adopted"):
        build("own_net:make", {}, known)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("tests.foreign", "names no factory"),
        ("no_such_module:make", "There is no module no_such_module"),
        ("tests.foreign:nothing", "has no function or class nothing"),
        ("os:system", "is Python's own"),
        ("tests.foreign:seeded", "raised TypeError"),
        ("tests.foreign:_resize", "returned function"),
    ],
)
def test_factories_that_are_none(reference: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        build(reference, {})


def test_what_has_no_name_cannot_be_a_factory() -> None:
    assert reference_of(foreign.unet) == "tests.foreign:unet"
    with pytest.raises(InputError, match="cannot be imported by a name"):
        reference_of(lambda: nn.Conv2d(3, 1, 1))
