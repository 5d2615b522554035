"""Nets of other libraries, adopted, trained on real images, fitted to 8 bits, exported and judged.

    python -m benchmarks.foreign_nets DATA --work runs/foreign [--net lraspp] [--epochs 5]
    python -m benchmarks.foreign_nets DATA --work runs/foreign --report

Each net goes through the commands of docs/your-own-model.md, from random weights, at 128×128, and
its float32 and int8 files through the gate on `dev`. A step whose folder is there is not taken
again. torchvision is in the extra `train`; the nets of smp need segmentation-models-pytorch==0.6.0
beside it, and are "not run" without.
"""

import argparse
import importlib.util
import json
from pathlib import Path
from typing import Any

import torch

from benchmarks import foreign
from benchmarks.build import run, write_plan
from benchmarks.context import ROOT, publish
from skinseg_mobile.compress.quantize.config import SCORED
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.train.checkpoint import is_checkpoint, load_checkpoint

SIDE = 128
TARGETS = ("onnx", "tflite", "coreml")
PRECISIONS = ("fp32", "int8")


SOFTMAX = ("--output", "softmax", "--channel", 1)
LOGITS = ("--output", "logits")
NETS: dict[str, tuple[object, ...]] = {
    "lraspp": SOFTMAX,
    "deeplab": SOFTMAX,
    "fpn": LOGITS,
    "unet": LOGITS,
}
OF_SMP = ("unet", "fpn")
OF_FILE = ("verdict", "engine", "jaccard_artefact", "delta_jaccard", "agreement_mean", "reasons")


def main() -> None:
    """Take the steps that are missing, unless only a report is asked for, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--net", action="append", choices=NETS)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--report", action="store_true", help="take no step")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    work, data = arguments.work.resolve(), arguments.data.resolve()
    if not arguments.report:
        for name in arguments.net or NETS:
            _steps(name, data, work, arguments.epochs)
    rows = {name: _row(name, work) for name in NETS}
    publish({"side": SIDE, "nets": rows}, arguments.out)


def _steps(name: str, data: Path, work: Path, epochs: int) -> None:
    if name in OF_SMP and not importlib.util.find_spec("segmentation_models_pytorch"):
        print(f"{name}: not run, segmentation-models-pytorch is missing")
        return
    adopted, trained, tuned = (work / step / name for step in ("adopted", "trained", "int8"))
    if not is_checkpoint(adopted):
        weights = work / f"{name}.pt"
        weights.parent.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(0)
        torch.save(getattr(foreign, name)().state_dict(), weights)
        options = ("--weights", weights, "--size", SIDE, *NETS[name], "--name", name)
        _skinseg("adopt", "module", f"benchmarks.foreign:{name}", *options, "--out", adopted)
    if not is_checkpoint(trained):
        options = ("--epochs", epochs, "--batch", 8, "--set", "ema_decay=0.99")
        _skinseg("train", "--init", adopted, "--data", data, "--out", trained, *options)
    if not is_checkpoint(tuned):
        _skinseg("compress", "quantize", trained, "--data", data, "--out", tuned)
    _gate(name, data, work, tuned)
    ranked = work / "operations" / f"{name}.json"
    if _failed_in_8_bits(name, work) and not ranked.exists():
        ranked.parent.mkdir(exist_ok=True)
        ranked.write_text(_skinseg("compress", "rank-operations", tuned, "--data", data, "--json"))


def _gate(name: str, data: Path, work: Path, tuned: Path) -> None:
    files, report = work / "artefacts", work / "reports" / name
    if report.exists():
        return
    for target in TARGETS:
        for precision in PRECISIONS:
            if not (files / f"{name}-{target}-{precision}").exists():
                options = ("--target", target, "--precision", precision, "--out", files)
                _skinseg("export", tuned, *options)
    plan = write_plan(
        work / f"{name}.toml", artefacts=[f"{files}/{name}-*"], engines=["auto"],
        data=str(data), split="dev", reference=str(tuned),
    )  # fmt: skip
    _skinseg("gate", plan, "--out", report, codes=(0, 1))


def _skinseg(*words: object, codes: tuple[int, ...] = (0,)) -> str:
    print("skinseg-mobile", *words, flush=True)
    return run(ROOT, "-m", "skinseg_cli", *words, codes=codes)


def _judged(name: str, work: Path) -> list[dict[str, Any]]:
    report = work / "reports" / name / "report.json"
    return json.loads(report.read_text())["judgements"] if report.exists() else []


def _failed_in_8_bits(name: str, work: Path) -> bool:
    return any("int8" in f["artefact"] and f["verdict"] == "failed" for f in _judged(name, work))


def _row(name: str, work: Path) -> dict[str, Any] | str:
    """Return the net's Jaccard on `dev`, of its best epoch, and what the gate says of its files."""
    trained, ranked = work / "trained" / name, work / "operations" / f"{name}.json"
    if not (judged := _judged(name, work)):
        return "not run"
    record = load_checkpoint(trained).record
    manifest = read_manifest(work / "artefacts" / f"{name}-onnx-fp32")
    costly = json.loads(ranked.read_text())[:SCORED] if ranked.exists() else []
    return {
        "epochs": record.config["epochs"],
        "parameters": manifest.parameters,
        "dev_jaccard": round(record.metrics["best_jaccard"], 4),
        "exported_at": manifest.provenance and manifest.provenance.commit,
        "files": {file["artefact"]: {key: file[key] for key in OF_FILE} for file in judged},
        "costs_most_in_8_bits": [item["operation"] for item in costly],
    }


if __name__ == "__main__":
    main()
