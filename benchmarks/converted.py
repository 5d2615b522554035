"""What becomes of a small net in a converter: `convert`, in one of several ways.

ours    as `export` does it, with its refusals and rewrites, in fp32
int8    the same with 8-bit weights and results
plain   the traced net as it is, in fp32: what the converter makes of it without us
ncnn …  the file of `ours` on another engine of its target
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, fx, nn

from benchmarks.converter_modules import SIDE
from skinseg_mobile.compress.quantize.calibrate import ranges_on
from skinseg_mobile.compress.quantize.calibration_set import CalibrationSet
from skinseg_mobile.export.operations import unfit
from skinseg_mobile.export.source import INPUT, Source
from skinseg_mobile.export.targets import EXPORTERS
from skinseg_mobile.export.targets.executorch.convert import lower, require_delegated
from skinseg_mobile.runtime_py.engines.load import ENGINES, engine_for
from skinseg_mobile.runtime_py.errors import SkinsegError
from skinseg_mobile.runtime_py.formats import EngineClass, Precision, Task
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.in_child import ChildEngine
from skinseg_mobile.runtime_py.targets.spec import ModelFile, TensorInfo
from skinseg_mobile.runtime_py.targets.tensors import TensorEngine, restore, store
from skinseg_mobile.runtime_py.vendors import vendor_noise_to
from skinseg_mobile.train.checkpoint import Checkpoint, Record
from skinseg_mobile.train.nets.adopted.factory import source_hash
from skinseg_mobile.train.nets.adopted.net import AdoptedLayout, ColourOrder, NetOutput
from skinseg_mobile.train.nets.adopted.rewrites import kind_of
from skinseg_mobile.train.nets.fold import PROBABILITY, ExportForm
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.synth import draw

BESIDE = {"ncnn": "onnx", "hexagon:8gen3": "onnx", "litert-gpu": "tflite"}
"""Other engines, by the target whose files they run."""
TOGETHER = ("ours", "plain")
"""Ways that several nets go in one file; the others go one by one, once `ours` is right."""
WAYS = (*TOGETHER, "int8", *BESIDE)
WRONG = {Precision.FP32: 2e-3, Precision.FP16: 0.03, Precision.INT8: 0.03}
"""From which difference of the probability a result is wrong, of the spread of torch's: the largest
one of floats, the mean of them in int8."""
MOVES_NOTHING = ("slice", "clone", "contiguous", "alias", "detach", "view", "reshape", "flatten")
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Outcome:
    """What became of a net."""

    verdict: str
    """`right`, `wrong`, `refused` by us, `fails` in the converter or its engine; `same`: the graph
    is that of our own way."""
    gap: float | None = None
    """Of the probability to torch's, of the spread of torch's; None where nothing ran."""
    words: str = ""
    """Why it was refused or fails."""


class PlainForm(ExportForm):
    """A user's net with its sigmoid, traced by nobody."""

    def __init__(self, net: nn.Module) -> None:
        nn.Module.__init__(self)
        self.net, self.unit, self.outputs = net.eval(), 1.0, (PROBABILITY,)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return the probability."""
        return (self.net(image).sigmoid(),)


class PlainSource(Source):
    """A checkpoint whose net the converter gets as its own code computes it."""

    @cached_property
    def form(self) -> ExportForm:
        """The net itself."""
        return PlainForm(self.checkpoint.build())


class Together(ExportForm):
    """Several nets that read one image; the first gives `probability`, the others `net_1`, …"""

    def __init__(self, forms: Sequence[ExportForm]) -> None:
        nn.Module.__init__(self)
        self.forms = nn.ModuleList(forms)
        self.unit = 1.0
        self.outputs = (PROBABILITY, *(f"net_{number}" for number in range(1, len(forms))))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return the probability of each."""
        return tuple(form(image)[0] for form in self.forms)


@dataclass(frozen=True)
class SourceOfSeveral(Source):
    """Nets for one file."""

    forms: tuple[ExportForm, ...] = ()

    @cached_property
    def form(self) -> ExportForm:
        """All of them."""
        return Together(self.forms)


@dataclass(frozen=True)
class Prepared:
    """A module's net, ready for every target."""

    ours: Source
    plain: PlainSource
    probability: Array
    """(images, 64, 64) as torch computes it."""

    @cached_property
    def same(self) -> bool:
        """Whether both ways are one graph."""
        kinds = [_kinds(source) for source in (self.ours, self.plain)]
        return kinds[0] is not None and kinds[0] == kinds[1]


def convert(
    names: Sequence[str], target: str, way: str, refused: Sequence[str]
) -> dict[str, Outcome | None]:
    """Return the outcomes by module; None for several that the converter did not take together."""
    torch.set_num_threads(1)
    found = {name: _known(name, target, way, name in refused) for name in names}
    left = [name for name, outcome in found.items() if not outcome]
    return {**found, **(_converted(left, target, way) if left else {})}


def _known(name: str, target: str, way: str, refused: bool) -> Outcome | None:
    """Return the outcome where nothing need be converted."""
    case = prepared(name)
    if isinstance(case, Outcome):
        return case
    if way == "plain":
        return Outcome("same") if case.same and not refused else None
    bad = next(unfit(case.ours.nodes, [target]), None)
    if bad:
        return Outcome("refused", words=f"{bad.words}: {bad.advice}")
    return _left_by_xnnpack(case.ours) if (target, way) == ("executorch", "ours") else None


def _left_by_xnnpack(source: Source) -> Outcome | None:
    """Return the refusal of a net that XNNPACK does not take: of several, one would fail all."""
    with TemporaryDirectory() as folder:
        try:
            with vendor_noise_to(Path(folder) / "log"):
                require_delegated(lower(source, source.form).exported_program().graph)
        except Exception as error:
            return _failure(error)
    return None


@lru_cache(maxsize=16)
def prepared(name: str) -> Prepared | Outcome:
    """Adopt a module's net; where that is refused, say why."""
    checkpoint = checkpoint_of(name)
    source = Source(checkpoint, None)
    try:
        assert source.nodes
    except SkinsegError as error:
        return Outcome("refused", words=_without_folders(str(error)))
    with torch.inference_mode():
        wanted = cast(Any, checkpoint.build())(_batch()).sigmoid()[:, 0].numpy()
    return Prepared(source, PlainSource(checkpoint, None), wanted)


def checkpoint_of(name: str) -> Checkpoint:
    """Return what `adopt module --input 0..1` makes of a module's net, in memory."""
    factory = "benchmarks.converter_modules:build"
    layout = AdoptedLayout(
        factory=factory,
        source_sha256=source_hash(factory),
        size=(SIDE, SIDE),
        mean=(0.0, 0.0, 0.0),
        deviation=(255.0, 255.0, 255.0),
        colour=ColourOrder.RGB,
        output=NetOutput.LOGITS,
        channel=0,
        arguments={"name": name},
    )
    spec = NetSpec("adopted", SIDE, layout)
    record = Record("net", Task.LESION, spec, weights_sha256="0" * 64)
    return Checkpoint(record, dict(spec.build().state_dict()))


def _kinds(source: Source) -> list[tuple[str, str]] | None:
    """Return the operations with their constants; None where torch cannot trace the net."""
    try:
        nodes = source.nodes
    except Exception:  # for any number of images
        return None
    return [
        (kind, str([arg for arg in node.args if not isinstance(arg, fx.Node)]))
        for node in nodes
        if (kind := kind_of(node.target)) not in MOVES_NOTHING
    ]


def _converted(names: Sequence[str], target: str, way: str) -> dict[str, Outcome | None]:
    cases = {name: cast(Prepared, prepared(name)) for name in names}
    sources = [case.plain if way == "plain" else case.ours for case in cases.values()]
    with TemporaryDirectory() as folder:
        try:
            with vendor_noise_to(Path(folder) / "log"):
                found = _run(sources, target, way, Path(folder) / TARGETS[target].file)
        except Exception as error:
            return dict.fromkeys(names, _failure(error) if len(names) == 1 else None)
    half = way in BESIDE and ENGINES[way].kind is EngineClass.NPU
    kind = Precision.INT8 if way == "int8" else Precision.FP16 if half else Precision.FP32
    return {
        name: compared(values, case.probability, kind)
        for (name, case), values in zip(cases.items(), found, strict=True)
    }


def _failure(error: Exception) -> Outcome:
    if isinstance(error, SkinsegError):
        return Outcome("refused", words=_without_folders(str(error)))
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    words = f"{type(error).__name__}: {lines[0] if lines else ''}"
    return Outcome("fails", words=_without_folders(words)[:200])


def _without_folders(words: str) -> str:
    """Drop the places of files on this machine."""
    return re.sub(r"(?<!\S)/\S+/", "", words)


def _run(sources: Sequence[Source], target: str, way: str, path: Path) -> list[Array]:
    """Return the probabilities (images, 64, 64) of each net."""
    exporter = EXPORTERS[target]
    if way not in TOGETHER:
        precision = Precision.INT8 if way == "int8" else Precision.FP32
        source = _calibrated(sources[0]) if way == "int8" else sources[0]
        exporter.write(exporter.convert(source), precision, path)
        described = exporter.describe(path, precision)
        spec = ENGINES.get(way, engine_for(target))
        engine: Any = spec.open(ModelFile(path, described.input, described.output))
        return [np.stack([engine(tensor) for tensor in tensors()])]
    source = SourceOfSeveral(
        sources[0].checkpoint, None, forms=tuple(source.form for source in sources)
    )
    _write(source, target, way, path)
    found = _results(_opened(target, path, source.form.outputs))
    return [found[name] for name in source.form.outputs]


def _write(source: Source, target: str, way: str, path: Path) -> None:
    if target == "executorch" and way == "plain":
        path.write_bytes(lower(source, source.form).to_executorch().buffer)
        return
    EXPORTERS[target].write(EXPORTERS[target].convert(source), Precision.FP32, path)


def _opened(target: str, path: Path, outputs: Sequence[str]) -> Any:
    layout, last = ("NHWC", True) if target == "tflite" else ("NCHW", False)

    def info(name: str, channels: int, highest: float) -> TensorInfo:
        shape = (1, SIDE, SIDE, channels) if last else (1, channels, SIDE, SIDE)
        return TensorInfo(name, shape, "float32", layout, (0.0, highest))

    model = ModelFile(path, info(INPUT, 3, 255.0), info(PROBABILITY, 1, 1.0), tuple(outputs[1:]))
    if target == "executorch":  # its engine of ours takes no net with portable kernels
        return ChildEngine("executorch", model, "")
    return engine_for(target).open(model)


def _results(engine: TensorEngine) -> dict[str, Array]:
    """Return the probabilities (images, 64, 64) by the file's own names."""
    model = engine.model
    runs = [engine.run(store(tensor, model.input)) for tensor in tensors()]
    names = (model.output.name, *model.taps)
    return {name: np.stack([restore(run[name], model.output) for run in runs]) for name in names}


def _calibrated(source: Source) -> Source:
    ranges = ranges_on(source.checkpoint, CalibrationSet(_batch(), 100, {}))
    return replace(source, checkpoint=replace(source.checkpoint, quantization=ranges))


def compared(found: Array, wanted: Array, precision: Precision) -> Outcome:
    """Judge the probabilities of some images; what is no number is wrong."""
    if not np.isfinite(found).all():
        return Outcome("wrong", words="values that are no numbers")
    gaps = np.abs(found.astype(np.float64) - wanted)
    gap = float(gaps.mean() if precision is Precision.INT8 else gaps.max()) / float(np.ptp(wanted))
    return Outcome("right" if gap <= WRONG[precision] else "wrong", gap)


def _batch() -> Tensor:
    return torch.from_numpy(np.stack(tensors())).permute(0, 3, 1, 2).contiguous()


@lru_cache(maxsize=1)
def tensors() -> list[Array]:
    """Return images (64, 64, 3) in [0, 255]: noise, a drawn lesion, skin that is almost even."""
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (SIDE, SIDE, 3))
    scene = draw("lesion", 0, 0, SIDE).image
    even = 200 + random.integers(0, 2, (SIDE, SIDE, 3))
    return [image.astype(np.float32) for image in (noise, scene, even)]
