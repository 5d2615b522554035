"""A sweep over bad photographs, datasets, names and numbers: each is one sentence, exit 2.

Beside it: `test_outputs.py`, `test_damaged_checkpoints.py`, `test_damaged_artefacts.py`.
"""

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.train.resume import STATE
from tests.dark import disc, say_nan
from tests.refused import Refused, Run


def still(path: Path, number: int = 0) -> Path:
    Image.fromarray(disc(number)[0]).save(path)
    return path


def animated(path: Path) -> None:
    frames = [Image.fromarray(disc(number)[0]) for number in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def truncated(path: Path) -> None:
    content = still(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def header_of(width: int, height: int) -> Callable[[Path], None]:
    """A PNG that says it is large, so that nobody has to make one."""

    def write(path: Path) -> None:
        body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IEND\xaeB`\x82")

    return write


PHOTOGRAPHS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "missing": ("a.jpg", lambda path: None, "a.jpg does not exist. Check the path"),
    "a folder": ("a.jpg", Path.mkdir, "a.jpg is a folder, not an image"),
    "zero-byte": ("a.jpg", Path.touch, "a.jpg is not a JPEG"),
    "a text": ("a.jpg", lambda path: path.write_text("hello"), "a.jpg is not a JPEG"),
    "a JPEG cut in half": ("a.jpg", truncated, "is damaged"),
    "a PNG cut in half": ("a.png", truncated, "is damaged"),
    "a WebP cut in half": ("a.webp", truncated, "is damaged"),
    "an animated GIF": ("a.gif", animated, "a.gif has 3 frames"),
    "an animated WebP": ("a.webp", animated, "a.webp has 3 frames"),
    "an animated PNG": ("a.png", animated, "a.png has 3 frames"),
    "over the limit": ("a.png", header_of(10_001, 12_000), "a.png has more than 120 megapixels"),
    "a decompression bomb": (
        "a.png",
        header_of(60_000, 60_000),
        "a.png has more than 120 megapixels",
    ),
}


@pytest.mark.parametrize("kind", PHOTOGRAPHS)
def test_photographs(refused: Refused, dark: Path, kind: str) -> None:
    name, make, words = PHOTOGRAPHS[kind]
    make(Path(name))
    assert words in refused("predict", name, "--net", dark)


def test_a_bad_image_among_good_ones(run: Run, dark: Path, tmp_path: Path) -> None:
    good = [still(tmp_path / f"{number}.png", number) for number in range(3)]
    bad = tmp_path / "bad.png"
    truncated(bad)
    out = tmp_path / "out"
    code, printed, err = run("predict", good[0], bad, *good[1:], "--net", dark, "--out", out)
    assert code == 2
    assert "2-mask.png" in printed
    assert err.startswith(f"{bad} is damaged")
    assert err.endswith(f"leave them out; the masks of the others are in {out}.\n")
    assert "Error: 1 of 4 images have no mask." in err
    assert len(list(out.iterdir())) == 6


def test_photographs_of_one_name(refused: Refused, dark: Path) -> None:
    photos = (still(Path("a.png")), still(Path("a.tiff")))
    assert "Two images are called" in refused("predict", *photos, "--net", dark)


@pytest.mark.parametrize("engine", ["auto", "litert"])
def test_a_whole_process_prints_the_sentence_and_nothing_else(tmp_path: Path, engine: str) -> None:
    """Vendors write to the process's own stderr, which tests inside this process do not see."""
    command = [sys.executable, "-m", "skinseg_cli", "predict", "none.jpg", "--engine", engine]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == "Error: none.jpg does not exist. Check the path.\n"
    assert list(tmp_path.iterdir()) == []


def wrong_size(data: Path) -> None:
    Image.new("1", (20, 10)).save(data / "masks" / "disc_2.png")


def turned_mask(data: Path) -> None:
    Image.fromarray(np.rot90(disc(2)[1]).copy()).save(data / "masks" / "disc_2.png")


def no_mask(data: Path) -> None:
    (data / "masks" / "disc_2.png").unlink()


def empty_mask(data: Path) -> None:
    (data / "masks" / "disc_2.png").write_bytes(b"")


def moving_mask(data: Path) -> None:
    no_mask(data)
    animated(data / "masks" / "disc_2.gif")


def bad_photograph(data: Path) -> None:
    truncated(data / "images" / "disc_2.png")


def two_photographs(data: Path) -> None:
    still(data / "images" / "disc_2.jpg")


def unknown_split(data: Path) -> None:
    (data / "split.csv").write_text("id,split\ndisc_2,validation\n")


def unknown_id(data: Path) -> None:
    (data / "split.csv").write_text("id,split\ndisc_9,valid\n")


def binary_table(data: Path) -> None:
    (data / "split.csv").write_bytes(b"\xff\xfe\0\0")


def no_photographs(data: Path) -> None:
    for path in (data / "images").iterdir():
        path.unlink()


DATASETS: dict[Callable[[Path], None], str] = {
    wrong_size: "disc_2 has 48×40 pixels and its mask 20×10",
    turned_mask: "disc_2 has 48×40 pixels and its mask 40×48",
    no_mask: "disc_2 has no mask",
    empty_mask: "disc_2.png is not a JPEG",
    moving_mask: "disc_2.gif has 3 frames",
    bad_photograph: "disc_2.png is damaged",
    two_photographs: "images: disc_2.jpg and disc_2.png",
    unknown_split: "discs/split.csv, line 2, is 'validation'. Write train, dev",
    unknown_id: "disc_9, which has no image",
    binary_table: "split.csv could not be read as a UTF-8 table",
    no_photographs: "discs has no images in its folder images/",
}


@pytest.mark.parametrize("damage", DATASETS, ids=lambda damage: damage.__name__)
def test_datasets(
    refused: Refused, dark: Path, other: Path, discs: Path, damage: Callable[[Path], None]
) -> None:
    damage(discs)
    judge = ("evaluate", dark, "--data", discs, "--save-predictions", "deep/saved.npz")
    assert DATASETS[damage] in refused(*judge)
    assert DATASETS[damage] in refused("parity", dark, "--data", discs, "--reference", other)


def test_a_key_needs_a_name(refused: Refused) -> None:
    for folder in (".", "/"):
        assert f"{folder} is a folder. Name a new file" in refused("keygen", folder)


@pytest.mark.parametrize(
    "command",
    [
        "predict discs/images/disc_1.png --net dark",
        "evaluate dark --data discs",
        "parity other --reference dark --data discs",
        "vectors vectors --artefact dark --data discs",
        "adopt file dark/model.onnx --name theirs --out new",
        "adopt file other/model.onnx --reference dark --data discs --name theirs --out new",
    ],
)
@pytest.mark.usefixtures("other", "discs")
def test_values_that_are_no_numbers(
    refused: Refused, dark: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """They are above no threshold, and yet no net has found "no lesion"."""
    say_nan(dark)
    monkeypatch.chdir(dark.parent)
    assert "gives values that are no numbers" in refused(*command.split())


def test_a_dataset_that_is_not_there(refused: Refused, dark: Path, tiny: Path) -> None:
    for command in (
        ("evaluate", dark, "--data", "none"),
        ("parity", dark, "--data", "none", "--reference", dark),
        ("train", "--data", "none"),
        ("export", tiny, "--calibration", "none"),
        ("export", tiny, "--target", "onnx", "--precision", "fp32", "--golden", "none"),
        ("demo", "--data", "none"),
        ("data", "check", "none"),
    ):
        assert "none does not exist" in refused(*command)


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("train --data discs --preset leen", "lean, lean-large, hypercolumn, hypercolumn-plain"),
        ("train --data discs --preset leen", "Did you mean lean? Choose one of"),
        ("train --data discs --set optimiser=sgd", "Did you mean optimizer? Give NAME=VALUE"),
        ("evaluate leen --data discs", "leen is neither a folder nor a packaged net"),
        (
            "evaluate dark --data discs --split validation",
            "split 'validation' does not exist. Choose one of train, dev",
        ),
        ("evaluate dark --data discs --split test", "split test of discs is empty"),
        ("evaluate dark --data discs --engine tensorrt", "auto, onnxruntime, litert"),
        ("evaluate dark --data discs --engine litert", "engine litert runs tflite files"),
        ("evaluate tiny --data discs --engine onnxruntime", "A checkpoint runs on torch"),
        ("predict a.png --net leen", "leen is neither a folder nor a packaged net"),
        ("predict a.png --net a.png", "a.png has no manifest.json"),
        ("predict a.png --net discs", "discs"),
        ("predict a.png --engine tensorrt", "auto, onnxruntime, litert"),
        ("export lean-isic2018", "Did you mean lean-isic2017? Give a folder"),
        ("export leen", "leen is no checkpoint. Give a folder"),
        ("export dark", "dark is no checkpoint"),
        (
            "export --target pytorch",
            "no --target 'pytorch'. Choose one of onnx, tflite, coreml, coreai, executorch, all",
        ),
        ("export --precision int4", "no --precision 'int4'"),
        (
            "export --target onnx --precision pal4",
            "onnx cannot be pal4. It can be fp32, fp16, int8",
        ),
        ("export --target onnx --ios 17", "--ios 17 is for Core ML files. Add --target coreml"),
        ("export --target coreml --ios 14", "no --ios 14. Choose 15, 16, 17, 18"),
        (
            "export --target coreml --precision w8 --ios 15",
            "w8 does not load on iOS 15. Use --ios 16",
        ),
        (
            "export --target coreml --precision int8 --ios 16",
            "int8 does not load on iOS 16. Use --ios 17",
        ),
        ("export tiny --target onnx", "tiny has no activation ranges"),
        ("export tiny --target onnx --calibration discs", "discs has no train images"),
        ("compress distil tiny --data discs --out o", "--teacher, or --control"),
        ("compress distil leen --control --data discs --out o", "leen is no checkpoint"),
        ("compress distil tiny --teacher leen --data discs --out o", "leen is no checkpoint"),
        ("compress soft-masks tiny --data discs --out soft", "does not end in .npz"),
        ("coreml run m.mlpackage -i image=p.png --out values.txt", "does not end in .npz"),
        ("evaluate dark --data discs --save-predictions maps.txt", "does not end in .npz"),
        ("compress auto tiny --data discs --out o --keep 2", "keep is 2.0. Choose"),
        ("compress auto tiny --data discs --out o --size 100", "input_size 100 is no multiple"),
        ("compress auto tiny --data discs --out o --size 4128", "input_size 4128 is no multiple"),
        ("compress auto tiny --data discs --out o --budget-mb 0", "budget_mb is 0.0"),
        ("parity leen", "leen is neither a folder nor a packaged net"),
        ("parity tiny", "tiny has no manifest.json"),
        ("parity dark --engine tensorrt", "does not exist. Choose one of auto, onnxruntime"),
        ("parity dark --engine arm64:cortex-a77", "Did you mean arm64:cortex-a76? Choose one of"),
        ("gate none.toml", "none.toml could not be read as TOML (No such file or directory)."),
        ("gate discs", "discs could not be read as TOML (Is a directory)."),
        ("parity dark --reference tiny", "The reference tiny is of checkpoint"),
        ("parity dark --split valid", "--split valid needs --data"),
        (
            "parity dark --data discs --reference leen",
            "leen is neither a folder nor a packaged net",
        ),
        ("parity dark --data discs --reference tiny", "The reference tiny is of checkpoint"),
        ("parity dark --data discs --reference dark --split dev", "split dev of discs is empty"),
        ("diff leen --against tiny", "leen is neither a folder nor a packaged net"),
        (
            "data prepare isic2019 discs out",
            "layout 'isic2019' does not exist. Did you mean isic2018? Choose one of isic2017",
        ),
        ("data prepare isic2017 discs out", "discs"),
        ("data synth out --seed -1 --count 1", "-1"),
    ],
)
def test_names(
    refused: Refused, dark: Path, discs: Path, tiny: Path, line: str, known: str
) -> None:
    still(Path("a.png"))
    assert known in refused(*line.split())
    assert dark.name == "dark"
    assert discs.name == "discs"
    assert tiny.name == "tiny"


@pytest.mark.parametrize(
    "line",
    [
        "train --task face",
        "train --epochs many",
        "data synth out --task wound",
        "data synth out --count 0",
        "data synth out --width 8",
        "data synth",
        "predict",
        "evaluate lean",
        "publish",
        "--fast",
    ],
)
def test_words_the_parser_refuses(run: Run, tmp_path: Path, line: str) -> None:
    code, out, err = run(*line.split())
    assert (code, out) == (2, "")
    assert err.startswith("Usage: ")
    assert "Traceback" not in err
    assert "Value error" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["2.5", "many", "1e3", " "])
def test_the_parser_names_the_value(run: Run, value: str) -> None:
    _, _, err = run("train", "--epochs", value)
    assert err.endswith(f"unable to parse string as an integer, got '{value}'\n")


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        ("--epochs", "0", "epochs is 0. Choose 1 or more"),
        ("--batch", "-1", "batch is -1. Choose 1 or more"),
        ("--learning-rate", "0", "learning_rate is 0.0"),
        ("--learning-rate", "-0.1", "learning_rate is -0.1"),
        ("--learning-rate", "nan", "learning_rate is nan"),
        ("--seed", "-1", "seed is -1"),
        ("--seed", str(2**64), "seed is 18446744073709551616"),
    ],
)
def test_numbers(refused: Refused, lesions: Path, option: str, value: str, rule: str) -> None:
    assert rule in refused("train", "--data", lesions, f"{option}={value}")


OUT_OF_RANGE = (
    "--epochs=-1", "--learning-rate=-1", "--seed=-1", "--percentile=12", "--float-worst=9",
)  # fmt: skip


@pytest.mark.parametrize("option", OUT_OF_RANGE)
def test_numbers_of_a_fine_tuning(refused: Refused, tiny: Path, option: str) -> None:
    name = option.partition("=")[0].strip("-").replace("-", "_")
    command = ("compress", "quantize", tiny, "--data", "discs", "--out", "out", option)
    assert f"{name} " in refused(*command)


TRAIN = ("train", "--no-imagenet", "--epochs", 1, "--out", "out", "--data")


def for_training(data: Path) -> None:
    rows = "".join(f"disc_{n},{'dev' if n == 3 else 'train'}\n" for n in range(4))
    (data / "split.csv").write_text(f"id,split\n{rows}")


@pytest.mark.parametrize("damage", [wrong_size, no_mask, bad_photograph, two_photographs])
def test_training_data(refused: Refused, discs: Path, damage: Callable[[Path], None]) -> None:
    damage(discs)
    for_training(discs)
    assert "disc_2" in refused(*TRAIN, discs)


def test_training_needs_train_and_dev(refused: Refused, discs: Path) -> None:
    assert "has no train images" in refused(*TRAIN, discs)
    (discs / "split.csv").unlink()  # four photographs: 10 % are none
    assert "has no dev images" in refused(*TRAIN, discs)


def test_a_folder_called_like_a_photograph(refused: Refused, dark: Path, discs: Path) -> None:
    (discs / "images" / "disc_2.png").unlink()
    (discs / "images" / "disc_2.png").mkdir()
    assert "disc_2.png" in refused("evaluate", dark, "--data", discs)
    for_training(discs)
    assert "disc_2.png" in refused(*TRAIN, discs)


def test_an_unfinished_run_that_is_damaged(refused: Refused, lesions: Path) -> None:
    Path("out").mkdir()
    Path("out", STATE).write_bytes(b"half a state")
    assert f"{STATE} is damaged" in refused(*TRAIN, lesions)


def test_an_engine_for_the_packaged_checkpoint(refused: Refused, discs: Path) -> None:
    sentence = refused("evaluate", DEFAULT_NET, "--data", discs, "--engine", "onnxruntime")
    assert "runs onnx files, and lean-isic2017 (tflite int8) is tflite" in sentence
