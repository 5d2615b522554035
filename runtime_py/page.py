"""Writes the demo's page: one self-contained HTML file, verdicts first, then the photographs.

Every picture is inside the file, so the page can be mailed, archived and opened offline.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from skinseg_mobile.runtime_py.folders import write_file
from skinseg_mobile.runtime_py.gate.judge import Judgement
from skinseg_mobile.runtime_py.metrics import jaccard
from skinseg_mobile.runtime_py.overlay import border, overlay
from skinseg_mobile.runtime_py.parity import Case
from skinseg_mobile.runtime_py.photo import Mask, Photo
from skinseg_mobile.runtime_py.present import four, signed
from skinseg_mobile.runtime_py.segmenter import Segmenter

TEMPLATES = Path(__file__).parent / "templates"
SIDE = 320
MISSED = (255, 196, 0)
ADDED = (255, 0, 128)


@dataclass(frozen=True)
class Column:
    """One artefact: its report and, where an engine ran it, the net."""

    report: Judgement
    segmenter: Segmenter | None


@dataclass(frozen=True)
class Picture:
    """One cell: a picture, what it shows, and a number under it."""

    caption: str
    source: str
    note: str


def write_page(
    path: Path, reference: Segmenter, cases: Sequence[Case], columns: Sequence[Column]
) -> None:
    """Write the page of some cases and all reports."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"four": four, "signed": signed}  # pyright: ignore[reportArgumentType]
    content: dict[str, Any] = {
        "reports": [column.report for column in columns],
        "reference": reference,
        "rows": [(case.id, _row(case, reference, columns)) for case in cases],
    }
    write_file(path, environment.get_template("demo.html").render(content))


def _row(case: Case, reference: Segmenter, columns: Sequence[Column]) -> list[Picture]:
    """Return photograph, truth, checkpoint, then mask and difference of each artefact that ran."""
    size = case.truth.shape
    expected = reference.mask(case.reference, *size)
    pictures = [
        Picture("photograph", _data_url(case.photo), ""),
        Picture("truth", _data_url(overlay(case.photo, case.truth)), ""),
        Picture(
            "checkpoint",
            _data_url(overlay(case.photo, expected)),
            f"Jaccard {jaccard(expected, case.truth):.3f}",
        ),
    ]
    for column in columns:
        if column.segmenter is None:
            continue
        mask = column.segmenter.mask(column.segmenter.at_net_size(case.photo), *size)
        name = column.report.artefact
        changed = int(np.count_nonzero(mask ^ expected))
        pictures += [
            Picture(
                name,
                _data_url(overlay(case.photo, mask)),
                f"Jaccard {jaccard(mask, case.truth):.3f}",
            ),
            Picture(
                f"difference of {name}",
                _data_url(difference(mask, expected)),
                f"{changed / mask.size:.3%} of pixels",
            ),
        ]
    return pictures


def difference(mask: Mask, expected: Mask) -> Photo:
    """Grey where both agree on True, black on False; yellow is missed, magenta is added.

    Changed pixels are drawn three wide: single ones would vanish when the page is scaled down.
    """
    out = np.zeros((*mask.shape, 3), np.uint8)
    out[mask & expected] = 90
    out[_widened(expected & ~mask)] = MISSED
    out[_widened(mask & ~expected)] = ADDED
    return out


def _widened(mask: Mask) -> Mask:
    return mask | border(~mask, 1)


def _data_url(photo: Photo) -> str:
    image = Image.fromarray(photo)
    image.thumbnail((SIDE, SIDE))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=82)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
