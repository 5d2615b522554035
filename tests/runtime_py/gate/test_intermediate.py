"""`diff` of engines that give named stages, and of those that only log results."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import EngineClass, Precision
from skinseg_mobile.runtime_py.gate.intermediate import (
    FLOORS,
    NPU_FLOOR,
    DiffReport,
    diff,
    floor_of,
)
from skinseg_mobile.runtime_py.targets.spec import Placed

Array = NDArray[np.float32]
RANDOM = np.random.default_rng(0)
EARLY, LATE = (RANDOM.normal(size=(2, 4, 4)).astype(np.float32) for _ in range(2))
SMALL = RANDOM.normal(size=(3, 2, 2)).astype(np.float32)
HEAD = RANDOM.normal(size=(1, 4, 4)).astype(np.float32)
STAGES = {"level_1": EARLY, "level_2": LATE, "small": SMALL, "head": HEAD}
PHOTOS = [np.full((4, 4, 3), level, np.uint8) for level in (0, 9)]


@dataclass
class Named:
    """An engine with taps."""

    found: Mapping[str, Array] = field(default_factory=dict[str, Array])
    name: str = "named"
    claim: str = ""
    placement: tuple[Placed, ...] = ()

    def __call__(self, tensor: Array) -> Array:
        return tensor[..., 0]

    def stages(self, tensor: Array) -> dict[str, Array]:
        return dict(self.found)


@dataclass
class Logged(Named):
    """An engine without taps that logs results."""

    log: Mapping[str, Array] = field(default_factory=dict[str, Array])

    def results(self, tensor: Array, shapes: Collection[tuple[int, int, int]]) -> dict[str, Array]:
        return {name: result for name, result in self.log.items() if result.shape in shapes}


def compared(engine: Named) -> DiffReport:
    nets = (Segmenter("a", engine, 4, 4, 0.5), Segmenter("b", Named(STAGES), 4, 4, 0.5))
    return diff(*nets, FLOORS[Precision.FP32], PHOTOS)


def test_equal_stages_have_no_noise() -> None:
    report = compared(Named(STAGES))
    assert (report.first_divergence, report.logged) == (None, False)
    assert [stage.snr_db for stage in report.stages] == [math.inf] * 4


def test_a_stage_is_the_nearest_logged_result_of_its_shape() -> None:
    other = np.zeros((9, 1, 1), np.float32)
    log = {"1": LATE * 2, "2": EARLY, "3": LATE + np.float32(1e-6), "4": HEAD, "5": SMALL}
    report = compared(Logged(log={**log, "6": other}))
    assert (report.first_divergence, report.logged) == (None, True)
    first, second, *rest = (stage.snr_db for stage in report.stages)
    assert {first, *rest} == {math.inf}
    assert 100 < second < 130


def test_a_stage_that_is_computed_nowhere_is_the_first_divergence() -> None:
    report = compared(Logged(log={**STAGES, "level_2": LATE * np.float32(1.1)}))
    assert report.first_divergence == "level_2"
    assert report.stages[1].snr_db == pytest.approx(20, abs=0.01)


@pytest.mark.parametrize(
    ("value", "shown"), [(math.nan, math.nan), (math.inf, -math.inf), (-math.inf, -math.inf)]
)
def test_values_that_are_no_numbers_diverge(value: float, shown: float) -> None:
    found = {**STAGES, "small": np.full_like(SMALL, value)}
    for engine in (Named(found), Logged(log=found)):
        report = compared(engine)
        assert report.first_divergence == "small"
        assert report.stages[2].snr_db == pytest.approx(shown, nan_ok=True)


def test_a_result_that_is_no_number_is_not_the_nearest() -> None:
    report = compared(Logged(log={"0": np.full_like(LATE, math.nan), "1": LATE, **STAGES}))
    assert report.first_divergence is None


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        (Named(), "a has no taps, and `diff` needs them. Export it with --taps"),
        (Logged(), "a has no taps, and `diff` needs them. Export it with --taps"),
        (Logged(log={"1": EARLY}), "The stage 'small' is absent in a and 3×2×2 in b. Name"),
    ],
)
def test_what_has_no_such_stage_is_one_sentence(engine: Named, words: str) -> None:
    with pytest.raises(InputError, match=words):
        compared(engine)


def test_a_neural_processor_has_a_lower_floor_for_float_files_alone() -> None:
    for precision, floor in FLOORS.items():
        is_float = precision in (Precision.FP32, Precision.FP16)
        wanted = NPU_FLOOR if is_float else floor
        assert floor_of(precision, EngineClass.NPU) == wanted
        assert floor_of(precision, EngineClass.GPU) == floor
