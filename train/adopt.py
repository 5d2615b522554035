"""Adopts a net that was built and trained elsewhere: it becomes an ordinary checkpoint.

The checkpoint holds the weights and names the code that builds the net, by its module, its
arguments and the hash of its source file. Opening it imports and calls that code: open checkpoints
of people whose scripts you would run.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from skinseg_mobile.runtime_py.contract import ColourOrder, Three
from skinseg_mobile.runtime_py.errors import InputError, choices, no_memory
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.images.pipeline import THRESHOLD
from skinseg_mobile.runtime_py.storage.atomic import require_absent, sha256
from skinseg_mobile.train.checkpoint import Checkpoint, Record, save_checkpoint
from skinseg_mobile.train.nets.adopted.factory import Factory, reference_of, source_hash, words_of
from skinseg_mobile.train.nets.adopted.net import AdoptedLayout, NetOutput
from skinseg_mobile.train.nets.adopted.weights import load_into, type_of, weights_of
from skinseg_mobile.train.nets.family import InputSize, height_and_width
from skinseg_mobile.train.nets.spec import NetSpec

INPUTS: Mapping[str, tuple[Three, Three]] = {
    "0..255": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "0..1": ((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)),
    "imagenet": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}
"""Mean and deviation of RGB in units of 0..255, by name."""
SAME = 1e-4
"""Largest difference of the traced net's logits, of their largest magnitude."""
APART = 0.01
"""The same of an image beside another one. Norms of a map add in another order there: up to 1.3e-4
with torch 2.14. A reduction over the batch moves it by 0.4 in the test."""


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What a user says of a net."""

    size: InputSize
    """Pixels of its input, which divide by 32."""
    arguments: Mapping[str, Any] | None = None
    """Keyword arguments of its factory: JSON values."""
    input: str = "imagenet"
    """`0..255`, `0..1`, `imagenet`, or `MEAN/STD` of three numbers each in units of 0..1."""
    colour: ColourOrder = ColourOrder.RGB
    """The order of colours that it reads; mean and deviation are given in this order."""
    output: NetOutput = NetOutput.LOGITS
    """What it gives."""
    channel: int = 0
    """Of the output, the one of the mask; the first is 0."""
    task: Task = Task.LESION
    """What the mask marks."""
    threshold: float = THRESHOLD
    """Probability from which a pixel belongs to the mask."""
    licence: str = "unknown"
    """Of the weights."""


def adopt_module(
    factory: str | Factory,
    weights: Path | str | nn.Module | Mapping[str, Tensor],
    adoption: Adoption,
    out: Path | str,
    name: str | None = None,
) -> Checkpoint:
    """Write the new checkpoint folder `out`.

    `factory` is a function or class, or `package.module:name` of one, that returns the net;
    `weights` is a file (.safetensors, or .pt read without running code), a net or a state dict.

    Raises:
        InputError: the factory or the weights do not fit, the net has no mask or cannot be traced,
            or `out` exists.
    """
    out = Path(out)
    require_absent(out)
    found = weights_of(weights)
    layout = _layout(factory, adoption)
    record = _record(name or out.name, layout, adoption, weights)
    net = record.spec.build()
    load_into(cast(Any, net).body, found, layout.factory)
    _require_float32(net, layout)
    _require_same(cast(Any, net.eval()), layout)
    return save_checkpoint(record, net, out)


def input_named(text: str) -> tuple[Three, Three]:
    """Return the mean and deviation that `--input` means, in units of 0..255.

    >>> input_named("0.5,0.5,0.5/0.5,0.5,0.5")
    ((127.5, 127.5, 127.5), (127.5, 127.5, 127.5))

    Raises:
        InputError: it means none.
    """
    if text in INPUTS:
        return INPUTS[text]
    try:
        mean, deviation = (
            tuple(255 * float(number) for number in part.split(",")) for part in text.split("/")
        )
    except ValueError:
        mean, deviation = (), ()
    finite = all(map(math.isfinite, (*mean, *deviation)))
    if not (len(mean) == len(deviation) == 3 and finite and min(deviation) > 0):
        raise InputError(
            f"--input {text} is none of {', '.join(INPUTS)}, or MEAN/STD such as"
            " 0.485,0.456,0.406/0.229,0.224,0.225."
        )
    return cast(tuple[Three, Three], (mean, deviation))


def arguments_named(text: str) -> dict[str, Any]:
    """Return the keyword arguments that `--arguments` means.

    >>> arguments_named('{"classes": 1}')
    {'classes': 1}

    Raises:
        InputError: it is no JSON object.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InputError(f'--arguments is no JSON ({error}). Write {{"name": value}}.') from error
    if not isinstance(found, dict):
        raise InputError(f'--arguments is {text:.40}, not an object. Write {{"name": value}}.')
    return cast(dict[str, Any], found)


def size_named(text: str) -> InputSize:
    """Return the size that `--size` means.

    >>> size_named("256"), size_named("192x256")
    (256, (192, 256))

    Raises:
        InputError: it means none.
    """
    sides = text.lower().replace("×", "x").split("x")
    if len(sides) > 2 or not all(side.isdecimal() for side in sides):
        raise InputError(f"--size {text} is no size. Write 256, or HEIGHTxWIDTH.")
    height, width = int(sides[0]), int(sides[-1])
    return height if height == width else (height, width)


Choice = TypeVar("Choice", bound=StrEnum)


def choice(kind: type[Choice], text: str, option: str) -> Choice:
    """Return the member of an enum that an option names.

    Raises:
        InputError: it names none.
    """
    try:
        return kind(text)
    except ValueError as error:
        raise InputError(f"{option} {text} is unknown. {choices(text, kind)}") from error


def _layout(factory: str | Factory, adoption: Adoption) -> AdoptedLayout:
    reference = reference_of(factory)
    mean, deviation = input_named(adoption.input)
    if adoption.colour is ColourOrder.BGR and adoption.input in INPUTS:
        mean, deviation = cast(tuple[Three, Three], (mean[::-1], deviation[::-1]))
    try:
        return AdoptedLayout(
            factory=reference,
            source_sha256=source_hash(reference),
            size=height_and_width(adoption.size),
            mean=mean,
            deviation=deviation,
            colour=ColourOrder(adoption.colour),
            output=NetOutput(adoption.output),
            channel=adoption.channel,
            arguments=dict(adoption.arguments or {}),
        )
    except ValueError as error:
        raise InputError(f"The {error}. Change the option.") from error


def _record(name: str, layout: AdoptedLayout, adoption: Adoption, weights: Any) -> Record:
    try:
        return Record(
            name=name,
            task=Task(adoption.task),
            spec=NetSpec("adopted", adoption.size, layout),
            initial_weights=_described(weights, layout),
            licence=adoption.licence,
            threshold=adoption.threshold,
        )
    except ValueError as error:
        raise InputError(f"The {error}. Change the option.") from error


def _described(weights: Any, layout: AdoptedLayout) -> str:
    if isinstance(weights, Path | str):
        path = Path(weights)
        return f"{layout.factory}, {path.name}, SHA-256 {sha256(path)}"
    return f"{layout.factory}, in memory"


def _require_float32(net: nn.Module, layout: AdoptedLayout) -> None:
    """Raise InputError where weights have another type: they would be stored, but not exported."""
    for name, value in net.state_dict().items():
        if value.is_floating_point() and value.dtype != torch.float32:
            raise InputError(
                f"{layout.factory} holds {name.removeprefix('body.')} in {type_of(value)}, and"
                " exports start from float32. Return net.float() from the factory."
            )


@torch.no_grad()
def _require_same(net: Any, layout: AdoptedLayout) -> None:
    """Run the net and its traced form on noise, and on an image beside another one.

    Raises:
        InputError: it cannot be run or traced, gives no numbers, or depends on the batch.
        SkinsegError: the two differ, which is a fault of ours.
    """
    noise = _noise(layout)
    try:
        logits, again = (net.stages(noise)["head"] for _ in range(2))
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        raise no_memory(error) or InputError(
            f"{layout.factory} does not take images (N, 3, {layout.size[0]}, {layout.size[1]}):"
            f" {words_of(error)}. Check --size, or wrap the net."
        ) from error
    if not bool(logits.isfinite().all()):
        raise InputError(
            f"{layout.factory} gives values that are no numbers. Check the weights and --input."
        )
    if not _difference(again, logits) <= SAME:
        raise InputError(
            f"{layout.factory} gives one image other values when it runs again. It must not draw"
            " random numbers or keep a state in evaluation mode."
        )
    _require_probabilities(net.scores(noise)[:, layout.channel], layout)
    traced: Tensor = net.graph_form()(noise)
    largest = _difference(traced, logits)
    if not largest <= SAME:
        raise InputError(
            f"{layout.factory} gives other values when it is traced (by {largest:.2g} of the"
            " largest). Its code must not depend on values."
        )
    even = noise / 4 + 90  # its values lie within those of the noise
    beside: Tensor = net.stages(torch.cat([even, noise]))["head"][:1]
    apart = _difference(beside, net.stages(even)["head"])
    if not apart <= APART:
        raise InputError(
            f"{layout.factory} gives an image other values when another one is in its batch (by"
            f" {apart:.2g} of the largest). Reduce over channels, height and width alone."
        )


@torch.no_grad()
def doubts(checkpoint: Checkpoint) -> list[str]:
    """Return what an adopted net's values on noise say against the output that it is said to have.

    No proof: the logits of a net that learnt little may lie between 0 and 1, too.
    """
    net: Any = checkpoint.build()
    layout: AdoptedLayout = net.layout
    scores: Tensor = net.scores(_noise(layout))
    low, high = float(scores.min()), float(scores.max())
    if layout.output is NetOutput.PROBABILITY or not -SAME <= low <= high <= 1 + SAME:
        return []
    if layout.output is NetOutput.LOGITS:
        return [
            f"{layout.factory} gives values from {low:.3g} to {high:.3g}, as probabilities are; if"
            " they are, give --output probability: the sigmoid of none is below 0.5"
        ]
    if float((scores.sum(1) - 1).abs().max()) > SAME:
        return []
    return [
        f"the channels of {layout.factory} sum to 1, as after a softmax; if they are probabilities,"
        " give --output probability"
    ]


def _difference(found: Tensor, logits: Tensor) -> float:
    return float((found - logits).abs().max() / logits.abs().max().clamp_min(1e-6))


def _noise(layout: AdoptedLayout) -> Tensor:
    return torch.rand(1, 3, *layout.size, generator=torch.Generator().manual_seed(0)) * 255


def _require_probabilities(scores: Tensor, layout: AdoptedLayout) -> None:
    low, high = float(scores.min()), float(scores.max())
    if layout.output is NetOutput.PROBABILITY and not -SAME <= low <= high <= 1 + SAME:
        raise InputError(
            f"{layout.factory} gives values from {low:.3g} to {high:.3g}, which are no"
            " probabilities. Use --output logits, or softmax where a channel is a class."
        )
