"""Finds the image files of a folder by id, and every other file that lies among them.

    DIR/images/<id>.jpg|png|…
    DIR/masks/<id>.png  or  <id>_segmentation.png

An id is the file's stem in Unicode's NFC form: disks differ in how they store "é". Hidden files and
those that operating systems leave behind are passed over.
"""

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import SUFFIXES

MASK_SUFFIX = "_segmentation"
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "__macosx", "@eadir"})


@dataclass(frozen=True)
class ImageFolder:
    """Paths by id; a sound folder has one each and no `others`."""

    path: Path
    by_id: dict[str, tuple[Path, ...]]
    others: tuple[Path, ...]
    """Folders, and files whose names do not end as an image's."""

    def one_each(self) -> dict[str, Path]:
        """Return the one file of each id.

        Raises:
            InputError: an id has several files, or something else lies in the folder.
        """
        for sentence in (*self.repeated().values(), *self.not_used().values()):
            raise InputError(sentence)
        return {id_: paths[0] for id_, paths in self.by_id.items()}

    def repeated(self) -> dict[str, str]:
        """Return a sentence for each id of several files."""
        return {
            id_: f"The id {id_} has several files in {self.path}:"
            f" {' and '.join(path.name for path in paths)}. Keep one."
            for id_, paths in self.by_id.items()
            if len(paths) > 1
        }

    def not_used(self) -> dict[Path, str]:
        """Return a sentence for each of `others`."""
        return {
            path: f"{path} is a folder, and only files directly in {self.path.name}/ are used."
            " Move its files up or the folder away."
            if path.is_dir()
            else f"{path} is not used, because its name does not end in"
            f" {', '.join(sorted(SUFFIXES))}. Convert or rename it, or move it elsewhere."
            for path in self.others
        }


def image_folder(folder: Path, end: str = "") -> ImageFolder:
    """Return the files of a folder, in order of their names; `end` is dropped from the ids.

    Raises:
        InputError: the folder cannot be read, or a name is not printable UTF-8.
    """
    by_id: dict[str, tuple[Path, ...]] = {}
    others: list[Path] = []
    for path in _visible(folder):
        _require_printable(path)
        if path.suffix.lower() in SUFFIXES:
            id_ = normal(path.stem).removesuffix(end)
            by_id[id_] = (*by_id.get(id_, ()), path)
        else:
            others.append(path)
    return ImageFolder(folder, by_id, tuple(others))


def image_and_mask_folders(root: Path) -> tuple[ImageFolder, ImageFolder]:
    """Return `images/` and `masks/` of a dataset folder.

    Raises:
        InputError: as `image_folder`, or there are no images.
    """
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise InputError(f"{root} {what}. Give a folder that holds images/ and masks/.")
    images = image_folder(root / "images")
    if not images.by_id and not images.others:
        raise InputError(
            f"{root} has no images in its folder images/. See `skinseg-mobile data --help`."
        )
    return images, image_folder(root / "masks", MASK_SUFFIX)


def normal(text: str) -> str:
    """Return Unicode's NFC form."""
    return unicodedata.normalize("NFC", text)


def _visible(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(
            f"{folder} could not be read ({error.strerror}). Change its permissions."
        ) from error
    for path in paths:
        if not path.name.startswith(".") and path.name.lower() not in _SYSTEM:
            yield path


def _require_printable(path: Path) -> None:
    """Refuse control characters, which a terminal obeys, and bytes that are no text."""
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in path.name):
        name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
        shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)
        raise InputError(
            f"The file name {shown} in {path.parent.name}/ is not printable UTF-8. Rename it."
        )
