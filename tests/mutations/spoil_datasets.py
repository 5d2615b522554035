"""Ways to change a dataset folder, of masks, names, split.csv and formats: a function each.

A change that leaves the content as it was leaves `Folder.truths` and `Folder.splits` too; one that
changes it says so there. So the right number is always known.
"""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.data.dataset import Split, md5_order
from tests.dark import disc
from tests.mutations.mutate import mutated

SPLITS = ("train", "train", "train", "train", "dev", "dev", "valid", "valid", "valid", "test")
COLOURS = ((255, 0, 0), (0, 0, 255), (128, 0, 0), (255, 255, 255), (0, 128, 0), (224, 224, 192))
TABLE = "split.csv"


@dataclass
class Folder:
    """A dataset of discs, and what is right of it."""

    root: Path
    truths: dict[str, NDArray[np.bool_]] = field(default_factory=dict[str, "NDArray[np.bool_]"])
    splits: dict[str, str] = field(default_factory=dict[str, str])
    columns: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    blamed: set[str] = field(default_factory=lambda: {TABLE, "images/"})
    """Names of which a refusal must hold one."""
    dev_by_itself: bool = False
    tolerance: float = 1e-6
    """Of Jaccard; larger where a format changes pixels."""
    must_be_found: bool = False
    """Whether `data check` must say something, although it may be right."""

    def image(self, id_: str) -> Path:
        return self.root / "images" / f"{id_}.png"

    def mask(self, id_: str) -> Path:
        return self.root / "masks" / f"{id_}.png"

    def write_table(self) -> None:
        """Write split.csv as it should be."""
        rows = [",".join(("id", "split", *self.columns))]
        rows += [
            ",".join((id_, split, *(values[row] for values in self.columns.values())))
            for row, (id_, split) in enumerate(self.splits.items())
        ]
        (self.root / TABLE).write_text("\n".join(rows) + "\n")

    def some(self, generator: random.Random) -> list[str]:
        """Choose one id, a few, or all, and blame them."""
        ids = sorted(self.truths)
        chosen = generator.sample(ids, generator.choice((1, 1, 3, len(ids))))
        self.blamed |= set(chosen)
        return chosen

    def used(self, split: Split) -> list[str]:
        """The ids of a split, with the dev that a set without one gets."""
        found = dict(self.splits)
        if self.dev_by_itself:
            train = md5_order(id_ for id_, split in found.items() if split == "train")
            found |= dict.fromkeys(train[: len(train) // 10], "dev")
        return sorted(id_ for id_, name in found.items() if name == split)


def write_folder(root: Path) -> Folder:
    """Ten discs with their masks in four splits."""
    folder = Folder(root)
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True)
    for number, split in enumerate(SPLITS):
        id_ = f"disc_{number}"
        photo, folder.truths[id_] = disc(number)
        folder.splits[id_] = split
        Image.fromarray(photo).save(folder.image(id_))
        Image.fromarray(folder.truths[id_]).save(folder.mask(id_))
    folder.columns = {"sex": ["f", "m"] * 5}
    folder.write_table()
    return folder


Spoil = Callable[[random.Random, Folder], None]


def _redrawn(draw: Callable[[random.Random, NDArray[np.bool_]], Image.Image]) -> Spoil:
    """Return a change that saves masks of the same content in another way."""

    def spoil(generator: random.Random, folder: Folder) -> None:
        for id_ in folder.some(generator):
            draw(generator, folder.truths[id_]).save(folder.mask(id_))

    return spoil


def _levels(generator: random.Random, truth: NDArray[np.bool_]) -> Image.Image:
    low, high, kind = generator.choice(
        ((0, 1, "u1"), (0, 255, "u1"), (0, 128, "u1"), (5, 135, "u1"), (0, 2, "u1"), (0, 38, "u1"),
         (0, 65535, "u2"), (0, 1, "u2"), (0, 255, "u2"), (254, 255, "u1"))
    )  # fmt: skip
    return Image.fromarray(np.where(truth, high, low).astype(kind))


def _coloured(generator: random.Random, truth: NDArray[np.bool_]) -> Image.Image:
    colour = generator.choice(COLOURS)
    return Image.fromarray(np.where(truth[..., None], colour, 0).astype(np.uint8))


def _palette(generator: random.Random, truth: NDArray[np.bool_]) -> Image.Image:
    image = Image.fromarray(truth.astype(np.uint8))
    image.putpalette([0, 0, 0, *generator.choice(COLOURS)])
    return image


def _alpha(generator: random.Random, truth: NDArray[np.bool_]) -> Image.Image:
    colour = (*generator.choice(COLOURS), 255)
    return Image.fromarray(np.where(truth[..., None], colour, 0).astype(np.uint8))


def _third_level(generator: random.Random, folder: Folder) -> None:
    for id_ in folder.some(generator):
        grey = np.where(folder.truths[id_], 255, 0).astype(np.uint8)
        grey[generator.randrange(40)] = generator.choice((60, 100, 127, 128, 200))
        folder.truths[id_] = grey >= 128
        Image.fromarray(grey).save(folder.mask(id_))


def _uniform(value: bool) -> Spoil:
    def spoil(generator: random.Random, folder: Folder) -> None:
        for id_ in folder.some(generator):
            folder.truths[id_] = np.full_like(folder.truths[id_], value)
            Image.fromarray(folder.truths[id_]).save(folder.mask(id_))
        folder.must_be_found = not value

    return spoil


def _inverted(generator: random.Random, folder: Folder) -> None:
    chosen = folder.some(generator)
    folder.must_be_found = len(chosen) == len(folder.truths)
    for id_ in chosen:
        folder.truths[id_] = ~folder.truths[id_]
        Image.fromarray(folder.truths[id_]).save(folder.mask(id_))


def _jpeg_masks(generator: random.Random, folder: Folder) -> None:
    folder.tolerance = 0.03
    for id_ in folder.some(generator):
        folder.mask(id_).unlink()
        grey = np.where(folder.truths[id_], 255, 0).astype(np.uint8)
        Image.fromarray(grey).save(folder.mask(id_).with_suffix(".jpg"), quality=95)


def _another_size(generator: random.Random, folder: Folder) -> None:
    for id_ in folder.some(generator):
        truth = folder.truths[id_]
        other = generator.choice((truth[1:], np.rot90(truth), truth[::2, ::2], truth[:1, :1]))
        Image.fromarray(np.ascontiguousarray(other)).save(folder.mask(id_))


def _spoiled_bytes(name: str) -> Spoil:
    def spoil(generator: random.Random, folder: Folder) -> None:
        for id_ in folder.some(generator):
            path = folder.root / name / f"{id_}.png"
            content = path.read_bytes()
            choices = (b"", b"no image", content[: len(content) // 2], content[:-20])
            path.write_bytes(generator.choice(choices))

    return spoil


def _saved_as(name: str, kind: str, end: str, **options: Any) -> Spoil:
    """Return a change that saves the same pixels in another format."""

    def spoil(generator: random.Random, folder: Folder) -> None:
        for id_ in folder.some(generator):
            path = folder.root / name / f"{id_}.png"
            with Image.open(path) as image:
                image.load()
            path.unlink()
            image.save(path.with_suffix(end), kind, **options)
        folder.tolerance = 0.03 if kind in ("JPEG", "GIF", "JPEG2000") else folder.tolerance

    return spoil


def _upright(generator: random.Random, folder: Folder) -> None:
    """Images stored turned, with the EXIF orientation that turns them back."""
    exif = Image.Exif()
    exif[0x0112] = 6
    for id_ in folder.some(generator):
        with Image.open(folder.image(id_)) as image:
            image.transpose(Image.Transpose.ROTATE_90).save(folder.image(id_), exif=exif)


def _modes(generator: random.Random, folder: Folder) -> None:
    """Images as RGBA or as a palette of all their colours."""
    for id_ in folder.some(generator):
        with Image.open(folder.image(id_)) as image:
            image.convert(generator.choice(("RGBA", "RGBX", "RGB"))).convert("RGBA").save(
                folder.image(id_)
            )


def _float_image(generator: random.Random, folder: Folder) -> None:
    for id_ in folder.some(generator):
        values = np.asarray(Image.open(folder.image(id_)).convert("L"), np.float32) / 255
        folder.image(id_).unlink()
        Image.fromarray(values).save(folder.image(id_).with_suffix(".tif"))


def _animated(generator: random.Random, folder: Folder) -> None:
    for id_ in folder.some(generator):
        first = Image.open(folder.image(id_)).copy()
        folder.image(id_).unlink()
        target = folder.image(id_).with_suffix(generator.choice((".gif", ".webp")))
        first.save(target, save_all=True, append_images=[first.rotate(180)])


def _foreign(generator: random.Random, folder: Folder) -> None:
    """A format outside the contract behind a name of one inside it."""
    for id_ in folder.some(generator):
        image = Image.open(folder.image(id_)).copy()
        image.save(folder.image(id_), generator.choice(("TGA", "PCX", "ICO", "DDS", "SGI")))


def _renamed(name: str, *ends: str) -> Spoil:
    """Return a change of names; the files stay as they are."""

    def spoil(generator: random.Random, folder: Folder) -> None:
        for id_ in folder.some(generator):
            path = folder.root / name / f"{id_}.png"
            path.rename(path.with_name(f"{id_}{generator.choice(ends)}"))

    return spoil


def _removed(*names: str) -> Spoil:
    def spoil(generator: random.Random, folder: Folder) -> None:
        for id_ in folder.some(generator):
            for name in names:
                (folder.root / name / f"{id_}.png").unlink()

    return spoil


def _moved(generator: random.Random, folder: Folder) -> None:
    """Files one folder deeper, as archives are unpacked."""
    deeper = folder.root / generator.choice(("images", "masks")) / "part 1"
    deeper.mkdir()
    folder.blamed |= {deeper.name}
    for id_ in folder.some(generator):
        path = deeper.parent / f"{id_}.png"
        path.rename(deeper / path.name)


def _second_file(generator: random.Random, folder: Folder) -> None:
    for id_ in folder.some(generator):
        name, end = generator.choice((("images", ".bmp"), ("masks", "_segmentation.png")))
        Image.fromarray(disc(99)[0]).save(folder.root / name / f"{id_}{end}")


def _stray(*names: str | bytes) -> Spoil:
    def spoil(generator: random.Random, folder: Folder) -> None:
        name = os.fsencode(generator.choice(names))
        place = os.fsencode(folder.root / generator.choice(("images", "masks")))
        Path(os.fsdecode(place + b"/" + name)).write_bytes(b"stray")
        folder.blamed |= {name.decode("ascii", "ignore").strip("\x1b"), "UTF-8"}

    return spoil


def _linked(generator: random.Random, folder: Folder) -> None:
    for id_ in folder.some(generator):
        path = generator.choice((folder.image, folder.mask))(id_)
        path.unlink()
        path.symlink_to(generator.choice((path, path.with_name("gone.png"), folder.root)))


def _new_ids(generator: random.Random, folder: Folder) -> None:
    """Ids with letters of other scripts, spaces and dots, everywhere alike."""
    form = generator.choice(("{} é", "läsion {}", "{}.v2", "病变 {}", "a'b {}", "{}%20#1"))
    changed = {id_: form.format(id_) for id_ in folder.truths}
    for old, new in changed.items():
        folder.image(old).rename(folder.image(new))
        folder.mask(old).rename(folder.mask(new))
    folder.truths = {changed[id_]: truth for id_, truth in folder.truths.items()}
    folder.splits = {changed[id_]: split for id_, split in folder.splits.items()}
    folder.write_table()


def _text(change: Callable[[random.Random, str], str | bytes]) -> Spoil:
    """Return a change of split.csv's text."""

    def spoil(generator: random.Random, folder: Folder) -> None:
        found = change(generator, (folder.root / TABLE).read_text())
        content = found if isinstance(found, bytes) else found.encode()
        (folder.root / TABLE).write_bytes(content)

    return spoil


def _one_line(*changes: tuple[str, str]) -> Spoil:
    """Return a change of one row's text."""

    def change(generator: random.Random, text: str) -> str:
        lines = text.splitlines()
        row = generator.randrange(1, len(lines))
        old, new = generator.choice(changes)
        lines[row] = lines[row].replace(old, new, 1)
        return "\n".join(lines) + "\n"

    return _text(change)


def _without_table(generator: random.Random, folder: Folder) -> None:
    (folder.root / TABLE).unlink()
    folder.splits = dict.fromkeys(folder.splits, "train")
    folder.dev_by_itself = True
    if generator.random() < 0.3:
        (folder.root / generator.choice(("splits.csv", "Split.csv"))).write_text("id,split\n")
        folder.blamed |= {"splits.csv", "Split.csv"}


def _column(name: str, values: Callable[[random.Random, int], str]) -> Spoil:
    def spoil(generator: random.Random, folder: Folder) -> None:
        folder.columns[name] = [values(generator, row) for row in range(len(folder.splits))]
        folder.write_table()

    return spoil


KINDS: dict[str, list[Spoil]] = {
    "masks": [
        _redrawn(_levels), _redrawn(_levels), _redrawn(_coloured), _redrawn(_palette),
        _redrawn(_alpha), _third_level, _uniform(False), _uniform(True), _inverted, _jpeg_masks,
        _another_size, _spoiled_bytes("masks"), _saved_as("masks", "TIFF", ".tif"),
        _saved_as("masks", "BMP", ".bmp"), _saved_as("masks", "GIF", ".gif"),
    ],
    "names": [
        _renamed("images", ".PNG", ".jpg", ".jfif", ".jpeg", ".webp"), _renamed("masks", ".PNG"),
        _renamed("masks", "_segmentation.png", "_Segmentation.png", "_mask.png", "-mask.png"),
        _renamed("images", ".heic", ".avif", ".raw", ".png.part", ""), _renamed("images", "x.png"),
        _removed("images"), _removed("masks"), _removed("images", "masks"), _moved, _second_file,
        _stray("notes.txt", "a.json", "model.bin"), _stray(b"\xff.jpg", b"a\x1b[31m.png"),
        _stray(".DS_Store", "Thumbs.db", "._disc_1.png"), _linked, _new_ids,
    ],
    "table": [
        _text(lambda _, text: "\ufeff" + text.replace("\n", "\r\n")),
        _text(lambda g, text: text.encode(g.choice(("utf-16", "utf-16-le", "utf-32")))),
        _text(lambda g, text: text.replace(",", g.choice((";", "\t", " , ")))),
        _text(lambda g, text: g.choice(("", "\n", "id,split\n", "id\n", "split,id\ntrain\n"))),
        _text(lambda g, text: text.replace("split", g.choice(("set", "Split", "split,split")), 1)),
        _text(lambda g, text: mutated(g, text.encode())),
        _text(lambda g, text: mutated(g, text.encode())),
        _one_line((",train", ",training"), (",valid", ",val"), (",test", ", Test"), ("_", "_9")),
        _one_line(("disc", " disc"), (",", '.png,'), (",", ""), ("\n", ","), (",", ",,")),
        _one_line(("f", '"f'), ("m", '"m\nm"'), ("disc", "\0disc"), ("disc", '"disc"x')),
        _one_line(("disc_2", "disc_1"), ("disc_7", "disc_6"), ("_1", "_12"), ("disc_4", "")),
        _without_table, _column("patient", lambda g, _: g.choice(("p1", "p2", ""))),
        _column("lesion_frac", lambda g, _: f"{g.random():.3f}"),
        _column("file", lambda _, row: f"IMG_{row}"),
    ],
    "formats": [
        _saved_as("images", "JPEG", ".jpg", quality=100, subsampling=0),
        _saved_as("images", "JPEG", ".jfif", quality=100), _saved_as("images", "BMP", ".bmp"),
        _saved_as("images", "WEBP", ".webp", lossless=True), _saved_as("images", "TIFF", ".tiff"),
        _saved_as("images", "PNG", ".jpg"), _saved_as("images", "GIF", ".gif"), _upright, _modes,
        _float_image, _animated, _foreign, _spoiled_bytes("images"),
        _saved_as("images", "JPEG2000", ".png"), _saved_as("images", "PPM", ".ppm"),
    ],
}  # fmt: skip


def copy(whole: Folder, root: Path) -> Folder:
    """Return a folder to spoil."""
    shutil.copytree(whole.root, root)
    columns = {name: list(values) for name, values in whole.columns.items()}
    return Folder(root, dict(whole.truths), dict(whole.splits), columns)
