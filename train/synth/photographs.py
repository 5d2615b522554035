"""Draws the photographs of the test vectors: one of each kind that decoders and resizes get wrong.

Sizes from one pixel to a megapixel, all EXIF orientations, those of PNG, WebP and TIFF, grey,
16-bit, palette, transparent, progressive: what an app's users will choose. Every truth is in the
displayed orientation.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from skinseg_mobile.runtime_py.testvectors.vectors import Photograph
from skinseg_mobile.train.synth.scene import SMALLEST, Scene, draw

SEED = 77
ORIENTATION = 0x0112
QUALITY = 95
XMP = (  # says what EXIF orientation 6 says
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
    ' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)
SIZES: Mapping[str, tuple[int, int]] = {  # height, width
    "net-192x192": (192, 192),
    "square-256x256": (256, 256),
    "landscape-240x320": (240, 320),
    "portrait-320x240": (320, 240),
    "odd-101x77": (101, 77),
    "odd-193x211": (193, 211),
    "small-16x16": (16, 16),
    "small-5x7": (5, 7),
    "row-1x64": (1, 64),
    "column-64x1": (64, 1),
    "pixel-1x1": (1, 1),
    "panorama-40x600": (40, 600),
    "tower-600x40": (600, 40),
}
_STORED: Mapping[int, Image.Transpose | None] = {  # how a camera held that way stores the scene
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def draw_photographs(folder: Path) -> list[Photograph]:
    """Write the 36 files into an existing folder."""
    groups = (_sizes, _modes, _orientations, _cameras, _containers)
    return [photograph for group in groups for photograph in group(folder)]


def _sizes(folder: Path) -> Iterator[Photograph]:
    for index, (id_, (height, width)) in enumerate(SIZES.items()):
        scene = draw("lesion", SEED, index, (max(height, SMALLEST), max(width, SMALLEST)))
        yield _saved(
            folder / f"{id_}.png",
            Image.fromarray(_middle(scene.image, height, width)),
            _middle(scene.mask, height, width),
        )


def _modes(folder: Path) -> Iterator[Photograph]:
    for index, (id_, convert) in enumerate(_MODES.items(), len(SIZES)):
        scene = draw("lesion", SEED, index, (90, 120))
        yield _saved(folder / f"{id_}.png", convert(scene), scene.mask)
    scene = draw("lesion", SEED, 20, (90, 120))
    information = PngInfo()
    information.add(b"gAMA", (100_000).to_bytes(4))  # a linear file: viewers would brighten it
    yield _saved(
        folder / "gamma.png", Image.fromarray(scene.image), scene.mask, pnginfo=information
    )


def _orientations(folder: Path) -> Iterator[Photograph]:
    scene = draw("lesion", SEED, 21, (90, 120))
    for orientation, stored in _STORED.items():
        image = Image.fromarray(scene.image)
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        yield _saved(
            folder / f"orientation-{orientation}.jpg",
            image if stored is None else image.transpose(stored),
            scene.mask,
            quality=QUALITY,
            subsampling=0,
            exif=exif,
        )


def _cameras(folder: Path) -> Iterator[Photograph]:
    for index, (id_, size, options) in enumerate(
        (
            ("megapixel-900x1200", (900, 1200), {"quality": 90}),
            ("progressive-240x180", (240, 180), {"quality": 85, "progressive": True}),
        ),
        22,
    ):
        scene = draw("lesion", SEED, index, size)
        yield _saved(folder / f"{id_}.jpg", Image.fromarray(scene.image), scene.mask, **options)


def _containers(folder: Path) -> Iterator[Photograph]:
    """Orientations in PNG, WebP and TIFF; one in XMP alone, which turns nothing."""
    scene = draw("lesion", SEED, 24, (90, 120))
    for suffix, orientation in (("png", 6), ("webp", 6), ("webp", 7), ("tif", 8)):
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        image = Image.fromarray(scene.image).transpose(cast(Image.Transpose, _STORED[orientation]))
        path = folder / f"{suffix}-orientation-{orientation}.{suffix}"
        yield _saved(path, image, scene.mask, exif=exif, lossless=True)
    image, information = Image.fromarray(scene.image), PngInfo()
    information.add_itxt("XML:com.adobe.xmp", XMP)
    yield _saved(folder / "png-xmp.png", image, scene.mask, pnginfo=information)
    yield _saved(folder / "webp-xmp.webp", image, scene.mask, xmp=XMP.encode(), lossless=True)


def _saved(path: Path, image: Image.Image, truth: NDArray[np.bool_], **options: Any) -> Photograph:
    image.save(path, **options)
    return Photograph(path, truth)


def _middle(array: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    top, left = (array.shape[0] - height) // 2, (array.shape[1] - width) // 2
    return array[top : top + height, left : left + width]


def _sixteen_bits(scene: Scene) -> Image.Image:
    grey = np.asarray(Image.fromarray(scene.image).convert("L")).astype(np.uint16)
    return Image.fromarray(grey * 256 + grey[::-1] % 256)  # low bytes that rounding would show


def _faded(scene: Scene) -> Image.Image:
    """Let the photograph fade to nothing from left to right."""
    height, width = scene.mask.shape
    alpha = np.broadcast_to(np.linspace(255, 0, width).astype(np.uint8), (height, width))
    return Image.fromarray(np.dstack((scene.image, alpha)))


def _cut_out(scene: Scene) -> Image.Image:
    """Make the surroundings of the lesion wholly transparent, as background removers do."""
    alpha = np.where(scene.mask, 255, 0).astype(np.uint8)
    return Image.fromarray(np.dstack((scene.image, alpha)))


def _palette(scene: Scene) -> Image.Image:
    return Image.fromarray(scene.image).quantize(64, method=Image.Quantize.MEDIANCUT)


_MODES: Mapping[str, Callable[[Scene], Image.Image]] = {
    "grey": lambda scene: Image.fromarray(scene.image).convert("L"),
    "grey-16-bit": _sixteen_bits,
    "palette": _palette,
    "transparent": _faded,
    "cut-out": _cut_out,
    "grey-transparent": lambda scene: _faded(scene).convert("LA"),
}
