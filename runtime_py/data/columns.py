"""What the further columns of `split.csv` mean: images that belong together, or groups.

patient, lesion, group     (also subject; also with `_id`): their images stay in one split,
                           and they are no groups
numbers of many values     four ranges of about equally many images
other columns              groups, unless nearly every image has a value of its own, as in `file`
                           or `image_id`
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from skinseg_mobile.runtime_py.data.split_table import Row, Split

_TOGETHER = re.compile(r"(patient|subject|lesion|group)s?([ _-]?id)?", re.IGNORECASE)
_NUMBERS_ONE = re.compile(r"(.*[ _-])?(u?u?id|no|nr|number|index|row)", re.IGNORECASE)
_UNKNOWN = frozenset({"", "?", "-", "na", "n/a", "nan", "none", "null", "unknown"})
MOST_NUMBERS, MOST_WORDS = 10, 20
"""Numbers of more different values are put into ranges, words of more are no groups."""
NEARLY_ALL = 0.8
"""Of the images: where more have a value of their own, it says nothing of a group."""


@dataclass(frozen=True)
class Torn:
    """Images that belong together and stand in several splits."""

    ids: tuple[str, ...]
    sentence: str


def together(values: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of a row that say with which images it belongs together.

    >>> together({"lesion_id": "HAM_1", "patient": "unknown", "diagnosis": "nv"})
    {'lesion_id': 'HAM_1'}
    """
    return {
        column: value
        for column, value in values.items()
        if _TOGETHER.fullmatch(column) and value.lower() not in _UNKNOWN
    }


def torn(rows: Mapping[str, Row]) -> Iterator[Torn]:
    """Yield every patient, lesion or group whose images stand in several splits."""
    members: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for id_, row in rows.items():
        for item in together(row.values).items():
            members[item].append(id_)
    for (column, value), ids in members.items():
        first = {split: id_ for id_ in reversed(ids) for split in [rows[id_].split]}
        if len(first) > 1:
            places = " and ".join(f"{first[split]} ({split})" for split in Split if split in first)
            sentence = (
                f"In split.csv, {column} {value} is in several splits: {places}. Keep all images"
                " of it in one split."
            )
            yield Torn(tuple(ids), sentence)


def families(rows: Mapping[str, Row]) -> dict[str, str]:
    """Return one id to stand for all that belong together, directly or through others."""
    head = {id_: id_ for id_ in rows}

    def find(id_: str) -> str:
        while head[id_] != id_:
            id_ = head[id_] = head[head[id_]]
        return id_

    seen: dict[tuple[str, str], str] = {}
    for id_, row in rows.items():
        for item in together(row.values).items():
            head[find(id_)] = find(seen.setdefault(item, id_))
    return {id_: find(id_) for id_ in rows}


def groups_of(rows: Mapping[str, Row]) -> tuple[dict[str, dict[str, str]], tuple[str, ...]]:
    """Return each id's groups (column: value), and a sentence for each column that gives none."""
    groups: dict[str, dict[str, str]] = {id_: {} for id_ in rows}
    left_out: list[str] = []
    for column in next(iter(rows.values())).values:
        if _TOGETHER.fullmatch(column):
            continue
        labels = _labels(column, [row.values[column] for row in rows.values()])
        if labels is None:
            left_out.append(
                f"The column {column} of split.csv has too many different values for"
                f" {len(rows)} images to be groups, so it is left out."
            )
            continue
        for id_, label in zip(rows, labels, strict=True):
            groups[id_][column] = label
    return groups, tuple(left_out)


def _labels(column: str, values: list[str]) -> list[str] | None:
    """Return the group of each value, None where they make none."""
    known = Counter(value for value in values if value.lower() not in _UNKNOWN)
    own = len(known) > max(1, NEARLY_ALL * known.total())
    numbers = None if _NUMBERS_ONE.fullmatch(column) else _numbers(known)
    if numbers and (own or len(known) > MOST_NUMBERS):
        ranges = _ranges(numbers, known)
        return [ranges.get(value, value) for value in values]
    return None if own or len(known) > MOST_WORDS else values


def _numbers(values: Iterable[str]) -> dict[str, float] | None:
    try:
        numbers = {value: float(value) for value in values}
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers.values())) else None


def _ranges(numbers: Mapping[str, float], counts: Counter[str]) -> dict[str, str]:
    """Return the label of each value's range: quartiles, fewer where many values are equal."""
    every = [numbers[value] for value in counts.elements()]
    edges = np.unique(np.quantile(every, (0.25, 0.5, 0.75, 1), method="inverted_cdf"))
    places = {value: int(np.searchsorted(edges, number)) for value, number in numbers.items()}
    labels: dict[str, str] = {}
    for place in range(len(edges)):
        inside = [numbers[value] for value, found in places.items() if found == place]
        label = f"{place + 1} of {len(edges)}: {min(inside):g} to {max(inside):g}"
        labels |= {value: label for value, found in places.items() if found == place}
    return labels
