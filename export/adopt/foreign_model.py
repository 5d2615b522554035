"""A model file from elsewhere: one image in, one map out, or a sentence that says why not."""

from dataclasses import dataclass, replace
from pathlib import Path

from skinseg_mobile.runtime_py.contract import Contract
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.spec import (
    DTYPES,
    Foreign,
    ForeignTensor,
    ModelFile,
    TensorInfo,
)

Shape = tuple[int | None, ...]
SUFFIXES = {Path(spec.file).suffix: spec.name for spec in TARGETS.values() if spec.foreign}


@dataclass(frozen=True)
class ForeignModel:
    """A file that can be adopted: what it says of itself, and its two tensors."""

    path: Path
    target: str
    foreign: Foreign
    input: TensorInfo
    output: TensorInfo

    def under(self, contract: Contract) -> ModelFile:
        """Return what an engine opens."""
        return ModelFile(self.path, self.input, self.output, contract=contract)


def is_foreign(path: Path) -> bool:
    """Return whether a name is that of a model file, and not of an artefact or a checkpoint."""
    return path.suffix in SUFFIXES


def read_foreign(path: Path) -> ForeignModel:
    """Read a model file.

    Raises:
        InputError: it is none, damaged, or not a net that takes one image and gives one map.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist. Check the path.")
    if path.suffix not in SUFFIXES:
        raise InputError(
            f"{path} is no model file by its name. Give one that ends in {' or '.join(SUFFIXES)}."
        )
    target = SUFFIXES[path.suffix]
    read = TARGETS[target].foreign
    assert read is not None
    found = read(path)
    _require_stateless(path, found)
    given = _only(path, found.inputs, "input")
    result = _only(path, found.outputs, "output")
    image = _image(path, given, target)
    return ForeignModel(path, target, found, image, _map(path, result, image, target))


def _require_stateless(path: Path, found: Foreign) -> None:
    shapes = {tensor.shape for tensor in found.inputs[1:]}
    carried = [tensor for tensor in found.outputs if tensor.shape in shapes]
    if found.state or (len(found.inputs) > 1 and carried):
        what = found.state or f"{len(carried)} outputs that go in again"
        raise InputError(
            f"{path.name} keeps a state between the frames of a video ({what}), and an artefact"
            " sees one image at a time. Export it without the state."
        )


def _only(path: Path, tensors: tuple[ForeignTensor, ...], what: str) -> ForeignTensor:
    if len(tensors) != 1:
        names = ", ".join(f"{t.name} {_said(t.shape)}" for t in tensors) or "none"
        raise InputError(
            f"{path.name} has {len(tensors)} {what}s ({names:.300}), and an artefact has one."
            f" Export it with the {what} that you need."
        )
    (tensor,) = tensors
    if None in tensor.shape:
        raise InputError(
            f"The {what} {tensor.name} of {path.name} has lengths that are not fixed,"
            f" {_said(tensor.shape)}. Export it with one fixed size and a batch of 1."
        )
    if len(tensor.shape) == 5:
        raise InputError(
            f"The {what} {tensor.name} of {path.name} is a volume, {_said(tensor.shape)}, and"
            " artefacts segment flat images. Adopt a net for images."
        )
    return tensor


def _image(path: Path, tensor: ForeignTensor, target: str) -> TensorInfo:
    shape = _fixed(tensor.shape)
    layouts = [
        layout for layout, at in (("NHWC", 3), ("NCHW", 1)) if len(shape) == 4 and shape[at] == 3
    ]
    if not layouts or shape[0] != 1 or tensor.image.startswith("gray"):
        raise InputError(
            f"The input {tensor.name} of {path.name} is {_said(shape)}, and an artefact takes one"
            " image of 3 colours, (1, 3, height, width) or (1, height, width, 3). Export it so."
        )
    layout = layouts[0] if target == "tflite" else layouts[-1]
    return _info(path, tensor, layout, 255.0)


def _map(path: Path, tensor: ForeignTensor, image: TensorInfo, target: str) -> TensorInfo:
    shape = _fixed(tensor.shape)
    sides = [n for n in shape if n > 1]
    if len(sides) < 2:
        raise InputError(
            f"The output {tensor.name} of {path.name} is {_said(shape)}, one answer for the whole"
            " image: it classifies and does not segment. Adopt a segmentation net."
        )
    if len(shape) != 4 or shape[0] != 1:
        raise InputError(
            f"The output {tensor.name} of {path.name} is {_said(shape)}, and an artefact gives maps"
            " of 4 axes, (1, channels, height, width) or (1, height, width, channels). Export it"
            " so."
        )
    return _info(path, tensor, _layout(shape, image, target), 1.0)


def _layout(shape: tuple[int, ...], image: TensorInfo, target: str) -> str:
    """Return the layout of a map: that by which it has the aspect of the image."""
    height, width = image.side
    _, first, second, third = shape
    by_aspect = {
        "NHWC": first * width == second * height,
        "NCHW": second * width == third * height,
    }
    fitting = [layout for layout, fits in by_aspect.items() if fits]
    if len(fitting) == 1:
        return fitting[0]
    if first != third:
        return "NCHW" if first < third else "NHWC"
    return "NHWC" if target == "tflite" else "NCHW"


def _info(path: Path, tensor: ForeignTensor, layout: str, highest: float) -> TensorInfo:
    if tensor.dtype not in DTYPES:
        raise InputError(
            f"{tensor.name} of {path.name} is {tensor.dtype}, and artefacts hold"
            f" {', '.join(DTYPES)}. Export the net in float32; where classes come out, without its"
            " argmax."
        )
    found = TensorInfo(tensor.name, _fixed(tensor.shape), tensor.dtype, layout, (0.0, highest))
    return replace(found, scale=tensor.scale, zero_point=tensor.zero_point)


def _fixed(shape: Shape) -> tuple[int, ...]:
    return tuple(length or 0 for length in shape)


def _said(shape: Shape) -> str:
    return f"({', '.join('?' if n is None else str(n) for n in shape)})"
