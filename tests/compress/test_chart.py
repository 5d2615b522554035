"""Charts: round ticks that span the values, and an SVG in which every line can be found."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinseg_mobile.compress.chart import HEIGHT, WIDTH, line_chart, ticks

SVG = "{http://www.w3.org/2000/svg}"
numbers = st.floats(-1e6, 1e6).map(lambda x: round(x, 6))


@given(numbers, numbers)
def test_ticks_span_the_values_in_even_steps(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    found = ticks(low, high)
    slack = 1e-6 * max(1e-6, high - low)
    assert found[0] <= low + slack
    assert found[-1] >= high - slack
    assert 2 <= len(found) <= 12
    steps = [b - a for a, b in pairwise(found)]
    assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-3)


def test_every_line_has_its_points_and_its_name() -> None:
    lines = {"a <b>": [(0.0, 0.0), (50.0, -0.1)], "c": [(0.0, 0.0), (25.0, 0.0), (75.0, -0.1)]}
    root = ET.fromstring(line_chart("a title", "cut, %", "Δ", lines))
    drawn = [line.attrib["points"].split() for line in root.iter(f"{SVG}polyline")]
    assert [len(points) for points in drawn] == [2, 3]
    assert drawn[0][0] == drawn[1][0]
    words = {text.text: text for text in root.iter(f"{SVG}text")}
    assert {"a title", "cut, %", "Δ", *lines} <= words.keys()
    apart = float(words["a <b>"].attrib["y"]) - float(words["c"].attrib["y"])
    assert abs(apart) >= 12  # both lines end at -0.1, their names must not cover each other
    for points in drawn:
        for x, y in (map(float, point.split(",")) for point in points):
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
