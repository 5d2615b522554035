"""Which results float16 cannot hold."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from skinseg_mobile.runtime_py.targets.coreml.interpreter import execute, hazards, load_package
from tests.runtime_py.targets.coreml.interpreter.conftest import Converted, Image

pytestmark = pytest.mark.slow


class Extremes(torch.nn.Module):
    """One result far above float16's range, one far below its normals, one harmless."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        huge = image * 1000.0
        tiny = torch.sigmoid(image) * 1e-6
        return torch.tanh(huge * 1e-4) + tiny


@pytest.fixture(scope="module")
def extremes(converted: Callable[..., Converted]) -> Converted:
    return converted(Extremes(), 16, "FLOAT16")


def test_overflow_and_underflow_are_named(extremes: Converted, image: Image) -> None:
    program = load_package(extremes.path)
    found = {hazard.kind: hazard for hazard in hazards(program, {"image": image})}
    assert {h.kind for h in hazards(program, {"image": image}) if h.overflows} == {"mul"}
    listed = hazards(program, {"image": image})
    over = next(h for h in listed if h.overflows)
    under = next(h for h in listed if h.underflows)
    assert over.largest > 65504
    assert 0 < over.overflows <= over.size
    assert under.smallest < 2**-14
    assert found
    assert np.isinf(execute_trace(extremes, image)[over.output]).any()


def execute_trace(
    package: Converted, image: Image
) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    seen: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}
    execute(load_package(package.path), {"image": image}, trace=seen.__setitem__)
    return seen


def test_a_sound_net_has_none(mobile_half: Converted, image: Image) -> None:
    assert hazards(load_package(mobile_half.path), {"image": image}) == ()


def test_float32_is_judged_on_request_only(
    converted: Callable[..., Converted], image: Image
) -> None:
    program = load_package(converted(Extremes(), 16, "FLOAT32").path)
    assert hazards(program, {"image": image}) == ()
    assert any(h.overflows for h in hazards(program, {"image": image}, every_float=True))
