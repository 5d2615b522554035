"""Protobuf's fields against Google's own reader, and every damage is one `ValueError`."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinseg_mobile.runtime_py.storage.protobuf import fields
from skinseg_mobile.runtime_py.vendors import vendor
from tests.dark import MODEL


def test_an_onnx_file_has_the_fields_that_onnx_finds(dark: Path) -> None:
    onnx: Any = vendor("onnx", "export")
    content = (dark / MODEL).read_bytes()
    expected = {field.number for field, _ in onnx.ModelProto.FromString(content).ListFields()}
    found = [number for number, _ in fields(memoryview(content))]
    assert set(found) == expected


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(ValueError):
        assert all(number >= 0 for number, _ in fields(memoryview(content)))


@pytest.mark.parametrize("content", [b"\x08", b"\x0a\x05ab", b"\x0b", b"\x80" * 11, b"\x0d\x00"])
def test_what_is_cut_off(content: bytes) -> None:
    with pytest.raises(ValueError, match="cut off"):
        list(fields(memoryview(content)))
