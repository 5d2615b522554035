"""`bench`: numbers of the right kind, nets measured in turn, and nothing invented."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.bench.latency import WARM_UP, latency_of, time_in_turn
from skinseg_mobile.runtime_py.bench.litert import Interpreter, split
from skinseg_mobile.runtime_py.bench.memory import peak_memory
from skinseg_mobile.runtime_py.bench.report import bench
from skinseg_mobile.runtime_py.engines.load import find_artefact
from tests.dark import edit_manifest, write_dark
from tests.refused import Refused, Run
from tests.sealed import as_package


def test_nets_run_in_turn_and_take_turns_at_being_first() -> None:
    log: list[str] = []
    taken = time_in_turn([lambda: log.append("a"), lambda: log.append("b")], 4)
    assert taken.shape == (4, 2)
    assert (taken > 0).all()
    rounds = ["".join(log[i : i + 2]) for i in range(0, len(log), 2)]
    assert len(rounds) == 4 + WARM_UP
    assert set(rounds) == {"ab", "ba"}
    assert abs(rounds.count("ab") - rounds.count("ba")) <= 1


def test_quantiles() -> None:
    found = latency_of(np.arange(1, 102, dtype=np.float64), 2)
    assert (found.threads, found.repeats, found.p50_ms, found.p95_ms) == (2, 101, 51, 96)


def node(name: str, inputs: list[int], outputs: list[int]) -> dict[str, Any]:
    return {"op_name": name, "inputs": np.array(inputs), "outputs": np.array(outputs)}


CHAIN = [
    node("CONV_2D", [0, 10], [1]),
    node("CUSTOM", [1], [2]),
    node("ADD", [2, 11], [3]),
    node("LOGISTIC", [3], [4]),
]


def test_what_leads_from_a_delegates_inputs_to_its_results_is_its_own() -> None:
    front, back = node("DELEGATE", [0, 10], [1]), node("DELEGATE", [2, 11], [4])
    found = split([*CHAIN, front, back])
    assert found is not None
    assert (found.share, found.parts, found.left) == (0.75, 2, {"CUSTOM": 1})
    found = split(CHAIN)
    assert found is not None
    assert (found.share, found.parts, sum(found.left.values())) == (0, 0, 4)
    assert split([]) is None


def test_the_packaged_net_is_delegated_whole() -> None:
    found = Interpreter((find_artefact(DEFAULT_NET) / "model.tflite").read_bytes()).delegation()
    assert found is not None
    assert (found.share, found.parts, found.left) == (1, 1, {})


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process's peak")
def test_peak_memory_is_the_nets_own() -> None:
    folder = find_artefact(DEFAULT_NET)
    found = peak_memory(folder)
    assert found is not None
    assert read_manifest(folder).model_bytes < found < 100e6


def test_numbers_that_no_machine_has(refused: Refused, dark: Path) -> None:
    assert "--repeats is 0. Give 1 or more" in refused("bench", dark, "--repeats", 0)
    assert "is more than this machine's" in refused("bench", dark, "--threads", 20_000)


def test_an_artefact_and_a_baseline(
    run: Run, dark: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    edit_manifest(dark, parameters=4, multiply_adds=3072, operations={"Conv": 1, "Sigmoid": 1})
    other = write_dark(tmp_path / "other")
    edit_manifest(other, parameters=8)
    arguments = ("bench", dark, "--baseline", other, "--repeats", 5, "--threads", 2)
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert [item["threads"] for item in found["cost"]["latencies"]] == [1, 2]
    for item in found["cost"]["latencies"] + found["baseline"]["latencies"]:
        assert 0 < item["p50_ms"] <= item["p95_ms"]
        assert item["repeats"] == 5
    assert found["cost"]["model_bytes"] == read_manifest(dark).model_bytes
    assert found["cost"]["delegation"] is None
    assert found["ratios"]["parameters"] == 0.5
    assert found["ratios"]["model file"] == 1
    assert found["ratios"]["latency, 1 thread"] > 0
    assert "multiply-adds" not in found["ratios"]  # the baseline's manifest does not say
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    for words in ("latency, 2 threads", "p95", "ratio", "peak memory", "Sigmoid", "0.50"):
        assert words in out


def test_one_artefact_has_no_ratios(run: Run, dark: Path) -> None:
    code, out, _ = run("bench", dark, "--repeats", 1, "--threads", 1)
    assert code == 0
    assert "ratio" not in out


def test_core_ml_is_described_and_not_timed(run: Run, dark: Path) -> None:
    found = bench(str(as_package(dark)), repeats=1)
    assert (found.cost.latencies, found.cost.peak_memory_bytes) == ((), None)
    assert found.cost.model_bytes == read_manifest(dark).model_bytes
    code, out, _ = run("bench", dark, "--repeats", 1)
    assert code == 0
    assert "not run: coreml-reference was not timed" in out


@pytest.mark.parametrize(
    ("engine", "why"),
    [
        ("hexagon:8gen3", "its time here says nothing about speed on a phone"),
        ("x86:haswell", "its time here says nothing about speed on a phone"),
        ("ncnn", "it runs in a process of its own"),
    ],
)
def test_a_simulator_is_not_timed(run: Run, dark: Path, engine: str, why: str) -> None:
    code, out, _ = run("bench", dark, "--repeats", 1, "--engine", engine)
    assert code == 0
    assert f"not run: {engine} was not timed: {why}" in out
    assert "latency" not in out


def test_an_engine_of_another_target_times_nothing(refused: Refused, dark: Path) -> None:
    assert "litert runs tflite files" in refused("bench", dark, "--engine", "litert")


@pytest.mark.parametrize("wrong", [("--repeats", 0), ("--threads", 0), ("--threads", -1)])
def test_numbers_below_one(refused: Refused, dark: Path, wrong: tuple[str, int]) -> None:
    assert "Give 1 or more" in refused("bench", dark, *wrong)


def test_what_is_no_artefact(refused: Refused) -> None:
    assert "neither a folder nor a packaged net" in refused("bench", "nowhere")
