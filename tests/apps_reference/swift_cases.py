"""Small cases for the Swift core with Python's and Pillow's answers, as its runner reads them.

orientations   stored pixels, and what Pillow makes of them upright
exif           image files, whole and damaged, and the orientation in their EXIF data
bitmaps        memory as Core Graphics describes it, and the photograph it is
masks          probabilities around thresholds
folders        hashes of folders and files
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_mask
from skinseg_mobile.runtime_py.storage.atomic import sha256

VECTORS = Path(__file__).parents[1] / "vectors"
Case = dict[str, Any]
LITTLE_16, LITTLE_32, BIG_16, BIG_32 = 0x1000, 0x2000, 0x3000, 0x4000
NONE, PREMULTIPLIED_LAST, PREMULTIPLIED_FIRST, LAST, FIRST, SKIP_LAST, SKIP_FIRST = range(7)
PADDING = 5


def cases(folder: Path) -> dict[str, list[Case]]:
    """Return all cases; files that they name are written below the new `folder`."""
    folder.mkdir()
    tree = _tree(folder / "tree.mlpackage")
    return {
        "orientations": [_orientation(number, folder) for number in range(1, 9)],
        "exif": list(_exif()),
        "bitmaps": [*_bitmaps(), _every_alpha(), *_foreign()],
        "masks": [_mask(0.5), _mask(0.3)],
        "folders": [{"path": tree.name, "sha256": sha256(tree)}],
        "files": [_file(folder / f"{size}.bin", size) for size in (0, 1, 55, 56, 64, 119, 3 << 20)],
    }


def _random(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


def _orientation(number: int, folder: Path) -> Case:
    stored = _random(3, 5, 3)
    exif = Image.Exif()
    exif[0x0112] = number
    path = folder / f"{number}.png"
    Image.fromarray(stored).save(path, exif=exif)
    return {
        "orientation": number,
        "height": 3,
        "width": 5,
        "bytes": _base64(stored.tobytes()),
        "sha256": _hash(read_photo(path)),
    }


def _exif() -> Iterator[Case]:
    """Yield every vector's file, and files that are cut off or of another format."""
    for path in sorted((VECTORS / "photos").iterdir()):
        said = re.search(r"orientation-(\d)", path.stem)
        yield _file_of_exif(path.name, path.read_bytes(), int(said[1]) if said else 1)
    turned = (VECTORS / "photos" / "png-orientation-6.png").read_bytes()
    big = b"MM\0\x2a\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\5\0\0\0\0\0\0"
    yield _file_of_exif("big-endian", big, 5)
    yield _file_of_exif("out of range", big.replace(b"\0\5\0", b"\0\x63\0"), 1)
    yield _file_of_exif("no number", big.replace(b"\0\3\0", b"\0\2\0"), 1)
    for size in (9, 30, turned.index(b"eXIf") + 20):
        yield _file_of_exif(f"PNG of {size} bytes", turned[:size], 1)
    yield _file_of_exif("a directory beyond the end", big[:4] + b"\xff\xff\xff\xff", 1)
    yield _file_of_exif("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1", None)
    yield _file_of_exif("nothing", b"", None)


def _file_of_exif(name: str, content: bytes, orientation: int | None) -> Case:
    return {"name": name, "bytes": _base64(content), "orientation": orientation}


def _bitmaps() -> Iterator[Case]:
    """Yield every layout that the core unpacks itself."""
    rgb, alpha = _random(4, 6, 3), _random(4, 6, 1)
    grey = rgb[:, :, :1]
    white = _on_white(np.concatenate([rgb, alpha], 2))
    grey_white = _on_white(np.concatenate([grey, grey, grey, alpha], 2))
    rgba, argb = np.concatenate([rgb, alpha], 2), np.concatenate([alpha, rgb], 2)
    yield _bitmap("RGB", rgb, 3, NONE, rgb)
    yield _bitmap("RGBX", rgba, 3, SKIP_LAST, rgb)
    yield _bitmap("XRGB", argb, 3, SKIP_FIRST | BIG_32, rgb)
    yield _bitmap("BGRX", argb[:, :, ::-1], 3, SKIP_FIRST | LITTLE_32, rgb)
    yield _bitmap("RGBA", rgba, 3, LAST, white)
    yield _bitmap("ARGB", argb, 3, FIRST, white)
    yield _bitmap("BGRA", argb[:, :, ::-1], 3, FIRST | LITTLE_32, white)
    yield _bitmap("grey", grey, 1, NONE, grey.repeat(3, 2))
    yield _bitmap("grey with alpha", np.concatenate([grey, alpha], 2), 1, LAST, grey_white)
    premultiplied = np.minimum(rgb, alpha)
    over = np.minimum(premultiplied.astype(int) + 255 - alpha, 255).astype(np.uint8)
    packed = np.concatenate([premultiplied, alpha], 2)
    yield _bitmap("premultiplied", packed, 3, PREMULTIPLIED_LAST, over)
    low = _random(4, 6, 4)[:, :, 1:]
    big, little = np.stack([rgb, low], 3), np.stack([low, rgb], 3)
    yield _bitmap("16 bits", big.reshape(4, 6, 6), 3, NONE, rgb, bits=16)
    yield _bitmap("16 bits, big", big.reshape(4, 6, 6), 3, NONE | BIG_16, rgb, bits=16)
    yield _bitmap("16 bits, little", little.reshape(4, 6, 6), 3, NONE | LITTLE_16, rgb, bits=16)


def _every_alpha() -> Case:
    """Return all 65,536 pairs of value and alpha, as Pillow lays them on white."""
    value, alpha = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    rgba = np.stack([value, value, value, alpha], 2)
    return _bitmap("every alpha", rgba, 3, LAST, _on_white(rgba))


def _foreign() -> Iterator[Case]:
    """Yield what only Core Graphics itself can unpack."""
    memory = _random(4, 6, 4)
    yield {**_bitmap("float", memory, 3, LAST | 0x100, memory), "sha256": None}
    yield {**_bitmap("5 bits", memory, 3, LAST, memory), "bitsPerComponent": 5, "sha256": None}
    yield {**_bitmap("CMYK", memory, 4, NONE, memory), "sha256": None}
    yield {**_bitmap("alpha only", memory, 3, 7, memory), "sha256": None}


def _bitmap(
    name: str,
    memory: NDArray[np.uint8],
    colours: int,
    info: int,
    photo: NDArray[np.uint8],
    bits: int = 8,
) -> Case:
    height, width, pixel = memory.shape
    rows = np.pad(memory.reshape(height, -1), ((0, 0), (0, PADDING)), constant_values=77)
    return {
        "name": name,
        "height": height,
        "width": width,
        "rowBytes": rows.shape[1],
        "bitsPerComponent": bits,
        "bitsPerPixel": 8 * pixel,
        "colours": colours,
        "bitmapInfo": info,
        "bytes": _base64(rows.tobytes()),
        "sha256": _hash(photo),
    }


def _on_white(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    layer = Image.fromarray(rgba)
    paper = Image.new("RGBA", layer.size, "white")
    return np.asarray(Image.alpha_composite(paper, layer).convert("RGB"))


def _mask(threshold: float) -> Case:
    """Return a threshold and probabilities a float's last bits from it, and a tie away."""
    near = np.float32(threshold)
    offsets = (-1e-3, -2e-6, -5e-7, -6e-8, 0, 6e-8, 1e-3)
    values = np.array([near + offset for offset in offsets], np.float32)
    inside = to_mask(values, threshold)
    assert inside.tolist() == [False, False, True, True, True, True, True]
    return {
        "threshold": threshold,
        "bytes": _base64(values.astype("<f4").tobytes()),
        "inside": inside.tolist(),
    }


def _tree(folder: Path) -> Path:
    """Write names whose order differs by parts and by characters, and above ASCII."""
    for name in ("a/b", "a.b", "a-b/c", "Z", "ä", "z", "文/x", ".hidden", "a/b.c", "😀"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def _file(path: Path, size: int) -> Case:
    path.write_bytes(_random(size).tobytes())
    return {"path": path.name, "sha256": sha256(path)}


def _hash(values: NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
