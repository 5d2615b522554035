"""Small graphs that computed wrong somewhere, on every engine: which of them would have told?

    make optional
    PYTHONPATH=.engines .venv-optional/bin/python -m benchmarks.bad_graphs [--graph NAME …]

Writes each graph of `bad_graphs_list` for every target, runs it on every engine and compares with
the float net in double precision. Writes benchmarks/results/bad-graphs.json and docs/bad-graphs.md;
with --graph it prints instead. What an engine or a converter refuses is a result.
"""

import argparse
import json
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bad_graphs_files import INPUT, OUTPUT, WRITERS, read, right_answer, stored
from benchmarks.bad_graphs_list import GRAPHS, BadGraph, Numbers
from benchmarks.bad_graphs_page import NO_NUMBER, RESULTS, write_page
from benchmarks.context import publish
from skinseg_mobile.runtime_py.engines.load import ENGINES
from skinseg_mobile.runtime_py.engines.ncnn import convert, start_net
from skinseg_mobile.runtime_py.errors import NotRunError, SkinsegError
from skinseg_mobile.runtime_py.targets.in_child import ask, start
from skinseg_mobile.runtime_py.targets.onnx.engine import inspect
from skinseg_mobile.runtime_py.targets.spec import ModelFile, TensorInfo
from skinseg_mobile.runtime_py.vendors import vendor_noise_to

NOTHING = Path(os.devnull)
ON = (
    "onnxruntime", "hexagon:8gen1", "hexagon:8gen3", "litert", "litert-reference", "litert-gpu",
    "coreml-reference", "coreai", "executorch", "ncnn", "ncnn-vulkan",
)  # fmt: skip
IN_CHILD = ("coreai", "executorch")
"""Engines that want more of a file than these have, so that their workers are asked directly."""
Run = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Cell:
    """What one engine makes of one graph."""

    gap: float | None = None
    """Largest difference, relative to the largest value; of classes the share of others. None
    where there is no result; infinite where the result is no number or has another shape."""
    refused: str = ""
    """By whom and why."""
    left: str = ""
    """Operations that its accelerator or delegate does not take."""


def main() -> None:
    """Run all, or some."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--graph", action="append", choices=[graph.name for graph in GRAPHS])
    chosen = parser.parse_args().graph
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    rows: list[dict[str, Any]] = []
    for graph in GRAPHS:
        if chosen is None or graph.name in chosen:
            rows.append(row_of(graph))
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    if chosen is None:
        publish({"engines": ON, "graphs": rows}, RESULTS)
        write_page(RESULTS)


def row_of(graph: BadGraph) -> dict[str, Any]:
    """Return what each engine makes of one graph."""
    right = right_answer(graph)
    with tempfile.TemporaryDirectory() as folder:
        files = {target: _written(target, graph, Path(folder, target)) for target in WRITERS}
        cells = {name: _cell(name, graph, files, right) for name in ON}
    told = {"name": graph.name, "source": graph.source, "reported": graph.reported}
    told |= {"numbers": graph.numbers, "limit": graph.most, "counts": graph.counts}
    return {**told, "cells": {name: _plain(cell) for name, cell in cells.items()}}


def _plain(cell: Cell) -> dict[str, Any]:
    """Return a cell as JSON has it, which knows no infinity."""
    return asdict(cell) | ({"gap": NO_NUMBER} if cell.gap == float("inf") else {})


def _written(target: str, graph: BadGraph, folder: Path) -> Path | str:
    """Return the file, or why there is none."""
    folder.mkdir()
    try:
        with vendor_noise_to(NOTHING):
            return WRITERS[target](graph, folder)
    except Exception as error:  # vendors raise many kinds
        return f"converter: {_first_line(error)}"


def _cell(name: str, graph: BadGraph, files: Mapping[str, Path | str], right: Any) -> Cell:
    if reason := ENGINES[name].missing:
        return Cell(refused=f"not run: {reason}")
    if name.startswith("ncnn") and graph.numbers in (Numbers.INT8, Numbers.W8):
        return Cell(refused="not run: ncnn takes no ONNX files of 8 bits")
    (target,) = ENGINES[name].targets
    file = files[target]
    if isinstance(file, str):
        return Cell(refused=file)
    try:
        with vendor_noise_to(NOTHING):
            run, left = _opened(name, file, graph)
            found = read(target, run(stored(target, graph.given))[OUTPUT])
    except NotRunError as error:
        return Cell(left=_operations(str(error)))
    except Exception as error:  # the engine's own, or what it raises as it runs
        return Cell(refused=f"engine: {_first_line(error)}")
    return Cell(gap=_gap(found, right, graph), left=left)


def _opened(name: str, file: Path, graph: BadGraph) -> tuple[Run, str]:
    if name.startswith("ncnn"):
        return _in_ncnn(name, file, graph)
    return (_in_child if name in IN_CHILD else _in_process)(name, file, graph)


def _in_process(name: str, file: Path, graph: BadGraph) -> tuple[Run, str]:
    tflite = ENGINES[name].targets == ("tflite",)
    batch, channels, *side = graph.shape
    given = (batch, *side, channels) if tflite else graph.shape
    layout = "NHWC" if tflite else "NCHW"
    about = partial(TensorInfo, dtype="float32", layout=layout, range=(0, 1))
    engine: Any = ENGINES[name].open(ModelFile(file, about(INPUT, given), about(OUTPUT, given)))
    left = [part.kinds for part in engine.placement if part.fallback]
    return engine.run, "; ".join(left)


def _in_child(name: str, file: Path, graph: BadGraph) -> tuple[Run, str]:
    worker = start(name, file)
    outputs = worker.greeting().outputs
    beside = file.parent / "left.json"
    kinds: dict[str, int] = json.loads(beside.read_text()) if beside.exists() else {}
    left = ", ".join(f"{kind.removeprefix('aten::')} {n}" for kind, n in kinds.items())
    return partial(ask, worker, outputs), left


def _in_ncnn(name: str, file: Path, graph: BadGraph) -> tuple[Run, str]:
    """Convert and open; the shaders compute in half precision what is meant to be."""
    half = name == "ncnn-vulkan" and graph.numbers is Numbers.FP16
    unit = name.partition("-")[2] or "cpu"
    folder = file.parent / name
    folder.mkdir()
    convert(file, folder)
    worker = start_net(inspect(file), folder, unit, "float16" if half else "float32")
    said = worker.greeting()
    left = ", ".join(f"{kind} {n}" for kind, n in said.left.items())
    return partial(ask, worker, said.outputs), left


def _gap(found: Any, right: Any, graph: BadGraph) -> float:
    if found.shape != right.shape or not np.isfinite(found).all():
        return float("inf")
    if graph.counts:
        return float((np.abs(found - right) > 0.5).mean())
    return float(np.abs(found - right).max() / np.abs(right).max())


def _operations(sentence: str) -> str:
    """Return the operations of "… does not take N operations (A 1, B 2), and …"."""
    return sentence.partition("(")[2].partition(")")[0] or sentence


def _first_line(error: Exception) -> str:
    kind = "" if isinstance(error, SkinsegError) else f"{type(error).__name__}: "
    lines = str(error).strip().splitlines() or ["no words"]
    return f"{kind}{lines[0][:160]}"


if __name__ == "__main__":
    main()
