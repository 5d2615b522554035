"""The front and the choice against a slow reference, and the sentence where no file fits."""

import itertools
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinseg_mobile.compress.auto.config import AutoConfig, ReleaseBudget
from skinseg_mobile.compress.auto.result import choose, front, plots
from skinseg_mobile.compress.measure_files import FileRow
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision

ROW = FileRow(
    candidate="keep-50-at-192", target="tflite", precision=Precision.INT8, parameters=100,
    multiply_adds=1000, megabytes=1.0, milliseconds=2.0, jaccard=0.8, delta_jaccard=0.0,
    agreement=1.0, verdict="passed",
)  # fmt: skip


def some(target: str, megabytes: int, milliseconds: int | None, jaccard: int) -> FileRow:
    return replace(
        ROW, target=target, megabytes=megabytes, milliseconds=milliseconds, jaccard=jaccard
    )


ROWS = st.lists(
    st.builds(
        some,
        st.sampled_from(("tflite", "coreml")),
        st.integers(1, 4),
        st.one_of(st.none(), st.integers(1, 4)),
        st.integers(0, 4),
    ),
    max_size=8,
)


@given(ROWS)
def test_nothing_on_the_front_is_beaten_and_all_else_is(rows: list[FileRow]) -> None:
    def dominated(row: FileRow) -> bool:
        costs = (row.megabytes, row.milliseconds or 0, -row.jaccard)
        for other in rows:
            theirs = (other.megabytes, other.milliseconds or 0, -other.jaccard)
            no_worse = all(t <= c for t, c in zip(theirs, costs, strict=True))
            if other.target == row.target and no_worse and theirs != costs:
                return True
        return False

    found = front(rows)
    assert all((row in found) is not dominated(row) for row in rows)


def test_a_target_that_no_search_writes_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="A search writes no 'coreai' files"):
        ReleaseBudget(target="coreai")
    with pytest.raises(InputError, match="Core ML files are not timed"):
        ReleaseBudget(target="coreml", budget_ms=1.0)


def test_shares_that_differ_have_folders_of_their_own() -> None:
    config = AutoConfig(keeps=(1 / 3, 0.33333333, 0.29), sizes=(192,))
    names = [candidate.name for candidate in config.candidates]
    assert len(set(names)) == 3
    assert "keep-29-at-192" in names


def test_the_best_jaccard_within_the_budget_is_chosen() -> None:
    small = replace(ROW, megabytes=0.2, jaccard=0.77)
    middle = replace(ROW, megabytes=0.5, jaccard=0.79)
    other = replace(ROW, target="onnx", megabytes=0.3, jaccard=0.9)
    rows = [ROW, small, middle, other]
    assert choose(rows, ReleaseBudget(), 0.8) is ROW
    assert choose(rows, ReleaseBudget(budget_mb=0.6), 0.8) is middle
    assert choose(rows, ReleaseBudget(budget_mb=0.3), 0.8) is small
    assert choose(rows, ReleaseBudget(target="onnx"), 0.8) is other


def test_what_the_gate_refuses_is_never_chosen() -> None:
    better = replace(ROW, jaccard=0.9, verdict="failed")
    assert choose([ROW, better], ReleaseBudget(), 0.8) is ROW
    with pytest.raises(
        InputError, match="None of the 2 tflite files within the budget passes the gate"
    ):
        choose([better, replace(better, verdict="not run")], ReleaseBudget(), 0.8)


def test_a_budget_that_cannot_be_met_says_how_near_it_came() -> None:
    with pytest.raises(InputError) as caught:
        choose([ROW, replace(ROW, megabytes=0.5, jaccard=0.7)], ReleaseBudget(budget_mb=0.4), 0.8)
    assert "None of 2 tflite files meets the budget" in str(caught.value)
    assert "nearest with 0.5 MB (25% over)" in str(caught.value)
    with pytest.raises(InputError, match=r"a drop of 0\.1000"):
        choose([replace(ROW, jaccard=0.7)], ReleaseBudget(max_drop=0.05), 0.8)
    with pytest.raises(InputError, match=r"nearest with a drop of 0\.1000\. Widen"):
        choose([replace(ROW, jaccard=0.7)], ReleaseBudget(max_drop=0), 0.8)
    assert choose([ROW], ReleaseBudget(max_drop=0), 0.8) is ROW


def test_the_pictures_show_every_file_and_are_sound() -> None:
    rows = [replace(ROW, megabytes=mb) for mb in (0.5, 1.0)]
    found = plots(rows, "tflite")
    assert list(found) == ["size", "latency"]
    for picture in found.values():
        circles = [item for item in ET.fromstring(picture).iter() if item.tag.endswith("circle")]
        assert len(circles) == len(rows) + len(front(rows))
    untimed = [replace(row, target="coreml", milliseconds=None) for row in rows]
    assert list(plots(untimed, "coreml")) == ["size"]


def test_candidates_are_every_width_at_every_size() -> None:
    found = [c.name for c in AutoConfig(keeps=(0.25, 1.0, 0.25), sizes=(128, 192)).candidates]
    expected = [f"keep-{k}-at-{s}" for k, s in itertools.product((100, 25), (192, 128))]
    assert found == expected


def test_bad_settings_are_named() -> None:
    for changes, sentence in (
        ({"keeps": (0.5, 0.0)}, "keep is 0.0. Choose"),
        ({"keeps": ()}, "needs a share to keep"),
        ({"sizes": (100,)}, "no multiple of 32 from 32 to 4096 pixels"),
        ({"sizes": (192, 4128)}, "no multiple of 32 from 32 to 4096 pixels"),
        ({"sizes": ()}, "needs an input size"),
        ({"epochs": 0}, "epochs is 0. Choose 1 or more"),
    ):
        with pytest.raises(InputError, match=sentence):
            AutoConfig(**changes)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="budget_mb is -1"):
        ReleaseBudget(budget_mb=-1.0)
