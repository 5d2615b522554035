"""Reads `split.csv`: a right table, or one sentence that names the line.

    id,split,diagnosis,patient          comma-separated UTF-8, with or without a byte-order mark
    a,train,nevus,p1
    b,dev,melanoma,p2

Spaces around values and lines without any value are passed over.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from skinseg_mobile.runtime_py.data.files import normal
from skinseg_mobile.runtime_py.errors import InputError, because

SPLIT_TABLE = "split.csv"
_TABLES = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xls", ".ods", ".numbers")


class Split(StrEnum):
    """What a row of a dataset may be used for."""

    TRAIN = "train"
    DEV = "dev"
    VALID = "valid"
    TEST = "test"


@dataclass(frozen=True)
class Row:
    """The split of an id, and its values in all other columns."""

    split: Split
    values: dict[str, str] = field(default_factory=dict[str, str])
    line: int = 0


def read_split(path: Path) -> dict[str, Row] | None:
    """Return the rows of `split.csv` by id, None without one.

    Raises:
        InputError: unreadable, no rows, a column missing or there twice, a row that breaks a
            rule, or a table beside it of nearly the same name.
    """
    _require_no_namesake(path)
    if not path.exists():
        return None
    lines = list(_lines(path))
    header = lines[0][1] if lines else []
    _require_header(header, path)
    table: dict[str, Row] = {}
    for number, cells in lines[1:]:
        id_, row = _row(header, cells, number, path)
        if id_ in table:
            raise InputError(
                f"Line {number} of {path} names {id_} again, after line {table[id_].line}."
                " Delete one."
            )
        table[id_] = row
    if not table:
        raise InputError(f"{path} has no rows. Fill it or delete it.")
    return table


def _require_no_namesake(path: Path) -> None:
    """Refuse `splits.csv` or `Split.xlsx`: whoever wrote it expects it to be read."""
    for other in sorted(path.parent.glob("[sS][pP][lL][iI][tT]*")) if not path.exists() else ():
        if other.suffix.lower() in _TABLES:
            raise InputError(
                f"{other} is not read, because the table of splits is named {path.name}. Rename it"
                " or move it elsewhere."
            )


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each line that holds a value, with its number; values without spaces around them."""
    if not path.is_file():
        raise InputError(f"{path} is not a file. Write the table there or remove it.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            for cells in reader:
                if any("\0" in cell for cell in cells):
                    raise InputError(
                        f"Line {reader.line_num} of {path} holds zero bytes, so it is not UTF-8"
                        " text. Save it again as CSV in UTF-8."
                    )
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, [cell.strip() for cell in cells]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{path} could not be read as a UTF-8 table ({because(error)}). Save it again as CSV"
            " in UTF-8."
        ) from error


def _require_header(header: Sequence[str], path: Path) -> None:
    twice = [name for name, count in Counter(filter(None, header)).items() if count > 1]
    if twice:
        raise InputError(f"The header of {path} names {twice[0]} twice. Rename or delete one.")
    if not {"id", "split"} <= set(header):
        raise InputError(
            f"The header of {path} is '{','.join(header)}' and must name id and split. Add the"
            " missing columns, and separate all by commas."
        )


def _row(header: Sequence[str], cells: Sequence[str], number: int, path: Path) -> tuple[str, Row]:
    if len(cells) != len(header):
        raise InputError(
            f"Line {number} of {path} has {len(cells)} values and the header {len(header)}. Write"
            " one for each column, and quote values that hold a comma."
        )
    values = dict(zip(header, cells, strict=True))
    id_, split = normal(values.pop("id")), values.pop("split")
    if values.pop("", ""):
        raise InputError(
            f"Line {number} of {path} has a value in a column without a name. Name the column."
        )
    if not id_:
        raise InputError(f"Line {number} of {path} has no id. Write it or delete the line.")
    if split not in list(Split):
        raise InputError(
            f"The split of {id_} in {path}, line {number}, is '{split}'. Write train, dev, valid"
            " or test."
        )
    return id_, Row(Split(split), values, number)
