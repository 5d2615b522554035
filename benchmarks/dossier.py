"""The dossier from the first edition of the packaged student to today's.

    python -m benchmarks.dossier FOLDER_OF_ISIC2017 --out NEW [--without-images]

The first edition comes from the repository's own history. Its manifest is of format 1, which
today's code refuses. So its model file and golden images are taken byte for byte, and a manifest of
today's format is written around them, in a temporary folder. Only `format`, `resize` and `files`
differ from the old one: the contract's rule of resizing has changed, and both files run by today's.
"""

import argparse
import json
import subprocess
import tempfile
from dataclasses import fields
from pathlib import Path

from benchmarks.context import ROOT, context
from skinseg_mobile.runtime_py.artifact.manifest import FORMAT, Manifest, write_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET, packaged_artefact
from skinseg_mobile.runtime_py.artifact.signature import KeyKind, keygen
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select, split_named
from skinseg_mobile.runtime_py.dossier.build import Releases, build_dossier, write_dossier
from skinseg_mobile.runtime_py.dossier.compare import judged_data
from skinseg_mobile.runtime_py.dossier.promise import sign_plan
from skinseg_mobile.runtime_py.dossier.record import record_of
from skinseg_mobile.runtime_py.dossier.statement import read_private
from skinseg_mobile.runtime_py.images.pipeline import RESIZE_RULE
from skinseg_mobile.runtime_py.storage.atomic import to_json
from skinseg_mobile.runtime_py.storage.from_json import rebuild

FIRST = "2d56591"
"""The commit that packaged the first edition."""
RESULT = ROOT / "benchmarks" / "results" / "dossier.json"
PLAN = """\
[data]
folder = "{folder}"
split = "valid"

[criteria]
images = 200
jaccard = 0.8
lower-bound = -0.01
worst-group = -0.02
losing = 0.1
megabytes = 1.0
gate-failures = 0

[release]
system = "skinseg-mobile, packaged student"
version = "today's edition"
producer = "the maintainers of skinseg-mobile"
intended_use = "research and engineering; not a medical device"
sensitivity = "published dermoscopic images of ISIC 2017"
data_licence = "CC0-1.0"
"""


def first_edition(out: Path) -> Path:
    """Write the first edition's artefact, with a manifest of today's format, and return `out`."""
    out.mkdir()
    inside = f"{FIRST}:runtime_py/packaged/{DEFAULT_NET}/artefact"
    for name in ("model.tflite", "golden.npz"):
        (out / name).write_bytes(_of_history(f"{inside}/{name}"))
    old = json.loads(_of_history(f"{inside}/manifest.json"))
    known = {field.name for field in fields(Manifest)}
    kept = {key: value for key, value in old.items() if key in known}
    write_manifest(rebuild(Manifest, {**kept, "format": FORMAT, "resize": RESIZE_RULE}), out)
    return out


def _of_history(path: str) -> bytes:
    return subprocess.run(["git", "show", path], cwd=ROOT, capture_output=True, check=True).stdout


def main() -> None:
    """Write the dossier, and its numbers to benchmarks/results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--without-images", action="store_true")
    given = parser.parse_args()
    today = packaged_artefact(DEFAULT_NET)
    assert today is not None
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        plan, released = work / "plan.toml", first_edition(work / "first-edition")
        plan.write_text(PLAN.format(folder=given.data.resolve().as_posix()))
        keygen(work / "team.key", KeyKind.P256)
        key = read_private(work / "team.key")
        dataset = read_dataset(given.data)
        samples = select(dataset, split_named("valid"))
        sign_plan(plan, judged_data(dataset, samples).sha256, [released], key)
        found = build_dossier(
            plan,
            Releases((released,), (today,)),
            dataset,
            samples,
            key.public,
            images=not given.without_images,
        )
        write_dossier(given.out, found, key)
    RESULT.write_text(to_json({**context(), "dossier": record_of(found)}))


if __name__ == "__main__":
    main()
