"""The state of an unfinished run in one safetensors file, replaced whole after every epoch.

Tensors carry a path-like name (`net/…`, `ema/…`, `best/…`, `moment/0/exp_avg`), plain numbers go
into the file's JSON header. No pickle, and a kill at any moment leaves the last whole epoch.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import safe_open
from torch import Tensor

from skinseg_mobile.runtime_py.errors import InputError, no_memory
from skinseg_mobile.train.checkpoint import write_tensors

STATE = "resume.safetensors"
Tensors = dict[str, Tensor]


@dataclass(frozen=True)
class State:
    """Everything that the next epoch depends on."""

    net: Tensors
    ema: Tensors
    best: Tensors
    optimizer: dict[str, Any]
    numbers: dict[str, Any]
    """Epochs and steps done, best dev Jaccard and its epoch, the run's config and data hash."""


def save_state(state: State, run: Path) -> None:
    """Replace the run's state.

    Raises:
        InputError: it cannot be written; the last one is kept.
    """
    tensors = {
        f"{part}/{name}": value
        for part, group in (("net", state.net), ("ema", state.ema), ("best", state.best))
        for name, value in group.items()
    }
    for parameter, moments in state.optimizer["state"].items():
        tensors |= {
            f"moment/{parameter}/{name}": value
            for name, value in moments.items()
            if value is not None  # SGD without momentum
        }
    header = {
        "numbers": json.dumps(state.numbers),
        "groups": json.dumps(state.optimizer["param_groups"]),
    }
    write_tensors(tensors, run / STATE, header)


def load_state(run: Path) -> State:
    """Read the run's state.

    Raises:
        InputError: the file is damaged.
    """
    parts: dict[str, Any] = {"net": {}, "ema": {}, "best": {}, "moment": {}}
    try:
        with safe_open(run / STATE, framework="pt") as file:
            header = file.metadata()
            for key in file.keys():  # noqa: SIM118 - safe_open is not a dict
                part, _, name = key.partition("/")
                parts[part][name] = file.get_tensor(key)
        moments: dict[int, Tensors] = {}
        for name, value in parts["moment"].items():
            parameter, _, moment = name.partition("/")
            moments.setdefault(int(parameter), {})[moment] = value
        optimizer = {"state": moments, "param_groups": json.loads(header["groups"])}
        return State(
            parts["net"], parts["ema"], parts["best"], optimizer, json.loads(header["numbers"])
        )
    except Exception as error:
        raise no_memory(error) or InputError(
            f"{run / STATE} is damaged ({error}). Remove the folder to start again."
        ) from error
