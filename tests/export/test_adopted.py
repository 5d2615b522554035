"""A net from elsewhere, all the way: adopted, trained, quantized, exported everywhere, judged."""

from pathlib import Path

import numpy as np
import pytest
import torch

from skinseg_mobile.train.checkpoint import load_checkpoint
from tests import foreign
from tests.once import PRESENT
from tests.refused import Run

pytestmark = pytest.mark.slow
ADOPTED = (
    "adopt", "module", "tests.foreign:unet", "--weights", "unet.pt", "--size", "64",
    "--arguments", '{"channels": 2}', "--input", "0..1", "--colour", "BGR", "--output", "softmax",
    "--channel", "1", "--out", "runs/unet",
)  # fmt: skip


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the weights of a net that did not learn yet."""
    folder = tmp_path_factory.mktemp("adopted")
    torch.save(foreign.unet(2).state_dict(), folder / "unet.pt")
    return folder


def done(run: Run, *command: object) -> str:
    code, out, err = run(*command)
    assert code == 0, (command, out, err)
    return out


def test_the_whole_way(
    workplace: Path, lesions: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workplace)
    assert "wrote runs/unet" in done(run, *ADOPTED)
    done(run, "train", "--init", "runs/unet", "--data", lesions, "--out", "runs/trained",
         "--epochs", 25, "--batch", 4, "--learning-rate", 0.01,
         "--set", "ema_decay=0.8")  # fmt: skip
    assert load_checkpoint(Path("runs/trained")).record.metrics["best_jaccard"] > 0.6
    done(run, "compress", "quantize", "runs/trained", "--data", lesions, "--out", "runs/int8",
         "--epochs", 1, "--count", 16)  # fmt: skip
    ranges = load_checkpoint(Path("runs/int8")).quantization
    assert ranges is not None
    assert ranges.float_nodes[:2] == ("mul", "add")  # a user's mean and deviation
    done(run, "evaluate", "runs/int8", "--data", lesions)
    photo = next((lesions / "images").iterdir())
    done(run, "predict", photo, "--net", "runs/int8", "--out", "masks")
    # fp32 without taps: tests/test_your_own_model.py
    done(run, "export", "runs/int8", "--target", "all", "--precision", "fp32", "--taps")
    done(run, "export", "runs/int8", "--target", "all", "--precision", "int8")
    for target in PRESENT:
        taps = f"artefacts/int8-{target}-fp32-taps"
        for artefact in (taps, f"artefacts/int8-{target}-int8"):
            done(run, "parity", artefact, "--data", lesions, "--reference", "runs/int8")
        done(run, "diff", taps, "--against", "runs/int8")


def test_it_teaches_and_learns(
    workplace: Path, lesions: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workplace)
    foreign_student = (*ADOPTED[:-1], "runs/student")
    done(run, *foreign_student)
    done(run, "compress", "distil", "runs/student", "--teacher", "lean-isic2017-tiny",
         "--data", lesions, "--out", "runs/learnt", "--epochs", 1)  # fmt: skip
    done(run, "compress", "distil", "lean-isic2017-tiny", "--teacher", "runs/learnt",
         "--data", lesions, "--out", "runs/taught", "--epochs", 1)  # fmt: skip
    learnt, student = (load_checkpoint(Path("runs", name)) for name in ("learnt", "student"))
    assert learnt.record.parent == student.digest
    assert not np.array_equal(learnt.weights["body.out.weight"], student.weights["body.out.weight"])
    code, _, err = run("compress", "prune", "runs/learnt", "--data", lesions, "--out", "runs/p",
                       "--keep", 0.5)  # fmt: skip
    assert code == 2
    assert "this one is of the family adopted" in err
