"""The fields of a protobuf message, unread and in order; unknown ones are the caller's to skip.

https://protobuf.dev/programming-guides/encoding
"""

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
Value = int | memoryview
"""A number, or the bytes of a text, a nested message or a fixed number."""


def fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """Yield (field number, value).

    >>> [(number, value if isinstance(value, int) else bytes(value))
    ...  for number, value in fields(memoryview(bytes.fromhex("08960112026869")))]
    [(1, 150), (2, b'hi')]

    Raises:
        ValueError: cut off, or a value of a kind that protobuf does not have.
    """
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        value, at = value_at(message, at, key & 7)
        yield key >> 3, value


def value_at(message: memoryview, at: int, wire: int) -> tuple[Value, int]:
    """Return the value of wire type `wire` at a position, and the position behind it.

    Raises:
        ValueError: as `fields`.
    """
    if wire == VARINT:
        return varint(message, at)
    size, at = varint(message, at) if wire == BYTES else (_SIZES.get(wire, -1), at)
    if size < 0 or at + size > len(message):
        raise ValueError("a message is cut off")
    return message[at : at + size], at + size


def varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return the number of 64 bits at a position, and the position behind it.

    Raises:
        ValueError: cut off, or of more than ten bytes.
    """
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
    raise ValueError("a number is cut off")


_SIZES = {FIXED64: 8, FIXED32: 4}
