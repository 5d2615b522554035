"""The offline script: its stages run through on 8 photographs, also where only torch is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.train.data.soft_masks import read_soft_masks
from skinseg_mobile.train.synth import write_set

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ABSENT = "rich typer jinja2 onnxruntime ai_edge_litert onnx coremltools click"
BARE = f"""
import runpy, sys
for name in {ABSENT!r}.split():
    sys.modules[name] = None  # importing it now fails as if it were not installed
sys.argv = ["benchmarks/full_training.py", *sys.argv[1:]]
runpy.run_module("benchmarks.full_training", run_name="__main__")
"""


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthetic sets in the published ones' places, packed."""
    data = tmp_path_factory.mktemp("sets")
    for seed, (name, last) in enumerate({"isic2017": "valid", "fuseg": "test"}.items()):
        write_set(data / name, 12, seed, "lesion", (96, 96))
        splits = ["train"] * 6 + ["dev"] * 2 + [last] * 4
        ids = sorted(path.stem for path in (data / name / "images").iterdir())
        rows = "".join(f"{id_},{split}\n" for id_, split in zip(ids, splits, strict=True))
        (data / name / "split.csv").write_text(f"id,split\n{rows}")
    stage("pack", data, data / "packed")
    return data / "packed"


def stage(name: str, data: Path, out: Path) -> None:
    """Run a stage with only what a training machine has."""
    arguments = [name, "--data", str(data), "--out", str(out)]
    found = subprocess.run(
        [sys.executable, "-c", BARE, *arguments, *([] if name == "pack" else ["--smoke"])],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".imports")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr


def result(out: Path, name: str) -> dict[str, Any]:
    files = list(out.iterdir())
    assert len(files) <= 8
    assert max(path.stat().st_size for path in files) < 16 * 2**20
    found = json.loads((out / f"{name}.json").read_text())
    assert found["packed"]["sets"]["fuseg"]["images"] == 12
    assert {"command", "commit", "device"} <= found.keys()
    return found["results"]


def test_a_teacher(packed: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    stage("teacher-1", packed, out)
    found = result(out, "teacher-1")
    assert (found["epochs run"], found["cut to fit"], found["seed"]) == (1, True, 1)
    assert found["images"] == {"train": 4, "dev": 2, "valid": 2, "test": 0}
    assert found["valid"]["images"] == 2
    masks = read_soft_masks(out / "teacher-1-soft-masks.npz")
    assert masks.teacher == found["checkpoint"]
    assert masks.masks.shape == (8, 64, 64)
    assert len(set(masks.ids)) == 8


def test_both_u_nets(packed: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    stage("unets", packed, out)
    found = result(out, "unets")
    for net in ("unet", "dense-residual-unet"):
        assert list(found[net]) == ["direct transfer", "direct training", "fine-tuning"]
        assert {row["test"]["images"] for row in found[net].values()} == {2}
        assert found[net]["fine-tuning"]["preset"] == f"{net}-clinical-finetune"
