"""Protobuf's wire format: bytes -> nested dicts by a schema, and back for the few bytes we write.

A message is a sequence of (key, value); key = field number << 3 | wire type.
https://protobuf.dev/programming-guides/encoding

Decoding fails closed: a field that the schema does not name, a singular field that comes twice and
a length that leaves the message are all refused, because a reader that skips what it does not know
would execute a program in part.

Google's `protobuf` was tried in its place and is worse at that. Its parser keeps the last of two
singular values and merges two messages without a word, so every field has to be declared repeated;
then it reads packed numbers as a singular one, which Core ML's own reader ignores. A wrong wire
type becomes an unknown field, and errors no longer name the message. Unknown fields must be asked
for message by message in Python, so that the students' packages decode 1.1 to 1.7 times as fast
as here, no more, although protobuf's own parse takes 1 to 2 ms of 150 to 300.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.protobuf import BYTES, FIXED32, VARINT, value_at, varint

Decoded = dict[str, Any]

_MAX_DEPTH = 100


class Kind(Enum):
    """What the bytes of a field mean."""

    INT = auto()
    """Signed varint; int32, int64, bool and enum alike."""
    UINT = auto()
    FLOAT = auto()
    DOUBLE = auto()
    STRING = auto()
    BYTES = auto()
    MESSAGE = auto()
    MAP = auto()
    """Entries of key 1 (string) and value 2 -> one dict."""
    PRESENT = auto()
    """Only whether it is there: True, contents unread."""
    IGNORED = auto()
    """Known to carry no meaning for execution: dropped."""


@dataclass(frozen=True)
class Field:
    """One field of a message."""

    name: str
    kind: Kind
    message: "Message | None" = None
    """Layout of a MESSAGE, or of the values of a MAP; a MAP without one holds strings."""
    repeated: bool = False


@dataclass
class Message:
    """A message's name and its fields by number; filled in after creation where types recur."""

    name: str
    fields: dict[int, Field] = field(default_factory=dict[int, Field])


def decode(data: bytes | memoryview, message: Message) -> Decoded:
    """Return the fields that are present, by name; repeated ones are always there, as lists.

    Raises:
        InputError: truncated, or a field that `message` does not know.
    """
    return _decode(memoryview(data), message, 0)


def _decode(data: memoryview, message: Message, depth: int) -> Decoded:
    if depth > _MAX_DEPTH:
        raise InputError(
            f"{message.name} is nested more than {_MAX_DEPTH} deep. Copy the file again."
        )
    found: Decoded = {f.name: _empty(f) for f in message.fields.values() if _many(f)}
    at = 0
    try:
        while at < len(data):
            key, at = varint(data, at)
            number, wire = key >> 3, key & 7
            known = message.fields.get(number)
            if known is None:
                raise InputError(
                    f"{message.name} holds field {number}, which is unknown. The file is foreign,"
                    " damaged or newer than iOS 18."
                )
            raw, at = value_at(data, at, wire)
            if known.kind is not Kind.IGNORED:
                _put(found, known, wire, raw, (message, depth))
    except ValueError as error:
        raise _damaged(message) from error
    return found


def _many(known: Field) -> bool:
    return known.repeated or known.kind is Kind.MAP


def _empty(known: Field) -> list[Any] | dict[str, Any]:
    return {} if known.kind is Kind.MAP else []


def _put(
    found: Decoded, known: Field, wire: int, raw: int | memoryview, where: tuple[Message, int]
) -> None:
    message, depth = where
    if known.kind is Kind.MAP:
        _put_entry(found[known.name], known, raw, where)
    elif known.repeated and wire == BYTES and known.kind in _PACKED:
        found[known.name].extend(_packed(raw, known, message))
    elif known.repeated:
        found[known.name].append(_value(raw, known, wire, message, depth))
    elif known.name in found:
        raise InputError(f"{message.name} holds {known.name} twice. Copy the file again.")
    else:
        found[known.name] = _value(raw, known, wire, message, depth)


def _put_entry(
    entries: dict[str, Any], known: Field, raw: int | memoryview, where: tuple[Message, int]
) -> None:
    message, depth = where
    value = Field("value", Kind.MESSAGE if known.message else Kind.STRING, known.message)
    entry = Message(f"{message.name}.{known.name}", {1: Field("key", Kind.STRING), 2: value})
    pair = _decode(_view(raw, message), entry, depth + 1)
    key = pair.get("key", "")
    if key in entries:
        raise InputError(f"{entry.name} holds '{key}' twice. Copy the file again.")
    entries[key] = pair.get("value", decode(b"", known.message) if known.message else "")


def _value(raw: int | memoryview, known: Field, wire: int, message: Message, depth: int) -> Any:
    if known.kind is Kind.PRESENT:
        return True
    if known.kind in (Kind.INT, Kind.UINT):
        if not isinstance(raw, int):
            raise _wrong(known, message)
        return _signed(raw) if known.kind is Kind.INT else raw
    view = _view(raw, message)
    if known.kind in _PACKED:
        layout, size = _PACKED[known.kind]
        if len(view) != size or wire == BYTES:
            raise _wrong(known, message)
        return struct.unpack(layout, view)[0]
    if known.message is not None:
        return _decode(view, known.message, depth + 1)
    return _text(view, message) if known.kind is Kind.STRING else bytes(view)


_PACKED: Mapping[Kind, tuple[str, int]] = {
    Kind.INT: ("", 0),
    Kind.UINT: ("", 0),
    Kind.FLOAT: ("<f", 4),
    Kind.DOUBLE: ("<d", 8),
}


def _packed(raw: int | memoryview, known: Field, message: Message) -> list[Any]:
    view = _view(raw, message)
    layout, size = _PACKED[known.kind]
    if size:
        if len(view) % size:
            raise _wrong(known, message)
        return [value for (value,) in struct.iter_unpack(layout, view)]
    values: list[int] = []
    at = 0
    while at < len(view):
        value, at = varint(view, at)
        values.append(_signed(value) if known.kind is Kind.INT else value)
    return values


def _view(raw: int | memoryview, message: Message) -> memoryview:
    if isinstance(raw, int):
        raise InputError(f"{message.name} holds a number where bytes belong. Copy the file again.")
    return raw


def _wrong(known: Field, message: Message) -> InputError:
    return InputError(
        f"The bytes of {message.name}.{known.name} are no {known.kind.name.lower()}. Copy the file"
        " again."
    )


def _text(view: memoryview, message: Message) -> str:
    try:
        return str(view, "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"A text of {message.name} is not UTF-8. Copy the file again.") from error


def _damaged(message: Message) -> InputError:
    return InputError(f"{message.name} is damaged or cut off. Copy the file again.")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def encode(fields: Iterable[tuple[int, int | float | str | bytes]]) -> bytes:
    """Return a message of (number, value) pairs; a nested message is its encoded bytes.

    >>> encode([(1, 150), (2, "hi")]).hex()
    '08960112026869'
    """
    return b"".join(_encode(number, value) for number, value in fields)


def _encode(number: int, value: int | float | str | bytes) -> bytes:
    if isinstance(value, int):
        return _to_varint(number << 3 | VARINT) + _to_varint(value & 0xFFFF_FFFF_FFFF_FFFF)
    if isinstance(value, float):
        return _to_varint(number << 3 | FIXED32) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return _to_varint(number << 3 | BYTES) + _to_varint(len(data)) + data


def _to_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))
