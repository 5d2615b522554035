"""`Manifest`: all an app needs to run an artefact, and the hashes that prove it is the one.

DIR/model.onnx | model.tflite | model.mlpackage/
DIR/manifest.json
DIR/manifest.sha256      the manifest's own hash; see `checksums`
DIR/golden.npz
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from skinseg_mobile.runtime_py.artifact.checksums import (
    MANIFEST,
    OWN_BYTES,
    hashes_of,
    require_plain,
    require_seal,
    write_seal,
)
from skinseg_mobile.runtime_py.contract import CONTRACT, OURS, Contract, Frame, OutputKind
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.images.pipeline import RESIZE_RULE, THRESHOLD
from skinseg_mobile.runtime_py.storage.atomic import read_json, sha256, to_json, write_file
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.spec import (
    METADATA_PREFIX,
    Described,
    ModelFile,
    TensorInfo,
)

GOLDEN = "golden.npz"
FORMAT = 2
COLOUR = "RGB"
MODEL_BYTES, GOLDEN_BYTES = 2 << 30, 256 << 20
"""Larger files are not read; no TFLite or ONNX file can be larger than the first."""
_MOST_PIXELS = 4096 * 4096
_ABSENT = ("adopted", "contract", "contexts")
"""Fields that stand in the manifests of adopted or compiled files alone."""


@dataclass(frozen=True)
class Provenance:
    """Where an artefact comes from, beside its checkpoint's hash and its tools' versions."""

    weights_sha256: str
    data: str
    """Name of the set trained on."""
    data_sha256: str
    """Its ids, splits and file contents."""
    train_ids_sha256: str
    """Of the ids trained on: sorted, one a line (`sort ids.txt | sha256sum`)."""
    commit: str
    """The toolkit's own, `-dirty` where files differed from it; `unknown` outside a checkout."""
    calibration_ids_sha256: str | None = None
    """Of the ids that ranges were measured on, written the same way."""
    parent: str | None = None
    """Hash of the checkpoint that this one was made from."""


@dataclass(frozen=True)
class Manifest:
    """What `manifest.json` says."""

    name: str
    task: Task
    target: str
    """A key of `TARGETS`."""
    precision: Precision
    model_sha256: str
    model_bytes: int
    golden_sha256: str
    checkpoint: str
    checkpoint_sha256: str
    input: TensorInfo
    output: TensorInfo
    licence: str
    threshold: float = THRESHOLD
    resize: str = RESIZE_RULE
    colour: str = COLOUR
    ios: int | None = None
    calibration: dict[str, Any] | None = None
    versions: dict[str, str] = field(default_factory=dict[str, str])
    operations: dict[str, int] = field(default_factory=dict[str, int])
    """By type, as the file has them."""
    float_operations: dict[str, int] = field(default_factory=dict[str, int])
    """Of an 8-bit file: those that compute in float, as its checkpoint asked."""
    parameters: int | None = None
    """Of the net in the checkpoint."""
    multiply_adds: int | None = None
    """Of the net for one image of its input size."""
    taps: tuple[str, ...] = ()
    """Stages that a debug artefact gives beside the probability."""
    provenance: Provenance | None = None
    adopted: str | None = None
    """Name of the file that came from elsewhere and was adopted as it is."""
    contract: Contract | None = None
    """An adopted file's own, where it is not this project's; `resize` and `colour` then say so."""
    contexts: dict[str, str] | None = None
    """Files compiled for one chip, each with that chip's engine: `hexagon-8gen3.onnx` with
    `hexagon:8gen3`. The file itself does not say it."""
    files: dict[str, str] = field(default_factory=dict[str, str])
    """SHA-256 of every other file in the folder, by POSIX name; `write_manifest` fills it in."""
    format: int = FORMAT

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise ValueError(f"target must be one of {', '.join(TARGETS)}, got {self.target!r:.40}")
        if not 0 < self.threshold < 1:
            raise ValueError(f"threshold must be in (0, 1), got {self.threshold}")
        rules = (CONTRACT, CONTRACT) if self.contract else (COLOUR, RESIZE_RULE)
        if (self.colour, self.resize) != rules:
            raise ValueError(
                f"colour and resize must be '{rules[0]}' and '{rules[1]}', got '{self.colour}' and"
                f" '{self.resize}'"
            )
        given = self.input
        if given.shape[0] != 1 or given.channels != 3:
            raise ValueError(f"input must be one image of 3 channels, got {given.shape}")
        if math.prod(given.side) > _MOST_PIXELS:
            raise ValueError(f"input may have {_MOST_PIXELS} pixels, got {given.shape}")
        _require_map(self.output, given, self.contract)
        for name, engine in (self.contexts or {}).items():
            if name not in self.files or PurePosixPath(name).parts != (name,):
                raise ValueError(f"contexts names {name!r:.40}, which files does not list")
            if name != context_file(engine):
                raise ValueError(f"contexts gives {name!r:.40} to {engine!r:.40}, another chip")

    @property
    def label(self) -> str:
        """What tables and reports call the artefact."""
        with_taps = ", taps" if self.taps else ""
        return f"{self.name} ({self.target} {self.precision}{with_taps})"

    @property
    def model_file(self) -> str:
        """Name of the model inside the artefact's folder; fixed, never read from a file."""
        return TARGETS[self.target].file

    @property
    def side(self) -> tuple[int, int]:
        """(height, width) of the model's input."""
        return self.input.side

    @property
    def rules(self) -> Contract:
        """The contract that the file follows: its own, or this project's."""
        return self.contract or OURS

    @property
    def frame(self) -> Frame:
        """Where an image's pixels lie in the model's input."""
        return self.rules.frame(*self.side)

    def model_in(self, folder: Path, threads: int = 1) -> ModelFile:
        """Return what an engine needs to open this artifact's model."""
        path = folder / self.model_file
        compiled = {engine: folder / name for name, engine in (self.contexts or {}).items()}
        return ModelFile(path, self.input, self.output, self.taps, self.rules, threads, compiled)

    def require_contexts(self, folder: Path) -> None:
        """Raise InputError where a compiled file does not have the hash in `files`."""
        for name in self.contexts or {}:
            require_plain(folder / name, MODEL_BYTES)
            _require_hash(folder / name, self.files[name])


def context_file(engine: str) -> str:
    """Return the name of the file that is compiled for an engine's chip.

    >>> context_file("hexagon:8gen3")
    'hexagon-8gen3.onnx'
    """
    return f"{engine.replace(':', '-')}.onnx"


def _require_map(result: TensorInfo, given: TensorInfo, contract: Contract | None) -> None:
    if contract is None:
        if result.shape[0] != 1 or result.channels != 1 or result.side != given.side:
            raise ValueError(
                f"output must be one map of 1 channel and the input's size, got {result.shape}"
            )
        return
    least = 2 if contract.output is OutputKind.SOFTMAX else 1
    if result.shape[0] != 1 or not result.channels >= max(least, contract.channel + 1):
        raise ValueError(
            f"output must be one map with the channel {contract.channel}"
            f"{' and another' if least == 2 else ''}, got {result.shape}"
        )
    if math.prod(result.side) > _MOST_PIXELS:
        raise ValueError(f"output may have {_MOST_PIXELS} pixels, got {result.shape}")


def require_honest(manifest: Manifest, found: Described) -> None:
    """Raise InputError where a model file contradicts its manifest.

    Its tensors and its precision, by which the gate's limits are chosen, must be the manifest's,
    and its own metadata, if it has any, must name the same threshold, task and checkpoint: a model
    of another checkpoint, or a manifest with another threshold, computes plausible masks, and
    numbers alone cannot always tell.
    """
    for info, tensors in ((manifest.input, found.inputs), (manifest.output, found.outputs)):
        if tensors.get(info.name) != (info.shape, info.dtype):
            has = ", ".join(f"{name} {shape} {dtype}" for name, (shape, dtype) in tensors.items())
            raise InputError(
                f"{MANIFEST} says that the model has {info.name} {info.shape} {info.dtype}, the"
                f" model itself has {has}. Export the artefact again."
            )
    for tap in manifest.taps:
        if tap not in found.outputs:
            raise InputError(
                f"{MANIFEST} names the tap {tap}, which its model lacks. Export the artefact again."
            )
    if found.precision not in (None, manifest.precision):
        raise InputError(
            f"{MANIFEST} calls the model {manifest.precision}, the file itself is"
            f" {found.precision}. Export the artefact again."
        )
    for key in ("threshold", "task", "checkpoint_sha256"):
        wanted = str(getattr(manifest, key))
        own = found.metadata.get(f"{METADATA_PREFIX}.{key}", wanted)
        if own != wanted:
            raise InputError(
                f"The {key} is {wanted} in {MANIFEST} and {own:.64} in the model itself. Export the"
                " artefact again."
            )


def is_artefact(path: Path) -> bool:
    """Return whether a folder looks like an artefact; what reads it refuses links and devices."""
    manifest = path / MANIFEST
    return manifest.is_symlink() or (manifest.exists() and not manifest.is_dir())


def read_manifest(folder: Path) -> Manifest:
    """Read a manifest and check its own hash and those of the files that are used with it.

    Raises:
        InputError: missing or damaged manifest, or a model or golden with another hash.
    """
    manifest = parse_manifest(folder)
    require_seal(folder)
    model = folder / manifest.model_file
    size = require_plain(model, MODEL_BYTES)
    if size != manifest.model_bytes:
        raise InputError(
            f"{model} has {size} bytes, {MANIFEST} says {manifest.model_bytes}. Export the artefact"
            " again."
        )
    require_plain(folder / GOLDEN, GOLDEN_BYTES)
    _require_hash(model, manifest.model_sha256)
    _require_hash(folder / GOLDEN, manifest.golden_sha256)
    manifest.require_contexts(folder)
    return manifest


def parse_manifest(folder: Path) -> Manifest:
    """Read a manifest without looking at any hash.

    Raises:
        InputError: missing, damaged or of another format.
    """
    require_plain(folder / MANIFEST, OWN_BYTES)
    data = read_json(folder / MANIFEST)
    if data.get("format") != FORMAT:
        raise InputError(
            f"{folder / MANIFEST} has format {data.get('format')!r:.40}, this version reads"
            f" {FORMAT}. Export the artefact again."
        )
    try:
        return rebuild(Manifest, data)
    except ValueError as error:
        raise InputError(
            f"{folder / MANIFEST} is damaged: {error}. Export the artefact again."
        ) from error


def write_manifest(manifest: Manifest, folder: Path) -> Manifest:
    """Write `manifest.json` and its seal; return it as written, with the hash of every file."""
    return seal(replace(manifest, files=hashes_of(folder)), folder)


def seal(listed: Manifest, folder: Path) -> Manifest:
    """Write a manifest that lists the hash of every file already; return it."""
    kept = {n: v for n, v in asdict(listed).items() if v is not None or n not in _ABSENT}
    write_file(folder / MANIFEST, to_json(kept))
    write_seal(folder)
    return listed


def model_hash(name: str, files: Mapping[str, str]) -> str:
    """Return `sha256` of the model `name`, a file or a folder, from the hashes of files."""
    inside = sorted(PurePosixPath(path) for path in files if path.startswith(f"{name}/"))
    if not inside:
        return files[name]
    lines = (f"{path.relative_to(name)}\0{files[str(path)]}\0" for path in inside)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def model_size(path: Path) -> int:
    """Return the bytes of a model file, or of all files of a model folder."""
    return (
        sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
        if path.is_dir()
        else path.stat().st_size
    )


def _require_hash(path: Path, expected: str) -> None:
    if sha256(path) != expected:
        raise InputError(f"{path} does not have the hash in {MANIFEST}. Export the artefact again.")
