"""Two releases of the net `dark`, forty discs to judge them on, a key and a signed plan."""

from dataclasses import replace
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.manifest import (
    Provenance,
    parse_manifest,
    write_manifest,
)
from skinseg_mobile.runtime_py.artifact.signature import KeyKind, keygen
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select
from skinseg_mobile.runtime_py.dossier.build import Releases, build_dossier, write_dossier
from skinseg_mobile.runtime_py.dossier.compare import judged_data
from skinseg_mobile.runtime_py.dossier.promise import sign_plan
from skinseg_mobile.runtime_py.dossier.record import Dossier
from skinseg_mobile.runtime_py.dossier.statement import SigningKey, read_private
from tests.dark import write_dark, write_discs

COUNT = 40
PLAN = """\
[data]
folder = "discs"

[criteria]
images = 40
jaccard = 0.8
lower-bound = -0.1
worst-group = -0.1
megabytes = 1
gate-failures = 0

[release]
system = "Skin Diary"
version = "2.0"
producer = "Example Ltd"
intended_use = "outlines one lesion; no diagnosis"
sensitivity = "synthetic"
data_licence = "CC0-1.0"
security_policy = "https://example.com/security"
advisories = "https://example.com/advisories"
"""


def write_next(folder: Path, threshold: float = 0.7) -> Path:
    """Write the release after `dark`: another threshold, so that its masks are smaller."""
    old = parse_manifest(write_dark(folder))
    source = Provenance("a" * 64, "discs-train", "b" * 64, "d" * 64, "e" * 40, "f" * 64, "c" * 64)
    made = {"onnx": "1.23.2", "torch": "2.13.0+cpu", "python": "3.11.7"}
    new = replace(old, threshold=threshold, checkpoint_sha256="d" * 64, versions=made)
    new = replace(new, provenance=source, operations={"Conv": 1, "Sigmoid": 1}, parameters=4)
    write_manifest(new, folder)
    return folder


def write_releases(root: Path, plan: str = PLAN) -> Path:
    """Write released/dark, next/dark, discs, team.key and a signed plan.toml below `root`."""
    write_dark(root / "released" / "dark")
    write_next(root / "next" / "dark")
    write_discs(root / "discs", COUNT)
    (root / "plan.toml").write_text(plan)
    keygen(root / "team.key", KeyKind.P256)
    dataset = read_dataset(root / "discs")
    data = judged_data(dataset, select(dataset, None))
    sign_plan(root / "plan.toml", data.sha256, [root / "released" / "dark"], key_of(root))
    return root


def key_of(root: Path) -> SigningKey:
    return read_private(root / "team.key")


def dossier_of(root: Path, *, images: bool = True) -> Dossier:
    """Judge the two releases below `root`."""
    dataset = read_dataset(root / "discs")
    releases = Releases((root / "released" / "dark",), (root / "next" / "dark",))
    samples = select(dataset, None)
    key = key_of(root).public
    return build_dossier(root / "plan.toml", releases, dataset, samples, key, images=images)


def write_one(root: Path) -> Path:
    """Write the releases and their dossier, and return its folder."""
    write_releases(root)
    write_dossier(root / "dossier", dossier_of(root), key_of(root))
    return root / "dossier"
