"""The packaged students on four sets of real images: scores, intervals, groups, copies.

    python -m benchmarks.sets FOLDER --out benchmarks/results/sets.json
    python -m benchmarks.sets --cards      write the tables of both model cards from that file

FOLDER holds `isic2017`, `ph2` and `macroscopic`. Means over images have a bootstrap interval of
95 % (BCa). Groups are those of `benchmarks.groups`. Candidates for copies of training images are
the images whose grey thumbnail of 16×16 pixels, standardised, correlates by 0.96 or more with one
of theirs: exposure and tint change nothing there, a crop or a turn does. `COPIES` are those that
are copies to the eye; each set has its mean with and without them.
"""

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.context import ROOT, publish
from benchmarks.groups import seen
from benchmarks.markdown import rewritten, table
from skinseg_mobile.runtime_py.artifact.packaged import STUDENTS
from skinseg_mobile.runtime_py.data.dataset import Sample, Split, read_dataset, select
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.engines.load import AUTO
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.metrics.bootstrap import bootstrap_interval
from skinseg_mobile.runtime_py.metrics.overlap import score
from skinseg_mobile.runtime_py.predict.evaluate import evaluate
from skinseg_mobile.runtime_py.storage.atomic import write_file
from skinseg_mobile.train.references.open_net import open_net

SETS = {
    "dev": ("isic2017", Split.DEV),
    "valid": ("isic2017", Split.VALID),
    "PH2": ("ph2", Split.TEST),
    "macroscopic": ("macroscopic", Split.TEST),
}
RESULTS = ROOT / "benchmarks/results/sets.json"
COLUMNS = {
    "without copies": "without_copies",
    "thresholded": "jaccard_thresholded",
    "pooled": "jaccard_pooled",
    "share below 0.5": "share_below_half",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
}
GROUPS = (
    "contrast: high, ΔE over 40",
    "contrast: middle, ΔE 20 to 40",
    "contrast: low, ΔE below 20",
    "size: over half of the image",
    "size: a fifth to a half",
    "size: 5 % to a fifth",
    "size: below 5 %",
)
SIDE = 16
ALIKE = 0.96
COPIES = {
    "ISIC_0012756": "ISIC_0013184", "ISIC_0014771": "ISIC_0000229",  # dev
    "ISIC_0000222": "ISIC_0014846", "ISIC_0000177": "ISIC_0014657",  # valid
}  # fmt: skip
"""By id, the training image with the same lesion in the same frame, in other colours perhaps."""


def main() -> None:
    """Measure, or write the cards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--cards", action="store_true")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.cards:
        found = json.loads(RESULTS.read_text())
        for net, sets in found["results"]["nets"].items():
            _write_card(ROOT / f"docs/{net}.md", sets, found)
        return
    if arguments.folder is None:
        parser.error("give the FOLDER of the sets, or --cards")
    samples = {
        name: select(read_dataset(arguments.folder / folder), split)
        for name, (folder, split) in SETS.items()
    }
    trained = select(read_dataset(arguments.folder / "isic2017"), Split.TRAIN)
    known = thumbnails(trained)
    pairs = {name: _alike(trained, known, some) for name, some in samples.items()}
    groups = {name: [_groups(sample) for sample in some] for name, some in samples.items()}
    nets = {
        net: {name: _row(segmenter, some, groups[name]) for name, some in samples.items()}
        for net in STUDENTS
        for segmenter, _ in [open_net(net, AUTO)]
    }
    publish({"alike": pairs, "copies": COPIES, "nets": nets}, arguments.out)


def _groups(sample: Sample) -> dict[str, str]:
    found = seen(*read_pair(sample))
    return {column: found.get(column, "none") for column in ("size", "contrast")}


def _row(
    segmenter: Segmenter, samples: Sequence[Sample], groups: Sequence[dict[str, str]]
) -> dict[str, Any]:
    images = evaluate(segmenter, samples).images
    each = np.array([images[sample.id].jaccard for sample in samples])
    scores = score(list(images.values()), groups)
    by_group = {
        f"{column}: {value}": {"images": of.images, "jaccard": round(of.jaccard_mean, 4)}
        for column, values in scores.groups.items()
        for value, of in values.items()
    }
    interval = bootstrap_interval(each, confidence=0.95, resamples=10_000, seed=0)
    return {
        **scores.as_dict(),
        "interval": list(interval),
        "without_copies": float(each[[sample.id not in COPIES for sample in samples]].mean()),
        "share_below_half": float((each < 0.5).mean()),
        "groups": by_group,
    }


def thumbnails(samples: Iterable[Sample]) -> NDArray[np.float64]:
    """Return (N, 256): small grey images of mean 0 and length 1."""
    small = [
        Image.fromarray(read_photo(s.image)).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
        for s in samples
    ]
    flat = np.stack([np.asarray(image, np.float64).ravel() for image in small])
    flat -= flat.mean(1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)


def _alike(
    trained: Sequence[Sample], known: NDArray[np.float64], samples: Sequence[Sample]
) -> list[tuple[str, str, float]]:
    """Return (id, id of the nearest training image, correlation), the most alike first."""
    alike = thumbnails(samples) @ known.T
    nearest = alike.argmax(1)
    pairs = [
        (sample.id, trained[at].id, round(float(row[at]), 4))
        for sample, at, row in zip(samples, nearest, alike, strict=True)
    ]
    return sorted((pair for pair in pairs if pair[2] >= ALIKE), key=lambda pair: -pair[2])


def _write_card(card: Path, sets: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    scores = [
        (
            name,
            row["images"],
            f"**{row['jaccard_mean']:.4f}**",
            "{:.3f} to {:.3f}".format(*row["interval"]),
            *(f"{row[column]:.4f}" for column in COLUMNS.values()),
        )
        for name, row in sets.items()
    ]
    groups = [(kind, *(_cell(row["groups"].get(kind)) for row in sets.values())) for kind in GROUPS]
    lines = (
        table(("set", "images", "mean Jaccard", "interval of 95 %", *COLUMNS), scores),
        "",
        "Mean Jaccard by the lesion's size (share of the image) and its contrast with the skin; in",
        "brackets the number of images:",
        "",
        table(("group", *sets), groups),
        "",
        f"`{found['command']}`, commit {found['commit']}, {found['machine']}.",
    )
    text = "".join(f"{line}\n" for line in lines)
    write_file(card, rewritten(card.read_text(), "sets", text))


def _cell(group: Mapping[str, Any] | None) -> str:
    return f"{group['jaccard']:.3f} ({group['images']})" if group else "–"


if __name__ == "__main__":
    main()
