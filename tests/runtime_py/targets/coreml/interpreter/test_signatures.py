"""The table of parameters against coremltools' registry, and against the functions behind it."""

import inspect
from typing import Any

import pytest

from skinseg_mobile.runtime_py.targets.coreml.interpreter.constexpr import CONSTEXPR
from skinseg_mobile.runtime_py.targets.coreml.interpreter.ops import OPS, PREPARED, TYPED
from skinseg_mobile.runtime_py.targets.coreml.interpreter.signatures import (
    OPSETS,
    REFUSED,
    signatures,
)


@pytest.mark.slow
@pytest.mark.parametrize("opset", OPSETS.values())
def test_parameters_are_those_of_the_registry(opset: int, coremltools: Any) -> None:
    from coremltools.converters.mil.mil.ops.registry import SSAOpRegistry

    target = getattr(coremltools.target, f"iOS{opset + 10}")
    ours = signatures(opset)
    for kind, versions in SSAOpRegistry.core_ops.items():
        if target not in versions or kind in REFUSED or kind in ("const", "_const_symbolic"):
            assert kind not in ours
            continue
        theirs = versions[target].input_spec.input_types
        assert ours[kind].required == {name for name, held in theirs.items() if not held.optional}
        assert ours[kind].optional == {name for name, held in theirs.items() if held.optional}
    assert set(ours) <= set(SSAOpRegistry.core_ops)


def test_every_operation_has_a_function_with_its_parameters() -> None:
    functions = {**OPS, **CONSTEXPR}
    for opset in OPSETS.values():
        for kind, signature in signatures(opset).items():
            parameters = inspect.signature(functions[kind]).parameters
            assert signature.known <= set(parameters), kind
            needed = {n for n, p in parameters.items() if p.default is inspect.Parameter.empty}
            assert needed <= signature.required, kind
    named = {kind for opset in OPSETS.values() for kind in signatures(opset)}
    assert named == set(functions)
    assert not named & set(REFUSED)
    assert set(OPS) >= PREPARED | TYPED
