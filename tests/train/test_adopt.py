"""`adopt_module`: a net from elsewhere becomes a checkpoint, or one sentence says why not."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.adopt import (
    Adoption,
    adopt_module,
    arguments_named,
    doubts,
    input_named,
)
from skinseg_mobile.train.checkpoint import load_checkpoint
from skinseg_mobile.train.initial_weights import first_net, on_adopted
from skinseg_mobile.train.nets.adopted.net import NetOutput
from skinseg_mobile.train.presets import preset
from skinseg_mobile.train.references.engine import segmenter_of
from tests import foreign

UNET = "tests.foreign:unet"
PLAIN = Adoption(size=64, input="0..1")


def file_of(net: nn.Module, path: Path) -> Path:
    torch.save(net.state_dict(), path)
    return path


def test_a_file_becomes_a_checkpoint_that_computes_the_same(tmp_path: Path) -> None:
    net = foreign.unet()
    with torch.no_grad():
        net.get_parameter("out.bias").add_(1)  # not what the factory gives
    adopt_module(UNET, file_of(net, tmp_path / "a.pt"), PLAIN, tmp_path / "unet")
    found = load_checkpoint(tmp_path / "unet")
    assert (found.record.name, found.record.licence) == ("unet", "unknown")
    assert "a.pt" in found.record.initial_weights
    photo = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    image = torch.from_numpy(photo).permute(2, 0, 1)[None] / 255
    with torch.inference_mode():
        expected = net.eval()(image).sigmoid()[0, 0].numpy()
    np.testing.assert_allclose(segmenter_of(found).at_net_size(photo), expected, atol=1e-5)


Weights = dict[str, Tensor]
WRAPPED: dict[str, Callable[[Weights], Any]] = {
    "alone": dict,
    "beside an epoch": lambda weights: {"state_dict": weights, "epoch": 3},
    "as a model": lambda weights: {"model": weights},
    "averaged": lambda weights: {"ema": weights, "epoch": 3},
    "of SWA": lambda weights: {
        "n_averaged": torch.tensor(3),
        **{f"module.{n}": value for n, value in weights.items()},
    },
    "of Lightning": lambda weights: {
        "state_dict": {
            "loss.weight": torch.ones(2),
            **{f"model.{n}": value for n, value in weights.items()},
        },
    },
    "of DDP": lambda weights: {
        "state_dict": {f"module.{n}": value for n, value in weights.items()}
    },
}


@pytest.mark.parametrize("how", WRAPPED)
def test_weights_are_found_in_what_training_scripts_save(tmp_path: Path, how: str) -> None:
    weights = foreign.unet().state_dict()
    torch.save(WRAPPED[how](weights), tmp_path / "a.pt")
    found = adopt_module(UNET, tmp_path / "a.pt", PLAIN, tmp_path / "unet")
    assert torch.equal(found.weights["body.out.weight"], weights["out.weight"])


def test_tied_weights_are_kept(tmp_path: Path) -> None:
    found = adopt_module("tests.foreign:tied", foreign.tied(), PLAIN, tmp_path / "tied")
    assert torch.equal(found.weights["body.one.weight"], found.weights["body.other.weight"])


def test_an_adopted_net_starts_a_training_run(tmp_path: Path) -> None:
    adopt_module(UNET, foreign.unet(), PLAIN, tmp_path / "unet")
    init = str(tmp_path / "unet")
    config = on_adopted(preset("lean"), init)
    assert config.spec == load_checkpoint(tmp_path / "unet").record.spec
    assert not config.imagenet
    net, origin = first_net(config, init)
    assert origin.parent == load_checkpoint(tmp_path / "unet").digest
    net.train()(torch.zeros(2, 3, 64, 64)).sum().backward()
    assert all(parameter.grad is not None for parameter in net.parameters())
    assert on_adopted(preset("lean"), "lean-isic2017") == preset("lean")


class Bomb:
    def __reduce__(self) -> Any:
        return (Path.touch, (Path("exploded"),))


def with_code(path: Path) -> Path:
    path.write_bytes(pickle.dumps({"out.bias": Bomb()}))
    return path


WRONG: dict[str, tuple[str, Callable[[Path], Any], dict[str, Any], str]] = {
    "two kinds": (
        UNET, lambda f: saved({n: foreign.unet().state_dict() for n in ("model", "ema")}, f / "a"),
        {}, "a holds model and ema, which are other weights",
    ),
    "code": (UNET, lambda f: with_code(f / "a.pt"), {}, "holds more than tensors"),
    "no file": (UNET, lambda f: f / "b.pt", {}, "is no file"),
    "no tensors": (UNET, lambda f: saved([1, 2], f / "a.pt"), {}, "holds no weights by name"),
    "damaged": (UNET, lambda f: written(f / "a.safetensors"), {}, "is no safetensors file"),
    "another net's": (
        UNET, lambda f: file_of(foreign.mobile(), f / "a.pt"), {}, "the file lacks down.0.weight",
    ),
    "another width": (
        UNET, lambda f: file_of(foreign.unet(3), f / "a.pt"), {},
        r"out.weight is \(3, 8, 1, 1\) in the file and \(1, 8, 1, 1\) in the net",
    ),
    "arguments": (
        UNET, lambda f: foreign.unet(), {"arguments": {"depth": 3}}, "unexpected keyword argument",
    ),
    "channel": (UNET, lambda f: foreign.unet(), {"channel": 1}, "has no channel 1"),
    "softmax of one": (
        UNET, lambda f: foreign.unet(), {"output": NetOutput.SOFTMAX}, "softmax is 1 everywhere",
    ),
    "size": (UNET, lambda f: foreign.unet(), {"size": 100}, "no multiple of 32"),
    "input": (UNET, lambda f: foreign.unet(), {"input": "1..2"}, "MEAN/STD such as"),
    "threshold": (UNET, lambda f: foreign.unet(), {"threshold": 2}, "lies between 0 and 1"),
    "several": (
        "tests.foreign:several", lambda f: foreign.several(), {}, r"gives 2 results \(0, 1\)",
    ),
    "classes": ("tests.foreign:classes", lambda f: foreign.classes(), {}, "has no mask"),
    "3-D": ("tests.foreign:volume", lambda f: foreign.volume(), {}, "does not take images"),
    "dynamic": ("tests.foreign:dynamic", lambda f: foreign.dynamic(), {}, "cannot be traced"),
    "odd map": ("tests.foreign:valid", lambda f: foreign.valid(), {}, "do not divide it"),
    "random": ("tests.foreign:random", lambda f: foreign.random(), {}, "draw random numbers"),
    "no probability": (
        UNET, lambda f: foreign.unet(), {"output": NetOutput.PROBABILITY}, "no probabilities. Use",
    ),
    "channels last": (
        "tests.foreign:channels_last", lambda f: foreign.channels_last(), {},
        r"64 channels of 64×1 .* smaller by 1 and by 64\. If channels are its last axis",
    ),
    "no channels": (
        "tests.foreign:without_channels", lambda f: foreign.without_channels(), {},
        r"\(N, 64, 64\), without channels",
    ),
    "the batch's range": (
        "tests.foreign:batch_range", lambda f: foreign.batch_range(), {}, "in its batch",
    ),
    "a state": ("tests.foreign:counting", lambda f: foreign.counting(), {}, "keep a state"),
    "an end": ("tests.foreign:ending", lambda f: foreign.ending(), {}, "images.*SystemExit: 0"),
    "half": ("tests.foreign:half", lambda f: foreign.half(), {}, "in float16, and exports"),
    "half inside": (
        "tests.foreign:half_inside", lambda f: foreign.half_inside(), {}, r"Return net.float\(\)",
    ),
    "lazy": ("tests.foreign:lazy", lambda f: foreign.unet(), {}, r"not known yet \(weight\)"),
    "endless": (UNET, lambda f: foreign.unet(), {"input": "0,0,0/inf,1,1"}, "MEAN/STD such as"),
    "NaN": ("tests.foreign:broken", lambda f: foreign.broken(), {}, "no numbers"),
    "weight norm": (
        "tests.foreign:weight_normed", lambda f: foreign.weight_normed(), {}, "as weight norm",
    ),
    "batch statistics": (
        "tests.foreign:batch_statistics", lambda f: foreign.batch_statistics(), {},
        "without running statistics",
    ),
}  # fmt: skip


def saved(value: Any, path: Path) -> Path:
    torch.save(value, path)
    return path


def written(path: Path) -> Path:
    path.write_bytes(b"no safetensors")
    return path


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_adopted_is_one_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    factory, weights, changes, words = WRONG[name]
    monkeypatch.chdir(tmp_path)
    options: dict[str, Any] = {"size": 64, "input": "0..1", **changes}
    given = weights(tmp_path)
    with pytest.raises(InputError, match=words) as caught:
        adopt_module(factory, given, Adoption(**options), tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "exploded").exists()
    assert capfd.readouterr() == ("", ""), "torch prints what it could not trace"


def test_an_output_that_is_activated_already_is_doubted(tmp_path: Path) -> None:
    """The sigmoid of a probability is never below 0.5: every pixel would be of the mask."""

    def doubted(output: NetOutput) -> list[str]:
        adoption = Adoption(size=64, input="0..1", output=output)
        net, out = foreign.activated(), tmp_path / output
        return doubts(adopt_module("tests.foreign:activated", net, adoption, out))

    assert doubted(NetOutput.PROBABILITY) == []
    assert "give --output probability: the sigmoid of none" in doubted(NetOutput.LOGITS)[0]
    assert "sum to 1, as after a softmax" in doubted(NetOutput.SOFTMAX)[0]
    assert doubts(adopt_module(UNET, foreign.unet(), PLAIN, tmp_path / "unet")) == []


def test_safetensors_are_read(tmp_path: Path) -> None:
    save_file(dict(foreign.unet().state_dict()), tmp_path / "a.safetensors")
    adopt_module(UNET, tmp_path / "a.safetensors", PLAIN, tmp_path / "unet")


def test_inputs_and_arguments() -> None:
    assert input_named("0..1")[1] == (255.0, 255.0, 255.0)
    assert input_named("0.5,0.5,0.5/1,1,1") == ((127.5,) * 3, (255.0,) * 3)
    for text in ("[1]", "{"):
        with pytest.raises(InputError, match="--arguments is"):
            arguments_named(text)
