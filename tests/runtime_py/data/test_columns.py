"""Which columns hold images together, which are groups, and into which ranges numbers fall."""

import pytest

from skinseg_mobile.runtime_py.data.columns import families, groups_of, together, torn
from skinseg_mobile.runtime_py.data.split_table import Row, Split


def rows(**columns: list[str]) -> dict[str, Row]:
    """One row a value, ids in order, all train."""
    count = len(next(iter(columns.values())))
    return {
        f"i{number:04d}": Row(Split.TRAIN, {name: each[number] for name, each in columns.items()})
        for number in range(count)
    }


def labels(found: dict[str, Row], column: str) -> list[str]:
    return [groups[column] for groups in groups_of(found)[0].values()]


@pytest.mark.parametrize(
    "column",
    ["patient", "lesion", "group", "patient_id", "lesion_id", "group_id", "Patient ID", "PatientId",
     "subject", "LESION-ID"],
)  # fmt: skip
def test_these_columns_hold_images_together_and_are_no_groups(column: str) -> None:
    found = rows(**{column: ["p1", "p1", "p2"]})
    assert together(found["i0000"].values) == {column: "p1"}
    assert groups_of(found) == ({"i0000": {}, "i0001": {}, "i0002": {}}, ())


@pytest.mark.parametrize("value", ["", "NA", "unknown", "nan", "-"])
def test_what_is_not_known_holds_nothing_together(value: str) -> None:
    assert together({"patient": value}) == {}


def test_a_patient_in_two_splits_is_named_with_both_images() -> None:
    found = {
        "a": Row(Split.TRAIN, {"patient": "p1", "lesion": "x"}),
        "b": Row(Split.TRAIN, {"patient": "p2", "lesion": "y"}),
        "c": Row(Split.VALID, {"patient": "p1", "lesion": "z"}),
        "d": Row(Split.TEST, {"patient": "p3", "lesion": "y"}),
        "e": Row(Split.TEST, {"patient": "", "lesion": ""}),
        "f": Row(Split.DEV, {"patient": "", "lesion": ""}),
    }
    assert [(item.ids, item.sentence.partition(". ")[0]) for item in torn(found)] == [
        (("a", "c"), "In split.csv, patient p1 is in several splits: a (train) and c (valid)"),
        (("b", "d"), "In split.csv, lesion y is in several splits: b (train) and d (test)"),
    ]


def test_families_join_through_others() -> None:
    found = rows(patient=["p1", "", "p2", "p2", "p3"], lesion=["x", "x", "x", "y", "z"])
    heads = list(families(found).values())
    assert len(set(heads[:4])) == 1
    assert heads[4] == "i0004"
    assert heads[0] != heads[4]


def test_few_values_are_groups_as_they_are() -> None:
    values = ["nevus", "melanoma", "", "nevus"] * 5
    assert labels(rows(diagnosis=values), "diagnosis") == values
    types = ["1", "2", "3", "4", "5", "6"] * 5
    assert labels(rows(fitzpatrick=types), "fitzpatrick") == types


def test_many_numbers_become_four_ranges_of_equally_many_images() -> None:
    values = [f"{0.01 * number:.2f}" for number in range(100)]
    found = labels(rows(lesion_frac=values), "lesion_frac")
    assert [found.count(label) for label in dict.fromkeys(found)] == [25, 25, 25, 25]
    assert found[0] == "1 of 4: 0 to 0.24"
    assert found[99] == "4 of 4: 0.75 to 0.99"


def test_equal_numbers_are_never_in_two_ranges_and_unknown_ones_in_none() -> None:
    values = ["0"] * 60 + [str(number) for number in range(1, 30)] + ["", "unknown"]
    found = labels(rows(age=values), "age")
    assert set(found) == {"1 of 3: 0 to 0", "2 of 3: 1 to 7", "3 of 3: 8 to 29", "", "unknown"}


@pytest.mark.parametrize(
    "values",
    [
        [f"IMG_{number}.jpg" for number in range(12)],
        [f"case {number // 2}" for number in range(100)],  # 50 groups of two
        ["x", "y"],
    ],
)
def test_words_that_nearly_every_image_has_for_itself_are_no_groups(values: list[str]) -> None:
    groups, left_out = groups_of(rows(note=values))
    assert all(found == {} for found in groups.values())
    assert left_out == (
        f"The column note of split.csv has too many different values for {len(values)} images to"
        " be groups, so it is left out.",
    )


@pytest.mark.parametrize("column", ["id_no", "image_id", "Nr", "row number"])
def test_numbers_that_only_name_an_image_are_no_groups(column: str) -> None:
    groups, left_out = groups_of(rows(**{column: [str(number) for number in range(40)]}))
    assert (len(left_out), groups["i0000"]) == (1, {})
    assert labels(rows(**{column: ["1", "2"] * 20}), column) == ["1", "2"] * 20


@pytest.mark.parametrize("odd", ["inf", "1e999", "12 years"])
def test_words_among_numbers_are_words(odd: str) -> None:
    groups, left_out = groups_of(rows(age=[*map(str, range(30)), odd]))
    assert len(left_out) == 1
    assert groups["i0000"] == {}


def test_the_order_of_columns_is_kept() -> None:
    found = rows(b=["1", "2"] * 4, patient=["p"] * 8, a=["x", "y"] * 4)
    assert list(groups_of(found)[0]["i0000"]) == ["b", "a"]
