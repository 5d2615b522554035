"""Our schema against coremltools' descriptors, and our parse against coremltools' own."""

from typing import Any

import pytest

from skinseg_mobile.runtime_py.targets.coreml.interpreter import schema
from skinseg_mobile.runtime_py.targets.coreml.interpreter.package import open_package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import Field, Kind, Message, decode

pytestmark = pytest.mark.slow

# protobuf's type numbers that each kind may stand for
TYPES = {
    Kind.INT: {3, 5, 8, 14},
    Kind.UINT: {4},
    Kind.FLOAT: {2},
    Kind.DOUBLE: {1},
    Kind.STRING: {9},
    Kind.BYTES: {12},
    Kind.MESSAGE: {11},
    Kind.MAP: {11},
}


def test_every_field_is_what_coremltools_says(coremltools: Any) -> None:
    seen: set[str] = set()

    def check(message: Message, descriptor: Any) -> None:
        if message.name in seen:
            return
        seen.add(message.name)
        theirs = {field.number: field for field in descriptor.fields}
        assert set(message.fields) == set(theirs), message.name
        for number, ours in message.fields.items():
            assert ours.name == theirs[number].name
            if ours.kind in TYPES:
                assert theirs[number].type in TYPES[ours.kind], ours
            if ours.message is not None:
                inner = theirs[number].message_type
                is_map = ours.kind is Kind.MAP
                check(ours.message, inner.fields_by_name["value"].message_type if is_map else inner)

    check(schema.MODEL, coremltools.proto.Model_pb2.Model.DESCRIPTOR)
    assert len(seen) > 25


def plain(message: Any, layout: Message) -> dict[str, Any]:
    """Return coremltools' message as our decoder would."""
    found: dict[str, Any] = {}
    for field in layout.fields.values():
        value = getattr(message, field.name)
        if field.kind is Kind.IGNORED:
            continue
        if field.kind is Kind.MAP:
            found[field.name] = {key: _one(value[key], field) for key in value}
        elif field.repeated:
            found[field.name] = [_one(item, field) for item in value]
        elif isinstance(value, str | int | float | bytes):
            if value:
                found[field.name] = _one(value, field)
        elif message.HasField(field.name):
            found[field.name] = _one(value, field)
    return found


def _one(value: Any, field: Field) -> Any:
    if field.kind is Kind.PRESENT:
        return True
    return plain(value, field.message) if field.message is not None else value


def explicit(found: Any) -> Any:
    """Drop zeros that are written out: proto3 leaves them away or not, and means the same."""
    if isinstance(found, dict):
        return {key: explicit(held) for key, held in found.items() if held not in (0, "", b"")}
    return [explicit(item) for item in found] if isinstance(found, list) else found


@pytest.mark.parametrize("name", ["mobile", "mobile_half", "columns", "unet"])
def test_real_exports_decode_as_protobuf_does(
    name: str, coremltools: Any, request: pytest.FixtureRequest
) -> None:
    data = open_package(request.getfixturevalue(name).path).model.read_bytes()
    theirs = coremltools.proto.Model_pb2.Model()
    theirs.ParseFromString(data)
    assert explicit(decode(data, schema.MODEL)) == explicit(plain(theirs, schema.MODEL))
