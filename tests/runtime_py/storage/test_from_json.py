"""The one door from JSON to objects: what fits is rebuilt, what does not is named."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import pytest

from skinseg_mobile.runtime_py.storage.from_json import rebuild


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Point:
    row: int
    column: int

    def __post_init__(self) -> None:
        if self.row < 0:
            raise ValueError(f"row must be 0 or more, got {self.row}")


@dataclass(frozen=True)
class Own:
    """Rebuilt by its own rule."""

    text: str

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Own":
        return Own(data["text"].upper())


@dataclass(frozen=True)
class Whole:
    name: str
    count: int
    share: float
    sure: bool
    colour: Colour
    point: Point
    own: Own
    pair: tuple[float, str]
    points: tuple[Point, ...]
    shares: Mapping[str, float]
    anything: Any
    scale: float = 1.0
    parent: str | None = None
    notes: dict[str, Any] = field(default_factory=dict[str, Any])
    taps: tuple[str, ...] = ()


WHOLE = Whole(
    name="läsion",
    count=3,
    share=0.5,
    sure=True,
    colour=Colour.BLUE,
    point=Point(1, 2),
    own=Own("TEXT"),
    pair=(0.25, "b"),
    points=(Point(0, 0), Point(3, 4)),
    shares={"a": 1.0, "b": -2.5},
    anything=[1, {"deep": None}],
    scale=2.0,
    parent="other",
    notes={"a": [1]},
    taps=("head",),
)


def as_json(**changes: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(asdict(WHOLE))), **changes}


def test_round_trip() -> None:
    assert rebuild(Whole, as_json()) == WHOLE


@pytest.mark.parametrize("name", ["parent", "notes", "taps"])
def test_what_is_empty_by_default_may_be_left_out(name: str) -> None:
    data = as_json()
    del data[name]
    assert not getattr(rebuild(Whole, data), name)


@pytest.mark.parametrize("name", sorted(set(asdict(WHOLE)) - {"parent", "notes", "taps"}))
def test_every_other_field_must_be_there(name: str) -> None:
    data = as_json()
    del data[name]
    with pytest.raises(ValueError, match=f"it lacks {name}"):
        rebuild(Whole, data)


def test_whole_numbers_are_floats_and_not_the_other_way_round() -> None:
    found = rebuild(Whole, as_json(share=1, pair=[2, "b"]))
    assert (found.share, found.pair) == (1.0, (2.0, "b"))
    assert isinstance(found.share, float)
    with pytest.raises(ValueError, match=r"count must be a whole number, got 1\.0"):
        rebuild(Whole, as_json(count=1.0))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("name", 3, "name must be text, got 3"),
        ("name", None, "name must be text, got null"),
        ("count", "3", "count must be a whole number, got '3'"),
        ("count", True, "count must be a whole number, got true"),
        ("share", "0.5", "share must be a finite number, got '0.5'"),
        ("share", False, "share must be a finite number, got false"),
        ("share", float("nan"), "share must be a finite number, got nan"),
        ("share", float("inf"), "share must be a finite number, got inf"),
        ("share", 10**400, "share must be a finite number, got 1000"),
        ("sure", 1, "sure must be true or false, got 1"),
        ("colour", "green", "colour must be one of red, blue, got 'green'"),
        ("colour", ["red"], "colour must be one of red, blue, got"),
        ("point", [1, 2], "point must be an object"),
        ("point", {"row": 1}, "point lacks column"),
        ("point", {"row": 1, "column": 2, "depth": 3}, "point has the unknown field depth"),
        ("point", {"row": -1, "column": 2}, "row must be 0 or more, got -1"),
        ("own", "text", "own must be an object"),
        ("pair", [0.25], "pair must hold 2 values, got 1"),
        ("pair", [0.25, 1], "pair must be text, got 1"),
        ("pair", "ab", "pair must be a list"),
        ("points", [{"row": 1, "column": "2"}], "column must be a whole number, got '2'"),
        ("shares", [1], "shares must be an object"),
        ("shares", {"a": "1"}, "shares.a must be a finite number, got '1'"),
        ("parent", 5, "parent must be text, got 5"),
        ("notes", [], "notes must be an object"),
        ("taps", [None], "taps must be text, got null"),
        ("steam", 1, "it has the unknown field steam"),
    ],
)
def test_what_does_not_fit_is_named(name: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match="^" + sentence.replace("[", r"\[")):
        rebuild(Whole, as_json(**{name: value}))


@pytest.mark.parametrize("value", [[], 3, "text", None])
def test_the_whole_must_be_an_object(value: Any) -> None:
    with pytest.raises(ValueError, match="it must be an object"):
        rebuild(Whole, value)
