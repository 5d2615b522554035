"""Scenes -> a dataset folder, whole or not at all: images/<id>.jpg, masks/<id>.png, split.csv."""

import csv
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import new_folder
from skinseg_mobile.train.synth.scene import Scene, draw

QUALITY = 95
TRAIN, DEV = 0.7, 0.1  # what is left is `valid`


def write_set(
    out: Path,
    count: int,
    seed: int,
    task: str,
    size: tuple[int, int] = (256, 256),
    on_progress: Callable[[int], object] | None = None,
) -> None:
    """Write a new folder of `count` scenes: by index 70 % train, then 10 % dev, then valid.

    Args:
        out: The folder to make.
        count: Number of scenes, 1 or more.
        seed: As in `draw`.
        task: As in `draw`.
        size: (height, width) in pixels.
        on_progress: Told the number of scenes written so far.

    Raises:
        InputError: `out` is there already or cannot be written, or `draw` refuses an argument.
    """
    if count < 1:
        raise InputError(
            f"A set must hold one scene or more, got {count}. Choose a larger --count."
        )
    with new_folder(out) as work:
        _write_all(work, count, seed, task, size, on_progress)


def split_of(index: int, count: int) -> str:
    """Return the split of a place in a set of `count` scenes."""
    if index < round(count * TRAIN):
        return "train"
    return "dev" if index < round(count * (TRAIN + DEV)) else "valid"


def _write_all(
    work: Path,
    count: int,
    seed: int,
    task: str,
    size: tuple[int, int],
    on_progress: Callable[[int], object] | None,
) -> None:
    (work / "images").mkdir()
    (work / "masks").mkdir()
    with (work / "split.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("id", "split", "skin_type"))
        for index in range(count):
            id_, scene = f"synth_{index:07d}", draw(task, seed, index, size)
            _write_files(work, id_, scene)
            table.writerow((id_, split_of(index, count), scene.skin_type))
            if on_progress:
                on_progress(index + 1)


def _write_files(work: Path, id_: str, scene: Scene) -> None:
    image = Image.fromarray(scene.image)
    image.save(work / "images" / f"{id_}.jpg", quality=QUALITY, subsampling=0)
    Image.fromarray(scene.mask).save(work / "masks" / f"{id_}.png")
