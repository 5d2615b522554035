"""The state of an unfinished run: back to the bit, replaced whole, and no pickle."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.resume import STATE, State, load_state, save_state


@pytest.fixture
def state() -> State:
    """A net and an optimiser after two steps."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    for _ in range(2):
        net(torch.rand(2, 3, 8, 8).contiguous(memory_format=torch.channels_last)).sum().backward()
        optimizer.step()
    weights = net.state_dict()
    ema = {"n_averaged": torch.tensor(2), **{f"module.{n}": v * 0.5 for n, v in weights.items()}}
    numbers = {"epoch": 1, "best_jaccard": 0.25, "config": {"a": [1, None]}, "data": "d"}
    return State(weights, ema, {}, optimizer.state_dict(), numbers)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        torch.equal(value, other[name]) and value.dtype == other[name].dtype
        for name, value in one.items()
    )


def test_round_trip(state: State, tmp_path: Path) -> None:
    save_state(state, tmp_path)
    found = load_state(tmp_path)
    assert same(found.net, state.net)
    assert same(found.ema, state.ema)
    assert found.best == {}
    assert found.numbers == state.numbers
    moments = state.optimizer["state"]
    assert found.optimizer["state"].keys() == moments.keys()
    assert all(same(found.optimizer["state"][key], moments[key]) for key in moments)
    assert [path.name for path in tmp_path.iterdir()] == [STATE]


def test_an_optimiser_goes_on_from_it(state: State, tmp_path: Path) -> None:
    save_state(state, tmp_path)
    optimizer = torch.optim.AdamW([torch.nn.Parameter(v) for v in parameters(state)], lr=1)
    optimizer.load_state_dict(load_state(tmp_path).optimizer)
    assert optimizer.param_groups[0]["lr"] == 1e-3
    assert optimizer.state_dict()["state"][0]["step"] == 2


def parameters(state: State) -> list[torch.Tensor]:
    return [state.net[name] for name in ("0.weight", "0.bias", "1.weight", "1.bias")]


def test_a_second_state_replaces_the_first(state: State, tmp_path: Path) -> None:
    save_state(state, tmp_path)
    state.numbers["epoch"] = 2
    state.net["0.bias"].add_(1)
    save_state(state, tmp_path)
    found = load_state(tmp_path)
    assert found.numbers["epoch"] == 2
    assert torch.equal(found.net["0.bias"], state.net["0.bias"])
    assert [path.name for path in tmp_path.iterdir()] == [STATE]


def test_a_kill_while_writing_leaves_the_last_whole_state(state: State, tmp_path: Path) -> None:
    save_state(state, tmp_path)
    (tmp_path / f".{STATE}.tmp").write_bytes(b"half a sta")
    assert load_state(tmp_path).numbers == state.numbers


@pytest.mark.parametrize("length", [0, 8, 200, -1])
def test_a_truncated_state(state: State, tmp_path: Path, length: int) -> None:
    save_state(state, tmp_path)
    (tmp_path / STATE).write_bytes((tmp_path / STATE).read_bytes()[:length])
    with pytest.raises(InputError, match=r"resume.safetensors is damaged"):
        load_state(tmp_path)


@pytest.mark.parametrize(
    ("tensors", "header"),
    [
        ({"net/a": torch.zeros(1)}, None),
        ({"net/a": torch.zeros(1)}, {"numbers": "{}"}),
        ({"net/a": torch.zeros(1)}, {"numbers": "{", "groups": "[]"}),
        ({"other/a": torch.zeros(1)}, {"numbers": "{}", "groups": "[]"}),
        ({"moment/first/step": torch.zeros(1)}, {"numbers": "{}", "groups": "[]"}),
    ],
)
def test_another_safetensors_file(
    tmp_path: Path, tensors: dict[str, torch.Tensor], header: dict[str, str] | None
) -> None:
    save_file(tensors, tmp_path / STATE, metadata=header)
    with pytest.raises(InputError, match="is damaged"):
        load_state(tmp_path)


def test_a_missing_state(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is damaged"):
        load_state(tmp_path)


def test_numbers_are_readable_without_us(state: State, tmp_path: Path) -> None:
    save_state(state, tmp_path)
    content = (tmp_path / STATE).read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])["__metadata__"]
    assert json.loads(header["numbers"]) == state.numbers
