"""`adopt module` on the command line: what it prints, and what it refuses."""

import json
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
import torch

from skinseg_cli.adopt import module
from skinseg_mobile.train.nets.adopted.net import NetOutput
from tests import foreign
from tests.refused import Refused, Run

BASE = ("adopt", "module", "tests.foreign:fault", "--weights", "w.pt", "--size", "64")


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    torch.save(foreign.fault("fmod").state_dict(), "w.pt")
    return tmp_path


def test_a_target_that_is_wrong_is_named_at_once(workplace: Path, run: Run) -> None:
    code, out, err = run(*BASE, "--arguments", '{"name": "fmod"}', "--out", "net")
    assert code == 0
    assert out == (
        "wrote net: it reads RGB as imagenet, 64×64; the probability is the sigmoid of channel 0\n"
    )
    assert set(module.PROBABILITY) == set(NetOutput)
    assert err == "Warning: coreml is wrong about or lacks fmod (fmod); use torch.remainder\n"
    code, out, _ = run(*BASE, "--arguments", '{"name": "fmod"}', "--out", "again", "--json")
    assert code == 0
    found = json.loads(out)
    assert [item["target"] for item in found["unfit"]] == ["coreml"]
    assert found["spec"]["layout"]["factory"] == "tests.foreign:fault"
    assert "adopt module" in module.EPILOG


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--size", "64x64x3"), "is no size"),
        (("--colour", "HSV"), "Choose one of RGB, BGR"),
        (("--output", "tanh"), "Choose one of logits, probability, softmax"),
        (("--arguments", "name"), "is no JSON"),
        (("--arguments", '{"name": "none"}'), "raised KeyError"),
        (("--weights", "x.pt"), "is no file"),
        (("--input", "0-1"), "MEAN/STD"),
    ],
)
@pytest.mark.usefixtures("workplace")
def test_bad_options_are_one_sentence(
    refused: Refused, options: tuple[str, str], words: str
) -> None:
    given = {"--weights": "w.pt", "--size": "64", "--out": "net"} | dict([options])
    assert words in refused(*BASE[:3], *chain.from_iterable(given.items()))


def test_what_a_net_prints_is_no_json(workplace: Path, run: Run) -> None:
    net = ("tests.foreign:talking", "--weights", "talking.pt")
    torch.save(foreign.talking().state_dict(), "talking.pt")
    code, out, err = run("adopt", "module", *net, "--size", "64", "--out", "net", "--json")
    assert (code, json.loads(out)["spec"]["family"]) == (0, "adopted")
    assert "ran 1" in err
    _, out, _ = run("adopt", "module", *net, "--size", "64", "--out", "again")
    assert "ran 1" in out, "without --json nothing is moved"


def test_an_output_that_exists_is_kept(workplace: Path, refused: Refused) -> None:
    (workplace / "net").mkdir()
    assert "already exists" in refused(*BASE, "--out", workplace / "net")


def test_what_the_images_do_not_check_is_said(dark: Path, discs: Path, run: Run) -> None:
    """Discs are grey: a contract with the wrong colours fits as well."""
    words = ("--name", "theirs", "--reference", dark, "--data", discs, "--out", dark.parent / "new")
    code, out, _ = run("adopt", "file", dark / "model.onnx", *words)
    assert code == 0
    assert "colour BGR" in next(line for line in out.splitlines() if "fits as well" in line)
    assert "The images do not check what 'fits as well'" in out


VISION = """
def build():
    from torchvision.models.segmentation import lraspp_mobilenet_v3_large
    return lraspp_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=1)
"""


@pytest.mark.slow
@pytest.mark.parametrize("first", ["", "import torchvision\n"])
def test_a_net_of_torchvision_needs_no_help(tmp_path: Path, first: str) -> None:
    """In a process of its own: torchvision's wheel is for CUDA, and torch may be for the CPU."""
    (tmp_path / "theirs.py").write_text(first + VISION)
    torch.save({"other": torch.zeros(1)}, tmp_path / "w.pt")
    command = "-m skinseg_cli adopt module theirs:build --weights w.pt --size 64 --out net"
    done = subprocess.run(
        [sys.executable, *command.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "The weights do not fit theirs:build" in done.stderr
