"""Does compression cost a group more than the others? Paired, by diagnosis, skin, size, contrast.

    python -m benchmarks.groups DATA --before CHECKPOINT --after ARTEFACT|CHECKPOINT [--split valid]

For each group: the mean difference of Jaccard, after less before, on the same photographs, and its
bootstrap interval of 95 % (BCa). A group whose whole interval lies below -0.01 fails; groups of
fewer than 15 photographs are shown, not judged. The skin tone is the individual typology angle of
the skin around the lesion, ITA = atan((L* - 50) / b*) (Chardon, Cretois and Hourseau 1991), in its
usual six classes: of the middle half of the pixels in lightness, since corners and hairs are dark.
An angle that comes from pixels follows exposure: no claim about people's skin rests on it. The size
is the lesion's share of the image, the contrast the distance ΔE (CIE 1976) between the mean colours
of lesion and skin.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.context import publish
from skinseg_mobile.runtime_py.data.dataset import Sample, read_dataset, select, split_named
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.engines.load import AUTO
from skinseg_mobile.runtime_py.images.image_file import Mask, Photo
from skinseg_mobile.runtime_py.metrics.bootstrap import bootstrap_interval
from skinseg_mobile.runtime_py.predict.evaluate import evaluate
from skinseg_mobile.train.references.open_net import open_net

LEAST = 15
MARGIN = -0.01
BOUNDS = {"very light": 55.0, "light": 41.0, "intermediate": 28.0, "tan": 10.0, "brown": -30.0}
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # IEC 61966-2-1
WHITE = TO_XYZ.sum(1)
SIZES = {"over half of the image": 0.5, "a fifth to a half": 0.2, "5 % to a fifth": 0.05}
CONTRASTS = {"high, ΔE over 40": 40.0, "middle, ΔE 20 to 40": 20.0}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--before", required=True)
    parser.add_argument("--after", required=True)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    samples = select(read_dataset(arguments.data), split_named(arguments.split))
    before, after = (jaccards(name, samples) for name in (arguments.before, arguments.after))
    groups = [{**sample.groups, **seen(*read_pair(sample))} for sample in samples]
    rows = {"all": judged(after - before)}
    for column in sorted({column for group in groups for column in group}):
        values = [group.get(column, "") for group in groups]
        for value in sorted(set(values)):
            here = np.array([other == value for other in values])
            rows[f"{column}: {value}"] = judged((after - before)[here])
    publish({"before": arguments.before, "after": arguments.after, "groups": rows}, arguments.out)


def jaccards(name: str, samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Return the Jaccard of each photograph."""
    segmenter, _ = open_net(name, AUTO)
    found = evaluate(segmenter, samples).images
    return np.array([found[sample.id].jaccard for sample in samples])


def judged(delta: NDArray[np.float64]) -> dict[str, Any]:
    """Return a group's mean difference, its interval and the verdict."""
    row: dict[str, Any] = {"images": len(delta), "delta": round(float(delta.mean()), 4)}
    if len(delta) < LEAST:
        return {**row, "verdict": f"not judged: fewer than {LEAST}"}
    low, high = bootstrap_interval(delta, confidence=0.95, resamples=10_000, seed=0)
    verdict = "failed" if high < MARGIN else "passed"
    return {**row, "interval": [round(low, 4), round(high, 4)], "verdict": verdict}


def seen(photo: Photo, truth: Mask) -> dict[str, str]:
    """Return the classes of skin, size and contrast of an image."""
    groups = {"size": _class(float(truth.mean()), SIZES, "below 5 %")}
    if truth.all() or not truth.any():
        return {**groups, "skin": "none visible" if truth.all() else tone(photo)}
    colours = [to_lab(photo[part].mean(0)[None])[0] for part in (truth, ~truth)]
    difference = float(np.linalg.norm(colours[0] - colours[1]))
    contrast = _class(difference, CONTRASTS, "low, ΔE below 20")
    return {**groups, "skin": tone(photo[~truth]), "contrast": contrast}


def tone(skin: NDArray[np.uint8]) -> str:
    """Return the class of skin pixels (…, 3)."""
    lab = to_lab(skin.reshape(-1, 3))
    low, high = np.quantile(lab[:, 0], (0.25, 0.75))
    middle = lab[(lab[:, 0] >= low) & (lab[:, 0] <= high)].mean(0)
    angle = float(np.degrees(np.arctan2(middle[0] - 50, middle[2])))
    return _class(angle, BOUNDS, "dark")


def _class(value: float, bounds: Mapping[str, float], rest: str) -> str:
    return next((name for name, bound in bounds.items() if value > bound), rest)


def to_lab(colours: NDArray[Any]) -> NDArray[np.float64]:
    """(N, 3) sRGB -> (N, 3) L*, a*, b* (CIE 1976, D65)."""
    value = colours / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    ratio = linear @ TO_XYZ.T / WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = f.T
    return np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), 1)


if __name__ == "__main__":
    main()
