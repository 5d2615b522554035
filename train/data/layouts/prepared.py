"""Writes a prepared set, whole or not at all: images/, masks/, split.csv."""

import csv
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from PIL import Image

from skinseg_mobile.runtime_py.data.dataset import md5_order
from skinseg_mobile.runtime_py.data.split_table import Split
from skinseg_mobile.runtime_py.errors import InputError, because
from skinseg_mobile.runtime_py.images.image_file import Mask, displayed_size
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.atomic import new_folder
from skinseg_mobile.train.data.layouts.files import File, Files


@dataclass(frozen=True)
class PreparedData:
    """What was written: the folder, photographs per split, training ids that were left out."""

    root: Path
    counts: dict[str, int]
    left_out: tuple[str, ...] = ()

    @staticmethod
    def of(root: Path, splits: Mapping[str, Split], left_out: Iterable[str] = ()) -> "PreparedData":
        """Count the photographs of each split."""
        counts = Counter(splits.values())
        return PreparedData(
            root, {s.value: counts[s] for s in Split if s in counts}, tuple(left_out)
        )


@contextmanager
def new_set(out: Path) -> Generator[Path]:
    """Yield a temporary folder with `images/` and `masks/`, which becomes `out`."""
    with new_folder(out) as folder:
        (folder / "images").mkdir()
        (folder / "masks").mkdir()
        yield folder


def write_split(
    folder: Path, splits: Mapping[str, Split], values: Mapping[str, Mapping[str, str]]
) -> None:
    """Write split.csv in order of the ids, with the columns of `values` that say something."""
    every = list(next(iter(values.values()), {}))
    columns = [column for column in every if any(row[column] for row in values.values())]
    with (folder / "split.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "split", *columns))
        for id_ in sorted(splits):
            writer.writerow((id_, splits[id_], *(values[id_][column] for column in columns)))


def read_metadata(path: Path, id_column: str, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read a published table, separated by commas or tabs: the values of `columns` by id.

    Raises:
        InputError: it cannot be read, or a row lacks one of the columns.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            delimiter = "\t" if "\t" in file.readline() else ","
            file.seek(0)
            return {
                row[id_column].strip(): {column: row[column].strip() for column in columns}
                for row in csv.DictReader(file, delimiter=delimiter, strict=True)
            }
    except (OSError, KeyError, AttributeError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{path} could not be read ({because(error)}): each row needs {id_column},"
            f" {', '.join(columns)}. Download it again."
        ) from error


def copy_pairs(folder: Path, images: Files, masks: Files) -> None:
    """Copy images and their masks, byte for byte, into the folders that `new_set` made."""
    for id_ in track(sorted(images), "copying pairs"):
        images[id_].copy(folder / "images" / f"{id_}{images[id_].suffix}")
        masks[id_].copy(folder / "masks" / f"{id_}{masks[id_].suffix}")


def write_skin_set(
    out: Path, photographs: Files, masks: Files, to_mask: Callable[[Path], Mask], wanted: int | None
) -> PreparedData:
    """Write a set that only teaches: every pair is `train`, its mask read by `to_mask`.

    Args:
        out: The folder to make.
        photographs: Files by id; those without a mask are passed over.
        masks: Files by id.
        to_mask: Turns a published mask file into (H, W) bool.
        wanted: How many pairs, first in MD5 order of the id; None takes all.

    Raises:
        InputError: fewer pairs than `wanted`, a file is damaged, or two sizes differ.
    """
    ids = md5_order(photographs.keys() & masks.keys())
    if not ids:
        raise InputError(
            "The set holds no image that has a mask of the same name. Check the folder."
        )
    if wanted is not None and not 1 <= wanted <= len(ids):
        raise InputError(
            f"--train {wanted} is out of range: the set has {len(ids)} pairs. Give 1 to {len(ids)}."
        )
    splits = dict.fromkeys(ids[:wanted], Split.TRAIN)
    with new_set(out) as folder:
        for id_ in track(list(splits), "copying pairs"):
            published = folder / PurePosixPath(masks[id_].name).name
            masks[id_].copy(published)
            _write_pair(folder, id_, photographs[id_], to_mask(published))
            published.unlink()
        write_split(folder, splits, {})
    return PreparedData.of(out, splits)


def _write_pair(folder: Path, id_: str, photograph: File, mask: Mask) -> None:
    image = folder / "images" / f"{id_}{photograph.suffix}"
    photograph.copy(image)
    size = displayed_size(image)
    if size != mask.shape:
        raise InputError(
            f"The image {id_} has {size[1]}×{size[0]} pixels and its mask"
            f" {mask.shape[1]}×{mask.shape[0]}. Take both at one resolution."
        )
    Image.fromarray(mask).save(folder / "masks" / f"{id_}.png")
