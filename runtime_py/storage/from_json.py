"""JSON values -> frozen dataclasses, each field checked against its annotation.

The one door by which files become objects: an unknown name, a missing one or a wrong kind is a
`ValueError` that names the field, so that damage is found at the edge and not deep inside. Only a
field whose default is empty may be left out, as files from before it do; other defaults are for
code: a threshold that was lost must not become 0.5.
"""

import functools
import json
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from skinseg_mobile.runtime_py.errors import nearest

T = TypeVar("T")
_KINDS: Mapping[type, str] = types.MappingProxyType(
    {int: "a whole number", str: "text", bool: "true or false", list: "a list", dict: "an object"}
)


class NotFinite(float):
    """NaN or an infinity, as `json.loads(…, parse_constant=NotFinite)` reads it.

    Only files of measurements may hold one, so only their reader asks for it.
    """


def rebuild(kind: type[T], value: Any, name: str = "") -> T:
    """Return `value`, which came from JSON, as a `kind`.

    A dataclass with a static `from_dict` is built by it.

    Raises:
        ValueError: the value does not fit; the message names the field.
    """
    return cast(T, _build(kind, value, name))


def _build(kind: Any, value: Any, name: str) -> Any:
    origin = get_origin(kind)
    if kind is Any:
        return value
    if kind is type(None):
        return _nothing(value, name)
    if origin in (Union, types.UnionType):
        return None if value is None else _build(_without_none(kind), value, name)
    if origin is tuple:
        return _tuple(get_args(kind), value, name)
    if origin in (dict, Mapping):
        key, item = get_args(kind)
        _require(value, dict, name)
        return {_build(key, k, name): _build(item, v, f"{name}.{k}") for k, v in value.items()}
    if getattr(origin, "__name__", "") == "ndarray":
        return _array(value, name)
    if is_dataclass(kind):
        return _dataclass(kind, value, name)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind, value, name)
    if kind is float:
        return _float(value, name)
    _require(value, kind, name)
    return value


def _said(value: Any) -> str:
    """Return a value as JSON and TOML spell it, cut."""
    return json.dumps(value) if value is None or isinstance(value, bool) else f"{value!r:.40}"


def _nothing(value: Any, name: str) -> None:
    if value is not None:
        raise ValueError(f"{name or 'it'} must be null, got {_said(value)}")


def _enum(kind: type[Enum], value: Any, name: str) -> Enum:
    known = [member.value for member in kind]
    if value not in known:
        raise ValueError(f"{name or 'it'} must be one of {', '.join(known)}, got {_said(value)}")
    return kind(value)


def _float(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise ValueError(f"{name or 'it'} must be a finite number, got {_said(value)}")
    return float(value)


def _is_finite(value: float) -> bool:
    try:
        return isinstance(value, NotFinite) or math.isfinite(value)
    except OverflowError:  # an integer beyond every float
        return False


def _array(value: Any, name: str) -> Any:
    import numpy as np

    try:
        return np.array(value, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name or 'it'} must be an array of numbers ({error})") from error


def _dataclass(kind: Any, value: Any, name: str) -> Any:
    _require(value, dict, name)
    if hasattr(kind, "from_dict"):
        return kind.from_dict(value)
    hints, known = _hints(kind), {field.name: field for field in fields(kind)}
    unknown = sorted(set(value) - set(known))
    if unknown:
        near = "".join(f"; the nearest is {one}" for one in nearest(unknown[0], known))
        raise ValueError(f"{name or 'it'} has the unknown field {unknown[0]}{near}")
    missing = sorted(n for n, f in known.items() if n not in value and not is_optional(f))
    if missing:
        raise ValueError(f"{name or 'it'} lacks {missing[0]}")
    return kind(**{n: _build(hints[n], item, n) for n, item in value.items()})


def is_optional(field: Field[Any]) -> bool:
    """Return whether a file may leave the field out: its default is empty."""
    if field.default_factory is not MISSING:
        return not field.default_factory()
    return field.default in (None, ())


_hints = functools.cache(get_type_hints)


def _tuple(kinds: tuple[Any, ...], value: Any, name: str) -> tuple[Any, ...]:
    _require(value, list, name)
    if kinds[-1] is Ellipsis:
        return tuple(_build(kinds[0], item, name) for item in value)
    if len(value) != len(kinds):
        raise ValueError(f"{name} must hold {len(kinds)} values, got {len(value)}")
    return tuple(_build(kind, item, name) for kind, item in zip(kinds, value, strict=True))


def _without_none(kind: Any) -> Any:
    (inner,) = (k for k in get_args(kind) if k is not type(None))
    return inner


def _require(value: Any, kind: type, name: str) -> None:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name or 'it'} must be {_KINDS[kind]}, got {_said(value)}")
