"""The wire decoder against protobuf's own encoder, and against bytes nobody should write."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import (
    Field,
    Kind,
    Message,
    decode,
    encode,
)

PAIR = Message("Pair", {1: Field("name", Kind.STRING), 2: Field("size", Kind.UINT)})
SAMPLE = Message(
    "Sample",
    {
        1: Field("count", Kind.INT),
        2: Field("sizes", Kind.INT, repeated=True),
        3: Field("pair", Kind.MESSAGE, PAIR),
        4: Field("pairs", Kind.MESSAGE, PAIR, repeated=True),
        5: Field("by_name", Kind.MAP, PAIR),
        6: Field("floats", Kind.FLOAT, repeated=True),
        7: Field("note", Kind.IGNORED),
        8: Field("flag", Kind.PRESENT),
        9: Field("text", Kind.MAP),
    },
)
EMPTY: dict[str, Any] = {"sizes": [], "pairs": [], "by_name": {}, "floats": [], "text": {}}


@settings(deadline=None)  # a shared machine stalls
@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**64 - 1), st.text())
def test_numbers_and_text_survive(count: int, size: int, name: str) -> None:
    pair = encode([(1, name), (2, size)])
    assert decode(encode([(1, count), (3, pair)]), SAMPLE) == {
        **EMPTY,
        "count": count,
        "pair": {"name": name, "size": size},
    }


@settings(deadline=None)
@given(st.lists(st.integers(-(2**31), 2**31 - 1)), st.lists(st.floats(width=32, allow_nan=False)))
def test_packed_and_unpacked_lists_are_the_same(sizes: list[int], floats: list[float]) -> None:
    import struct

    packed = b"".join(encode([(0, size)])[1:] for size in sizes)
    raw = struct.pack(f"<{len(floats)}f", *floats)
    apart = encode([*((2, size) for size in sizes), *((6, number) for number in floats)])
    together = encode([(2, packed), (6, raw)])
    assert (
        decode(apart, SAMPLE)
        == decode(together, SAMPLE)
        == {
            **EMPTY,
            "sizes": sizes,
            "floats": floats,
        }
    )


def test_maps_become_dicts_and_the_rest_is_dropped_or_noted() -> None:
    entry = encode([(1, "key"), (2, encode([(2, 7)]))])
    found = decode(encode([(5, entry), (7, "doc"), (8, b"anything"), (9, b"")]), SAMPLE)
    assert found == {**EMPTY, "by_name": {"key": {"size": 7}}, "flag": True, "text": {"": ""}}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (encode([(30, 1)]), "holds field 30"),
        (encode([(1, 1), (1, 2)]), "twice"),
        (encode([(3, encode([(1, b"\xff")]))]), "UTF-8"),
        (encode([(5, b""), (5, b"")]), "twice"),
        (encode([(1, "text")]), "are no int"),
        (encode([(3, 1)]), "a number where bytes belong"),
        (encode([(6, b"123")]), "are no float"),
        (encode([(3, b"12345")])[:-2], "damaged or cut off"),
        (b"\x08" + b"\xff" * 11, "damaged or cut off"),
        (b"\x08", "damaged or cut off"),
        (b"\x0b", "damaged or cut off"),
    ],
)
def test_bytes_that_are_no_message_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        decode(data, SAMPLE)


def test_nesting_is_bounded() -> None:
    nested = Message("Nested")
    nested.fields = {1: Field("inner", Kind.MESSAGE, nested)}
    data = b""
    for _ in range(200):
        data = encode([(1, data)])
    with pytest.raises(InputError, match="nested more than 100 deep"):
        decode(data, nested)


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        decode(data, SAMPLE)
    except InputError:
        return
