"""split.csv as people and spreadsheets write it: right rows, or a sentence with file and line."""

from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.data.split_table import Row, Split, read_split
from skinseg_mobile.runtime_py.errors import InputError

RIGHT = {"a": (Split.TRAIN, {"sex": "f"}), "b": (Split.DEV, {"sex": ""})}


def read(path: Path, content: str | bytes) -> dict[str, Row]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = read_split(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "table",
    [
        "id,split,sex\na,train,f\nb,dev,\n",
        "\ufeffid,split,sex\r\na,train,f\r\nb,dev,\r\n",
        "id,split,sex\ra,train,f\rb,dev,",
        "split,sex,id\n\ntrain,f,a\n,,\ndev,,b\n\n",
        " id , split,sex\na , train , f\n b,dev,  \n",
        '"id","split","sex"\n"a","train","f"\n"b","dev",""\n',
        "id,split,sex,,\na,train,f,,\nb,dev,,,\n,,,,\n",
    ],
)
def test_right_tables(tmp_path: Path, table: str) -> None:
    found = read(tmp_path / "split.csv", table)
    assert {id_: (row.split, row.values) for id_, row in found.items()} == RIGHT


def test_values_may_hold_commas_quotes_and_newlines(tmp_path: Path) -> None:
    table = 'id,split,note\na,train,"one, ""two""\nthree"\nb,dev,x\n'
    found = read(tmp_path / "split.csv", table)
    assert found["a"].values == {"note": 'one, "two"\nthree'}
    assert (found["a"].line, found["b"].line) == (3, 4)


def test_an_id_is_the_same_however_a_disk_writes_it(tmp_path: Path) -> None:
    assert list(read(tmp_path / "split.csv", "id,split\ne\u0301,train\n")) == ["é"]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("", r"header of .*split\.csv is '' and must name id and split"),
        ("\n\n", r"header of .*split\.csv is '' and must name id and split"),
        ("id,part\na,train\n", r"is 'id,part' and must name id and split"),
        ("id;split\na;train\n", r"is 'id;split' and must name .* separate all by commas"),
        ("id\tsplit\na\ttrain\n", r"and must name id and split.* separate all by commas"),
        ("id,split,split\na,train,test\n", r"header of .*split\.csv names split twice"),
        ("id,split,sex,sex\na,train,f,m\n", r"header of .*split\.csv names sex twice"),
        ("id,split\n", r"split\.csv has no rows"),
        ("id,split\na,training\n", r"split of a in .*split\.csv, line 2, is 'training'. Write"),
        ("id,split\na,train\n\nb,Train\n", r"split of b in .*split\.csv, line 4, is 'Train'"),
        ("id,split\na\n", r"Line 2 of .*split\.csv has 1 values and the header 2"),
        ("split,id\ntrain\n", r"Line 2 of .*split\.csv has 1 values and the header 2"),
        ("id,split\na,train,x,y\n", r"Line 2 of .*split\.csv has 4 values and the header 2"),
        (
            "id,split,\na,train,f\n",
            r"Line 2 of .*split\.csv has a value in a column without a name",
        ),
        ("id,split\n,train\n", r"Line 2 of .*split\.csv has no id"),
        ("id,split\na,train\nb,dev\na,dev\n", r"Line 4 of .* names a again, after line 2"),
        ("id,split\na,train\na ,train\n", r"Line 3 of .* names a again, after line 2"),
        ('id,split,sex\na,train,"f\nb,dev,m\n', r"split\.csv could not be read .*unexpected end"),
        ('id,split\n"a"x,train\n', r"split\.csv could not be read as a UTF-8 table"),
        (b"id,split\n\xff\xfe,train\n", r"split\.csv could not be read as a UTF-8 table"),
        ("id,split\na,train\n".encode("utf-16"), r"could not be read as a UTF-8 table"),
        ("id,split\na,train\n".encode("utf-16-le"), r"Line \d of .*split\.csv holds zero bytes"),
        ("id,split\na\0,train\n", r"Line 2 of .*split\.csv holds zero bytes"),
        ("id,split\na," + "x" * 200_000 + "\n", r"split\.csv could not be read .*limit"),
    ],
)
def test_wrong_tables(tmp_path: Path, table: str | bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read(tmp_path / "split.csv", table)


@pytest.mark.parametrize(
    "name", ["splits.csv", "Split.csv", "split.xlsx", "split_old.csv", "split.tsv"]
)
def test_a_table_of_nearly_the_right_name_is_not_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("id,split\na,train\n")
    with pytest.raises(InputError, match=rf"{name} is not read, because the table .* split\.csv"):
        read_split(tmp_path / "split.csv")
    assert list(read(tmp_path / "split.csv", "id,split\nb,train\n")) == ["b"]


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "split.csv").mkdir()
    with pytest.raises(InputError, match=r"split\.csv is not a file"):
        read_split(tmp_path / "split.csv")


def test_no_table_is_none(tmp_path: Path) -> None:
    assert read_split(tmp_path / "split.csv") is None
