"""Overwriting a value that dies: the same numbers, and never one that somebody can still see."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.targets.coreml.interpreter import execute, load_package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import overwritten
from tests.runtime_py.targets.coreml.interpreter.conftest import Converted, Image

pytestmark = pytest.mark.slow

NETS = ["mobile", "mobile_half", "columns", "unet"]


@pytest.mark.parametrize("name", NETS)
def test_numbers_and_feeds_stay(name: str, image: Image, request: pytest.FixtureRequest) -> None:
    program = load_package(request.getfixturevalue(name).path)
    before, seen = image.copy(), dict[str, Any]()
    for rounding in ("declared", "none"):
        watched = execute(program, {"image": image}, rounding, trace=seen.__setitem__)
        found = execute(program, {"image": image}, rounding)
        assert all(np.array_equal(found[output], watched[output]) for output in watched)
    assert np.array_equal(image, before)


@pytest.mark.parametrize("name", NETS)
def test_only_the_single_reader_of_a_value_overwrites_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    program = load_package(request.getfixturevalue(name).path)
    readers = Counter(n for op in program.ops for names in op.inputs.values() for n in names)
    outside = {feature.name for feature in (*program.inputs, *program.outputs)}
    for value in overwritten(program).values():
        assert readers[value] == 1
        assert value not in outside | program.constants.keys()


def test_a_residual_is_added_into_the_branch_that_dies(mobile: Converted) -> None:
    program = load_package(mobile.path)
    kinds = {op.name: op.kind for op in program.ops}
    readers = Counter(n for op in program.ops for names in op.inputs.values() for n in names)
    (residual,) = [
        op for op in program.ops
        if op.kind == "add" and any(readers[name] == 2 for name in op.inputs["x"] + op.inputs["y"])
    ]  # fmt: skip
    assert kinds[overwritten(program)[residual.name]] == "conv"
