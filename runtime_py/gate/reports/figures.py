"""Numbers -> geometry of the report's two figures; the template draws them as inline SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skinseg_mobile.runtime_py.gate.checks.losing import LOSES_MORE_THAN
from skinseg_mobile.runtime_py.gate.compare import ImageResult

SIZE = 240
"""Side of a figure's inner square in its own units."""
MOST_POINTS = 1000
BINS = 21


@dataclass(frozen=True)
class ScatterPoint:
    """One image: position, whether it loses much, and what a pointer shows."""

    x: float
    y: float
    loses: bool
    title: str


@dataclass(frozen=True)
class Scatter:
    """Points, and the Jaccard at which both axes begin."""

    points: tuple[ScatterPoint, ...]
    low: float


@dataclass(frozen=True)
class HistogramBar:
    """One bin: left edge, width and height in figure units, and what a pointer shows."""

    x: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Histogram:
    """Bars, and the ends of the axis."""

    bars: tuple[HistogramBar, ...]
    low: float
    high: float
    most: int


def scatter(images: Sequence[ImageResult]) -> Scatter:
    """Return the Jaccard of the checkpoint (x) and of the artefact (y), the worst 1000 at most."""
    ranked = sorted(images, key=lambda image: image.delta)[:MOST_POINTS]
    least = min(min(image.jaccard_reference, image.jaccard_artefact) for image in ranked)
    low = min(math.floor(least * 10) / 10, 0.9)
    points = tuple(
        ScatterPoint(
            x=(image.jaccard_reference - low) / (1 - low) * SIZE,
            y=(1 - image.jaccard_artefact) / (1 - low) * SIZE,
            loses=image.delta < -LOSES_MORE_THAN,
            title=f"{image.id}: {image.jaccard_reference:.3f} → {image.jaccard_artefact:.3f}",
        )
        for image in ranked
    )
    return Scatter(points, low)


def histogram(images: Sequence[ImageResult]) -> Histogram:
    """Return how many images lose and gain how much; zero is the middle of the axis."""
    delta = np.array([image.delta for image in images])
    reach = max(float(np.abs(delta).max()), 1e-4)
    counts, edges = np.histogram(delta, BINS, (-reach, reach))
    most, width = int(counts.max()), SIZE / BINS
    bars = tuple(
        HistogramBar(
            i * width, width, int(n) / most * SIZE, f"{edges[i]:+.4f} to {edges[i + 1]:+.4f}: {n}"
        )
        for i, n in enumerate(counts)
    )
    return Histogram(bars, -reach, reach, most)
