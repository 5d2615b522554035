"""Datasets that would change a number in silence: commands refuse or say what they leave out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_cli.dataset import open_dataset
from tests.refused import Refused, Run

TABLE = "id,split,odd\n" + "".join(
    f"disc_{number},{split},{number % 2}\n"
    for number, split in enumerate(("valid", "valid", "train", "dev"))
)


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize(
    "command",
    [
        "evaluate dark --data discs",
        "parity dark --data discs --reference dark",
        "gate gate.toml",
        "train --data discs --out out --no-imagenet",
        "compress quantize tiny --data discs --out out --epochs 0",
        "compress prune tiny --keep 0.95 --data discs --out out",
        "compress distil tiny --control --data discs --out out",
    ],
)
def test_masks_that_say_nothing(
    refused: Refused, dark: Path, tiny: Path, discs: Path, command: str, level: int
) -> None:
    (discs / "split.csv").write_text(TABLE)
    for path in (discs / "masks").iterdir():
        Image.fromarray(np.full((40, 48), level, np.uint8)).save(path)
    run = f'artefacts = ["{dark}"]\ndata = "discs"\nreference = "{dark}"'
    Path("gate.toml").write_text(f'[run]\nengines = ["auto"]\n{run}\n')
    sentence = refused(*command.split())
    assert f"is read as {'all' if level else 'no'} lesion" in sentence
    assert "disc_" in sentence


@pytest.mark.parametrize("command", ["evaluate dark", "parity dark --reference other"])
@pytest.mark.usefixtures("dark", "other")
def test_a_part_of_a_dataset_is_said(
    run: Run, discs: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(discs.parent)
    (discs / "split.csv").write_text(TABLE)
    code, out, err = run(*command.split(), "--data", discs)
    assert (code, err) == (0, "")
    assert "2 of 4 (split valid)" in " ".join(out.split())


@pytest.mark.parametrize("command", ["evaluate dark --data discs", "train --data discs --out out"])
@pytest.mark.parametrize("name", ["b.heicx", "notes.txt", "masks/disc_9.png", "images/train"])
def test_files_that_are_not_used_are_refused(
    refused: Refused, dark: Path, discs: Path, command: str, name: str
) -> None:
    path = discs / (name if "/" in name else f"images/{name}")
    path.mkdir() if path.name == "train" else path.write_bytes(b"")
    assert path.name in refused(*command.split())


def test_images_and_columns_that_are_left_out_are_said(
    run: Run, dark: Path, discs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (discs / "split.csv").write_text("id,split,file\ndisc_0,valid,a.jpg\ndisc_1,valid,b.jpg\n")
    code, _, err = run("evaluate", dark, "--data", discs, "--json")
    assert code == 0
    assert err.splitlines() == [
        "Note: split.csv does not name 2 images (disc_2, disc_3), so they are not used.",
        "Note: The column file of split.csv has too many different values for 2 images to be"
        " groups, so it is left out.",
    ]
    assert open_dataset(discs).unlisted == ("disc_2", "disc_3")


def test_a_clinic_of_four_images(refused: Callable[..., str], discs: Path, tmp_path: Path) -> None:
    sentence = refused("data", "prepare", "clinical", discs, tmp_path / "out")
    assert (
        "400 distinct images are needed for train and test, and images/ has 4. Choose" in sentence
    )
    assert refused("data", "prepare", "clinical", discs, "out", "--train", 3, "--test", 2)
