"""`Checkpoint`: a trained net on disk, and everything one must know to trust it.

DIR/weights.safetensors   the weights, hash-checked before use
DIR/checkpoint.json       spec, config, ids seen in training, data hash, metrics, parent hash
DIR/quantization.json     optional: activation ranges, written by calibration
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from skinseg_mobile.runtime_py.errors import InputError, because, unwritable
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.images.pipeline import THRESHOLD
from skinseg_mobile.runtime_py.storage.alone import beside
from skinseg_mobile.runtime_py.storage.atomic import (
    new_folder,
    read_json,
    sha256,
    to_json,
    write_file,
)
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.quantization import Quantization, read_quantization

WEIGHTS = "weights.safetensors"
RECORD = "checkpoint.json"
FORMAT = 1


@dataclass(frozen=True)
class Record:
    """What `checkpoint.json` says."""

    name: str
    task: Task
    spec: NetSpec
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    metrics: dict[str, Any] = field(default_factory=dict[str, Any])
    initial_weights: str = "random"
    parent: str | None = None
    licence: str = "Apache-2.0"
    threshold: float = THRESHOLD
    weights_sha256: str = ""
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.name in ("", "..") or Path(self.name).name != self.name:
            raise ValueError(f"name is '{self.name}', and a folder cannot be named so")
        if not 0 < self.threshold < 1:
            raise ValueError(f"threshold is {self.threshold}, and it lies between 0 and 1")


@dataclass(frozen=True)
class Checkpoint:
    """A record with its weights (name: tensor) and, once calibrated, its activation ranges."""

    record: Record
    weights: dict[str, Tensor]
    quantization: Quantization | None = None

    def build(self) -> nn.Module:
        """Return the net with its weights, in evaluation mode.

        Raises:
            InputError: the weights do not fit the spec.
        """
        self._require_fit()
        net = self.record.spec.build()
        net.load_state_dict(self.weights)
        return net.eval()

    def _require_fit(self) -> None:
        """Compare shapes on torch's meta device: a damaged width must not fill the memory."""
        with torch.device("meta"):
            wanted = _shapes(self.record.spec.build().state_dict())
        found = _shapes(self.weights)
        differing = [n for n in {**wanted, **found} if wanted.get(n) != found.get(n)]
        if differing:
            name = differing[0]
            raise InputError(
                f"The weights of {self.record.name} do not fit its spec: {name} is"
                f" {found.get(name, 'absent')} and not {wanted.get(name, 'absent')}. Restore the"
                " checkpoint."
            )

    @property
    def digest(self) -> str:
        """SHA-256 that names this checkpoint: of its record, which holds that of its weights."""
        return hashlib.sha256(to_json(asdict(self.record)).encode()).hexdigest()


def _shapes(weights: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in weights.items()}


def is_checkpoint(path: Path) -> bool:
    """Return whether a folder looks like a checkpoint."""
    return (path / RECORD).is_file()


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint folder and check its hash.

    Raises:
        InputError: missing, damaged, or of another format.
    """
    data = read_json(path / RECORD)
    if data.get("format") != FORMAT:
        raise InputError(
            f"{path / RECORD} has format {data.get('format')}, and this version reads {FORMAT}. Use"
            " the version that wrote it."
        )
    try:
        record = rebuild(Record, data)
    except ValueError as error:
        raise InputError(f"{path / RECORD} is damaged: {error}. Restore the file.") from error
    if sha256(path / WEIGHTS) != record.weights_sha256:
        raise InputError(
            f"{path / WEIGHTS} does not have the hash that {RECORD} names. Restore the file."
        )
    try:
        weights = load_file(path / WEIGHTS)
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"{path / WEIGHTS} is no safetensors file ({because(error)}). Restore the file."
        ) from error
    return Checkpoint(record, weights, read_quantization(path, record.weights_sha256))


def kept_checkpoint(path: Path, make: Callable[[Path], Checkpoint]) -> Checkpoint:
    """Return the checkpoint of a step that was finished before, or make it now."""
    return load_checkpoint(path) if is_checkpoint(path) else make(path)


def save_checkpoint(record: Record, net: nn.Module, path: Path) -> Checkpoint:
    """Write a new checkpoint folder.

    Raises:
        InputError: `path` exists or cannot be written.
    """
    with new_folder(path) as folder:
        write_checkpoint(record, net.state_dict(), folder)
    return load_checkpoint(path)


def write_checkpoint(record: Record, weights: dict[str, Tensor], folder: Path) -> None:
    """Write into an existing folder, the record last: it makes the folder a checkpoint."""
    write_tensors(weights, folder / WEIGHTS)
    full = {**asdict(record), "weights_sha256": sha256(folder / WEIGHTS)}
    write_file(folder / RECORD, to_json(full))


def write_tensors(
    tensors: Mapping[str, Tensor], path: Path, header: Mapping[str, str] | None = None
) -> None:
    """Replace a safetensors file, whole or not at all: a full disk or a kill spoils none.

    Raises:
        InputError: it cannot be written; what stood there before still does.
    """
    whole = {
        name: value.detach().cpu().contiguous(memory_format=torch.contiguous_format)
        for name, value in tensors.items()
    }
    if len({value.untyped_storage().data_ptr() for value in whole.values()}) < len(whole):
        whole = {name: value.clone() for name, value in whole.items()}  # tied, in a user's net
    with beside(path) as temporary:
        try:
            save_file(whole, temporary, metadata=dict(header) if header else None)
            temporary.chmod(0o644)  # safetensors writes for the owner alone
            temporary.replace(path)
        except (SafetensorError, OSError) as error:
            raise unwritable(path, error) from error
