"""`contract.toml`: one page on how a file from elsewhere is fed and read; docs/contract.md.

What the page leaves out is guessed. What it says of the file's own tensors must be so.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from skinseg_mobile.export.adopt.foreign_model import ForeignModel
from skinseg_mobile.export.adopt.guess import Guess
from skinseg_mobile.export.adopt.values import three
from skinseg_mobile.runtime_py.contract import (
    ColourOrder,
    Contract,
    Filter,
    Fit,
    OutputKind,
    Three,
    said,
)
from skinseg_mobile.runtime_py.errors import InputError, because
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.runtime_py.targets.spec import METADATA_PREFIX, TensorInfo


@dataclass(frozen=True)
class PageTensor:
    """What a page says of a tensor that the file itself has."""

    size: tuple[int, int] | None = None
    """(height, width)."""
    layout: str | None = None
    dtype: str | None = None
    quantization: tuple[float, int] | None = None
    """Scale and zero point: real = scale * (stored − zero point)."""


@dataclass(frozen=True)
class PageInput(PageTensor):
    """`[input]`."""

    fit: Fit | None = None
    filter: Filter | None = None
    pad: int | None = None
    colour: ColourOrder | None = None
    mean: tuple[float, ...] | None = None
    deviation: tuple[float, ...] | None = None
    """value = (level − mean) / deviation; one number, or one for red, green and blue."""
    scale: tuple[float, ...] | None = None
    offset: tuple[float, ...] | None = None
    """value = level · scale + offset, in place of the other two."""


@dataclass(frozen=True)
class PageOutput(PageTensor):
    """`[output]`."""

    kind: OutputKind | None = None
    channel: int | None = None
    inverted: bool | None = None
    threshold: float | None = None


@dataclass(frozen=True)
class Page:
    """A whole page."""

    input: PageInput = PageInput()
    output: PageOutput = PageOutput()


def read_page(path: Path) -> Page:
    """Read a contract.toml.

    Raises:
        InputError: missing, no TOML, an unknown key, or a value of the wrong kind.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        unknown = sorted(set(data) - {"input", "output"})
        if unknown:
            raise ValueError(f"it has the unknown table [{unknown[0]}]")
        page = Page(
            rebuild(PageInput, _listed(data.get("input", {}), "input"), "input"),
            rebuild(PageOutput, data.get("output", {}), "output"),
        )
        _require_possible(page)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} is no contract ({because(error)}). Correct it or leave it out."
        ) from error
    return page


def _listed(table: Any, name: str) -> Any:
    """Return the table with single numbers as lists of one."""
    if not isinstance(table, Mapping):
        raise ValueError(f"{name} must be a table, got {table!r:.40}")
    names = ("mean", "deviation", "scale", "offset")
    return {
        key: [value] if key in names and isinstance(value, int | float) else value
        for key, value in table.items()
    }


def _require_possible(page: Page) -> None:
    given = page.input
    for name in ("mean", "deviation", "scale", "offset"):
        values = getattr(given, name)
        if values is not None and len(values) not in (1, 3):
            raise ValueError(f"input.{name} must be one number or three, got {len(values)}")
    if (given.mean or given.deviation) and (given.scale or given.offset):
        raise ValueError("input has mean and deviation beside scale and offset; keep one pair")
    if given.scale and 0.0 in given.scale:
        raise ValueError("input.scale must not be 0")
    threshold = page.output.threshold
    if threshold is not None and not 0 < threshold < 1:
        raise ValueError(f"output.threshold must be in (0, 1), got {threshold:g}")


def contract_of(page: Page, guessed: Guess) -> tuple[Contract, float]:
    """Return the contract and threshold of a page; what it leaves out is guessed.

    Raises:
        InputError: the parts do not go together.
    """
    given, result, base = page.input, page.output, guessed.contract
    mean, deviation = _values(given, base)
    wanted = {
        "fit": given.fit,
        "filter": given.filter,
        "pad": given.pad,
        "colour": given.colour,
        "output": result.kind,
        "channel": result.channel,
        "inverted": result.inverted,
    }
    kept = {name: value for name, value in wanted.items() if value is not None}
    try:
        contract = replace(base, mean=mean, deviation=deviation, **kept)
    except ValueError as error:
        raise InputError(f"The contract cannot be: {error}. Correct it.") from error
    return contract, result.threshold or guessed.threshold


def _values(given: PageInput, base: Contract) -> tuple[Three, Three]:
    if given.scale or given.offset:
        scale, offset = three(given.scale or (1.0,)), three(given.offset or (0.0,))
        pairs = list(zip(scale, offset, strict=True))
        return three(tuple(-o / s for s, o in pairs)), three(tuple(1 / s for s, _ in pairs))
    if given.mean is None and given.deviation is None:
        return base.mean, base.deviation
    return three(given.mean or (0.0,)), three(given.deviation or (1.0,))


def contradictions(page: Page, model: ForeignModel) -> list[str]:
    """Return a sentence for each thing that a page says of the tensors and that is not so."""
    pairs = (("input", page.input, model.input), ("output", page.output, model.output))
    found = [
        f"the {what}'s {name} is {has}, not {claimed}"
        for what, table, info in pairs
        for name, claimed, has in _claims(table, info)
        if claimed != has
    ]
    claimed, own = page.output.threshold, model.foreign.metadata.get(f"{METADATA_PREFIX}.threshold")
    if claimed is not None and own not in (None, str(claimed)):
        found.append(f"the output's threshold is {own} in the file itself, not {claimed}")
    return found


def impossible(given: PageOutput, channels: int) -> list[str]:
    """Return what the page says of the output that no file of so many channels has."""
    found: list[str] = []
    if given.channel is not None and given.channel >= channels:
        found.append(
            f"there is no channel {given.channel}: the last of the output's is {channels - 1}"
        )
    if given.kind is OutputKind.SOFTMAX and channels < 2:
        found.append("kind is not softmax: the output has 1 channel")
    return found


def _claims(table: PageTensor, info: TensorInfo) -> list[tuple[str, str, str]]:
    found = {
        "size": info.side,
        "layout": info.layout,
        "dtype": info.dtype,
        "quantization": (info.scale, info.zero_point),
    }
    told = {field.name: getattr(table, field.name) for field in fields(PageTensor)}
    return [
        (name, _shown(value), _shown(found[name]))
        for name, value in told.items()
        if value is not None
    ]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "×".join(f"{number:g}" for number in value)  # pyright: ignore[reportUnknownVariableType]
    return str(value)


def text_of(contract: Contract, threshold: float) -> str:
    """Return a contract as a page."""
    lines = [
        "[input]",
        f'fit = "{contract.fit}"',
        f'filter = "{contract.filter}"',
        *([f"pad = {contract.pad}"] if contract.fit is Fit.LETTERBOX else []),
        f'colour = "{contract.colour}"',
        f"mean = {_numbers(contract.mean)}",
        f"deviation = {_numbers(contract.deviation)}",
        "",
        "[output]",
        f'kind = "{contract.output}"',
        f"channel = {contract.channel}",
        f"inverted = {said(contract.inverted)}",
        f"threshold = {_number(threshold)}",
    ]
    return "\n".join(lines) + "\n"


def _numbers(values: Three) -> str:
    """Return three numbers exactly, or the one that all of them are."""
    texts = [_number(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else f"[{', '.join(texts)}]"


def _number(value: float) -> str:
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)
