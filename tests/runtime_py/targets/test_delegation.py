"""Which operations a delegate took, read from LiteRT's list of nodes."""

from typing import Any

from skinseg_mobile.runtime_py.targets.spec import Placed
from skinseg_mobile.runtime_py.targets.tflite.delegation import placed, split


def node(name: str, inputs: list[int], outputs: list[int]) -> dict[str, Any]:
    return {"op_name": name, "inputs": inputs, "outputs": outputs}


CHAIN = [node("CONV_2D", [0, 9], [1]), node("ROUND", [1], [2]), node("CONV_2D", [2, 8], [3])]
FIRST, LAST = node("DELEGATE", [0], [1]), node("DELEGATE", [2], [3])


def test_what_lies_between_delegates_is_left() -> None:
    nodes = [*CHAIN, FIRST, LAST]
    assert placed(nodes) == (
        Placed("XNNPACK", {"CONV_2D": 2}),
        Placed("CPU", {"ROUND": 1}, fallback=True),
    )
    found = split(nodes)
    assert found is not None
    assert (found.share, found.parts, found.left) == (2 / 3, 2, {"ROUND": 1})


def test_a_delegate_takes_all_up_to_its_inputs() -> None:
    assert placed([*CHAIN, node("DELEGATE", [0], [3])]) == (
        Placed("XNNPACK", {"CONV_2D": 2, "ROUND": 1}),
    )


def test_without_a_delegate_all_is_left() -> None:
    assert placed(CHAIN) == (Placed("CPU", {"CONV_2D": 2, "ROUND": 1}, fallback=True),)
    assert split([]) is None
    assert placed([]) == ()
