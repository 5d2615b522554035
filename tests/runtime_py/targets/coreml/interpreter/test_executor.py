"""The executor against torch, on small nets that hold what our exports hold."""

import weakref
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter import Colour, execute, load_package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.executor import last_uses
from tests.runtime_py.targets.coreml.interpreter.conftest import Converted, Image

pytestmark = pytest.mark.slow

FP32, FP16 = 1e-5, 5e-3
"""Measured: 1e-6 against another order of sums; 1e-3 with ten roundings to 11 bits in a row."""


@pytest.mark.parametrize("name", ["columns", "unet"])
def test_float32_programs_agree_with_torch(
    name: str, image: Image, request: pytest.FixtureRequest
) -> None:
    package: Converted = request.getfixturevalue(name)
    program = load_package(package.path)
    for rounding in ("declared", "none"):
        found = execute(program, {"image": image}, rounding)["result"]
        np.testing.assert_allclose(found, package.expected(image), atol=FP32)


def test_bgr_is_swapped_for_the_caller(mobile: Converted, image: Image) -> None:
    program = load_package(mobile.path)
    assert program.inputs[0].colour is Colour.BGR
    found = execute(program, {"image": image})["result"]
    np.testing.assert_allclose(found, mobile.expected(image[:, ::-1].copy()), atol=FP32)
    assert not np.allclose(found, mobile.expected(image), atol=FP16)


def test_roundings_differ_and_both_stay_near(mobile_half: Converted, image: Image) -> None:
    program = load_package(mobile_half.path)
    declared = execute(program, {"image": image})["result"]
    exact = execute(program, {"image": image}, rounding="none")["result"]
    assert declared.dtype == np.float16
    assert exact.dtype == np.float32
    assert not np.array_equal(declared.astype(np.float32), exact)
    for found in (declared, exact):
        np.testing.assert_allclose(found, mobile_half.expected(image), atol=FP16)


def test_declared_values_lie_on_the_float16_grid(mobile_half: Converted, image: Image) -> None:
    seen: dict[str, Any] = {}
    program = load_package(mobile_half.path)
    execute(program, {"image": image}, trace=seen.__setitem__)
    assert list(seen) == [named.name for op in program.ops for named in op.outputs]
    for name, array in seen.items():
        if program.types[name].dtype.name == "float16":
            assert np.array_equal(array, array.astype(np.float16).astype(np.float32))


def test_a_second_run_and_another_thread_of_calls_give_the_same(
    columns: Converted, image: Image
) -> None:
    program = load_package(columns.path)
    first = execute(program, {"image": image})["result"]
    execute(program, {"image": image * 0})
    assert np.array_equal(first, execute(program, {"image": image})["result"])


def test_values_are_freed_after_their_last_use(mobile_half: Converted, image: Image) -> None:
    program = load_package(mobile_half.path)
    seen: list[weakref.ref[Any]] = []
    alive: list[int] = []

    def count(_: str, array: Any) -> None:
        seen.append(weakref.ref(array))
        alive.append(sum(held.nbytes for ref in seen if (held := ref()) is not None))

    total: list[int] = []
    execute(program, {"image": image}, trace=lambda _, array: total.append(array.nbytes))
    execute(program, {"image": image}, trace=count)
    assert max(alive) < 0.5 * sum(total)
    freed = [name for names in last_uses(program) for name in names]
    assert len(freed) == len(set(freed))
    assert program.outputs[0].name not in freed


@pytest.mark.parametrize(
    ("feeds", "names"),
    [
        ({}, "given the inputs none. Its inputs are 'image'"),
        ({"picture": np.zeros((1, 3, 32, 32))}, "given the inputs 'picture'"),
        ({"image": np.zeros((1, 3, 32, 31))}, "takes RGB image"),
        ({"image": np.zeros((1, 3, 32, 32), "U1")}, "takes RGB image"),
    ],
)
def test_feeds_that_do_not_fit_are_refused(
    feeds: dict[str, Any], names: str, columns: Converted
) -> None:
    with pytest.raises(InputError, match=names):
        execute(load_package(columns.path), feeds)


def test_an_unknown_rounding_is_refused(columns: Converted, image: Image) -> None:
    with pytest.raises(InputError, match=r"no rounding 'half'\. Choose declared or none"):
        execute(load_package(columns.path), {"image": image}, rounding="half")


def test_importing_the_package_needs_no_vendor() -> None:
    import subprocess
    import sys

    code = (
        "import sys, skinseg_mobile.runtime_py.targets.coreml.interpreter;"
        "print([m for m in ('torch', 'coremltools', 'onnxruntime', 'google') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
