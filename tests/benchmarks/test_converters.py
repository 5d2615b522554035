"""The comparison of converters: what is judged wrong, what is tried again, what the page says."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from benchmarks import converters, converters_page
from benchmarks.converted import Outcome, compared, convert, prepared, tensors
from benchmarks.converter_modules import CASES, SIDE, build
from benchmarks.converters import fill, outcomes
from skinseg_mobile.runtime_py.engines.load import ENGINES
from skinseg_mobile.runtime_py.formats import Precision


@pytest.mark.filterwarnings("ignore")  # of torch about an even kernel
def test_there_are_eighty_modules_and_each_gives_a_map() -> None:
    assert len(CASES) >= 80
    images = torch.rand(2, 3, SIDE, SIDE)
    for name in CASES:
        with torch.inference_mode():
            found = build(name)(images)
        assert found.shape == (2, 1, SIDE, SIDE), name
        assert 1 < float(found.std()) < 4, name


def test_a_module_is_the_same_each_time() -> None:
    one, other = (build("depthwise 3×3").state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_difference_is_judged() -> None:
    wanted = np.linspace(0.1, 0.6, 48, dtype=np.float32).reshape(3, 4, 4)
    assert compared(wanted, wanted, Precision.FP32) == Outcome("right", 0.0)
    moved = wanted.copy()
    moved[1, 2, 3] += 0.1
    found = compared(moved, wanted, Precision.FP32)
    assert (found.verdict, found.gap) == ("wrong", pytest.approx(0.2, rel=1e-5))
    assert compared(moved, wanted, Precision.INT8).verdict == "right"  # of one pixel of many
    assert compared(wanted + np.float32(0.05), wanted, Precision.INT8).verdict == "wrong"
    moved[1, 2, 3] = np.nan
    assert compared(moved, wanted, Precision.INT8).verdict == "wrong"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of torch about its own exporter
def test_two_nets_in_one_file_are_told_apart() -> None:
    names = ["nearest by 1.7", "convolution 3×3"]
    found = convert(names, "onnx", "ours", [])
    assert [outcome.verdict for outcome in found.values() if outcome] == ["right", "right"]
    one, other = (prepared(name) for name in names)
    assert not isinstance(one, Outcome)
    assert not isinstance(other, Outcome)
    swapped = compared(one.probability, other.probability, Precision.FP32)
    assert swapped.verdict == "wrong", "two nets that differ by so little prove nothing"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_a_converter_computes_wrongly_is_wrong() -> None:
    """The twin of what is right: TFLite's nearest, which `export` rewrites."""
    name = "nearest 15×17 to 20×23"
    ways = {way: convert([name], "tflite", way, [])[name] for way in ("ours", "plain")}
    verdicts = {way: outcome.verdict for way, outcome in ways.items() if outcome}
    assert verdicts == {"ours": "right", "plain": "wrong"}


def test_images_are_levels() -> None:
    assert [image.shape for image in tensors()] == [(SIDE, SIDE, 3)] * 3
    assert all(image.min() >= 0 and image.max() <= 255 for image in tensors())


def test_what_fails_together_is_tried_apart() -> None:
    asked: list[list[str]] = []

    def ask(names: Sequence[str]) -> dict[str, Outcome | None]:
        asked.append([*names])
        if "bad" in names and len(names) > 1:
            return {**dict.fromkeys(names), "known": Outcome("refused")}
        return {name: Outcome("fails" if name == "bad" else "right", 0.0) for name in names}

    found = dict(outcomes(["a", "known", "bad", "b"], ask))
    verdicts = {name: outcome.verdict for name, outcome in found.items()}
    assert verdicts == {"a": "right", "known": "refused", "bad": "fails", "b": "right"}
    assert asked[1:] == [["a", "bad"], ["a"], ["bad"], ["b"]]


def test_only_what_is_missing_is_measured() -> None:
    rows: converters.Rows = {name: {} for name in CASES}
    done = {way: {"verdict": "right", "gap": 0.0, "words": ""} for way in converters.WAYS}
    for name in CASES:
        rows[name] = {"onnx": dict(done)}
    assert [*fill(rows, ["onnx"], converters.WAYS)] == []


def test_the_page_is_that_of_the_results() -> None:
    found = json.loads(converters_page.RESULTS.read_text())
    assert converters_page.page(found, CASES) == converters_page.PAGE.read_text()
    assert found["results"].keys() == CASES.keys()


def test_other_engines_run_the_files_of_their_target() -> None:
    for engine, target in converters.BESIDE.items():
        assert target in ENGINES[engine].targets
    words = {"verdict": "wrong", "gap": 0.4, "words": ""}
    lost = {"verdict": "refused", "gap": None, "words": "why"}
    lines = [
        *converters_page.beside({"a": {"onnx": {"ncnn": words}}, "b": {"onnx": {"ncnn": lost}}})
    ]
    assert "`ncnn` computes 0 of 2 right. The others:" in lines
    assert lines[-2:] == ["| a | **wrong 0.4** |", "| b | not taken |"]


def test_cells() -> None:
    right = {"verdict": "right", "gap": 4.1e-7, "words": ""}
    wrong = {"verdict": "wrong", "gap": 0.92, "words": ""}
    refused = {"verdict": "refused", "gap": None, "words": "why"}
    same = {"verdict": "same", "gap": None, "words": ""}
    fails = {"verdict": "fails", "gap": None, "words": "why"}
    cell = converters_page.cell
    assert cell({}) == "not run"
    assert cell({"ours": right, "plain": same}) == "4e-07"
    assert cell({"ours": right, "plain": right}) == "4e-07"
    assert cell({"ours": right, "plain": wrong}) == "4e-07 (alone: wrong 0.9)"
    assert cell({"ours": right, "plain": fails}) == "4e-07 (alone: refused)"
    assert cell({"ours": wrong, "plain": same}) == "**wrong 0.9**"
    assert cell({"ours": refused}) == "refused (alone: not run)"
    assert cell({"ours": refused, "plain": wrong}) == "refused (alone: wrong 0.9)"
    assert cell({"ours": refused, "plain": right}) == "refused (alone: right)"
