"""The command line as a user meets it: every command, its exit codes, and what it prints."""

import json
import shlex
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from PIL import Image

from skinseg_cli.main import app
from skinseg_cli.train import train as train_commands
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.images.image_file import read_mask, read_photo
from skinseg_mobile.train.checkpoint import load_checkpoint
from tests.dark import as_coreml, break_golden, write_dark
from tests.refused import tree

Run = Callable[..., tuple[int, str, str]]
SCORES = {
    "images", "jaccard_mean", "jaccard_thresholded", "jaccard_pooled", "dice_mean", "accuracy",
    "sensitivity", "specificity", "groups",
}  # fmt: skip
PARITY = {
    "engine", "images", "jaccard_reference", "jaccard_artefact", "delta_jaccard", "agreement_mean",
    "agreement_worst", "worst_image", "max_abs_delta", "checks", "verdict",
}  # fmt: skip


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield a command and all below it, by the words that call it."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


ROOT: Any = typer.main.get_command(app)
COMMANDS = dict(commands(ROOT))


def answer(run: Run, *arguments: object) -> Any:
    """Run a command that must succeed and print nothing but JSON."""
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_every_command_is_here() -> None:
    assert set(COMMANDS) >= {
        ("nets",), ("doctor",), ("train",), ("evaluate",), ("predict",), ("export",), ("parity",),
        ("diff",), ("demo",), ("data",), ("data", "check"), ("data", "prepare"), ("data", "synth"),
    }  # fmt: skip


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_shows_an_example(run: Run, path: tuple[str, ...]) -> None:
    code, out, err = run(*path, "--help")
    assert (code, err) == (0, "")
    assert "Example: skinseg-mobile " in out or "Start with: skinseg-mobile " in out


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_example_parses(path: tuple[str, ...]) -> None:
    epilog = COMMANDS[path].epilog
    assert epilog is not None
    must_parse(epilog.partition(": ")[2])


@pytest.mark.parametrize("line", train_commands.EXAMPLE.split(" && "))
def test_the_complete_example_parses(line: str) -> None:
    must_parse(line)


def must_parse(line: str) -> None:
    """Parse a command line as the program would, and stop before it does anything."""
    program, *words = shlex.split(line)
    assert program == "skinseg-mobile"
    command = ROOT
    while hasattr(command, "commands"):
        named = bool(words) and words[0] in command.commands
        name = words.pop(0) if named else "run"  # `gate gate.toml` is `gate run gate.toml`
        command = command.commands[name]
    command.make_context(command.name, words)


@pytest.mark.slow
def test_nets(run: Run) -> None:
    found = {net["name"]: net for net in answer(run, "nets")}
    assert {frozenset(net) for net in found.values()} == {
        frozenset(
            (
                *("name", "parameters", "multiply_adds", "multiply_adds_naive"),
                *("input_size", "source", "fitted"),
            )
        )
    }
    assert found["hypercolumn"]["parameters"] == 64_819_137
    assert found["hypercolumn-plain"]["parameters"] == 64_800_577
    assert found["lean"]["multiply_adds"] < found["lean"]["multiply_adds_naive"]
    code, out, _ = run("nets")
    assert code == 0
    assert "64,819,137" in out


def test_version(run: Run) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert run("--version") == (0, f"skinseg-mobile {project['version']}\n", "")


def test_doctor(run: Run) -> None:
    found = answer(run, "doctor")
    assert set(found) == {"packages", "engines", "processor", "warnings"}
    versions = {item["package"]: item["version"] for item in found["packages"]}
    assert versions["numpy"] == np.__version__
    code, out, _ = run("doctor")
    assert code == 0
    assert np.__version__ in out
    assert "skinseg-mobile[" in out or None not in versions.values()


def test_data_synth_then_check(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "data" / "synthetic"  # as in the examples: `data/` need not be there
    code, out, _ = run("data", "synth", root, "--count", 5, "--width", 48, "--height", 32)
    assert code == 0
    assert "5 images" in out
    assert len(list((root / "images").iterdir())) == 5
    assert run("data", "check", root)[0] == 0
    assert answer(run, "data", "check", root) == []
    next((root / "masks").iterdir()).unlink()
    code, out, _ = run("data", "check", root, "--json")
    assert code == 1
    assert [finding["kind"] for finding in json.loads(out)] == ["unpaired"]
    assert run("data", "check", root)[0] == 1


def test_train_without_data_prints_a_complete_example(run: Run) -> None:
    code, out, err = run("train")
    assert (code, out) == (2, "")
    assert err.startswith("Error: training needs --data")
    assert train_commands.EXAMPLE in err


@pytest.mark.slow
def test_train_evaluate_and_train_again(run: Run, lesions: Path, tmp_path: Path) -> None:
    student = tmp_path / "runs" / "student"
    command = ("train", "--data", lesions, "--out", student, "--epochs", 1, "--batch", 8)
    code, out, err = run(*command, "--no-imagenet", "--seed", 3)
    assert (code, err) == (0, "")
    assert "epoch 1: loss" in out
    assert f"wrote {student}" in out
    record = load_checkpoint(student).record
    assert (record.config["seed"], record.config["batch"], record.config["imagenet"]) == (
        3,
        8,
        False,
    )
    found = answer(run, "evaluate", student, "--data", lesions, "--split", "dev")
    assert found["jaccard_mean"] == pytest.approx(record.metrics["best_jaccard"], abs=0.01)
    code, _, err = run(*command)
    assert code == 2
    assert f"{student} already exists" in err


def test_evaluate_an_artefact(run: Run, dark: Path, discs: Path) -> None:
    found = answer(run, "evaluate", dark, "--data", discs)
    assert set(found) == {*SCORES, "chosen"}
    assert (found["images"], found["jaccard_mean"] > 0.95) == (4, True)
    assert found["chosen"] == "4 of 4 (split valid)"
    assert set(found["groups"]["odd"]) == {"0", "1"}
    assert set(found["groups"]["odd"]["0"]) == SCORES
    code, out, err = run("evaluate", dark, "--data", discs)
    assert (code, err) == (0, "")
    assert f"{found['jaccard_mean']:.4f}" in out
    assert "odd = 1" in out


def test_evaluate_takes_valid_unless_told(run: Run, lesions: Path) -> None:
    command = ("evaluate", DEFAULT_NET, "--data", lesions)
    assert answer(run, *command)["images"] == 5
    assert answer(run, *command, "--split", "train")["images"] == 17
    assert answer(run, *command, "--split", "dev", "--engine", "litert")["images"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["onnx-fp32", "tflite-fp32"])
def test_checkpoint_and_fp32_artefact_score_the_same(
    run: Run, artefacts: dict[str, Path], lesions: Path, name: str
) -> None:
    expected = answer(run, "evaluate", DEFAULT_NET, "--data", lesions)
    found = answer(run, "evaluate", artefacts[name], "--data", lesions)
    for key in SCORES - {"groups"}:
        assert found[key] == pytest.approx(expected[key], abs=1e-3)


def test_saved_predictions_are_a_reference(
    run: Run, dark: Path, discs: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved" / "dark.npz"
    code, _, err = run("evaluate", dark, "--data", discs, "--save-predictions", saved)
    assert (code, err) == (0, "")
    found = answer(run, "parity", dark, "--data", discs, "--reference", saved)
    assert (found["verdict"], found["max_abs_delta"], found["images"]) == ("passed", 0, 4)


def test_a_file_is_not_its_own_reference(run: Run, dark: Path, other: Path, discs: Path) -> None:
    """Under no other name either; another file of the same checkpoint is one."""
    for copy, exit_code in ((dark, 3), (write_dark(dark.parent / "copy"), 3), (other, 0)):
        code, out, _ = run("parity", dark, "--data", discs, "--reference", copy)
        said = "this very file on the same engine" in " ".join(out.split())
        assert (code, said) == (exit_code, exit_code == 3)
    found = answer(run, "parity", dark, "--data", discs, "--reference", other, "--split", "valid")
    assert (found["verdict"], found["reference"]) == ("passed", "dark (onnx fp32)")


def test_parity_of_the_packaged_artefact(run: Run, lesions: Path) -> None:
    assert answer(run, "parity", DEFAULT_NET)["verdict"] == "passed"
    found = answer(run, "parity", DEFAULT_NET, "--data", lesions, "--reference", DEFAULT_NET)
    assert found["verdict"] == "passed"
    assert found["reference"] == f"{DEFAULT_NET} (checkpoint)"


def test_parity_passes(run: Run, dark: Path) -> None:
    found = answer(run, "parity", dark)
    assert set(found) >= PARITY
    limits = {check["name"]: check["limit"] for check in found["checks"]}
    assert (limits["delta"], limits["agreement"]) == (0.0005, 0.9995)
    code, out, err = run("parity", dark)
    assert (code, err) == (0, "")
    assert out.startswith("passed  dark (onnx fp32)")


def test_parity_fails(run: Run, dark: Path) -> None:
    break_golden(dark)
    code, out, err = run("parity", dark)
    assert (code, err) == (1, "")
    assert out.startswith("failed  dark (onnx fp32)")
    assert "mean agreement of masks must be at least 0.9995" in out
    code, out, _ = run("parity", dark, "--json")
    assert (code, json.loads(out)["verdict"]) == (1, "failed")


def test_parity_without_a_reference_is_not_run(run: Run, dark: Path, discs: Path) -> None:
    code, out, err = run("parity", dark, "--data", discs)
    assert (code, err) == (3, "")
    assert out.startswith("not run")
    assert "--reference" in out
    code, out, _ = run("parity", dark, "--data", discs, "--json")
    found = json.loads(out)
    assert (code, found["verdict"], found["jaccard_artefact"]) == (3, "not run", None)
    assert set(found) >= PARITY


@pytest.mark.skipif(sys.platform == "darwin", reason="here Core ML does run")
def test_parity_where_no_engine_runs_is_not_run(run: Run, dark: Path) -> None:
    as_coreml(dark)
    code, out, err = run("parity", dark, "--engine", "coreml:cpu")
    assert (code, err) == (3, "")
    assert out.startswith("not run")


def test_predict_writes_masks_as_displayed(run: Run, lesions: Path, tmp_path: Path) -> None:
    upright = read_photo(next((lesions / "images").iterdir()))[:, :100]
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying, shown standing
    Image.fromarray(np.rot90(upright).copy()).save(tmp_path / "turned.png", exif=exif)
    Image.fromarray(upright).save(tmp_path / "[red].png")
    photos = [tmp_path / "turned.png", tmp_path / "[red].png"]
    found = answer(run, "predict", *photos, "--out", tmp_path / "deep" / "out")
    turned, plain = (read_mask(Path(prediction["mask"])) for prediction in found["predictions"])
    assert found["failures"] == []
    assert turned.shape == upright.shape[:2] == (128, 100)
    np.testing.assert_array_equal(turned, plain)
    assert 0 < plain.mean() < 1
    for prediction in found["predictions"]:
        assert read_photo(Path(prediction["overlay"])).shape == upright.shape
        assert set(prediction) == {"photo", "mask", "overlay", "area"}
        assert prediction["area"] == pytest.approx(plain.mean())


def test_predict_prints_names_as_they_are(
    run: Run, dark: Path, lesions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    photo = next((lesions / "images").iterdir())
    Path("[red]").mkdir()
    Path("[red]/[bold].jpg").write_bytes(photo.read_bytes())
    code, out, err = run("predict", "[red]/[bold].jpg", "--net", dark)
    assert (code, err) == (0, "")
    assert "[red]/[bold].jpg" in out
    assert "written to predictions" in out
    assert "[bold]-mask.png" in out
    assert sorted(path.name for path in Path("predictions").iterdir()) == [
        "[bold]-mask.png",
        "[bold]-overlay.png",
    ]


@pytest.mark.parametrize("engine", ["auto", "litert"])
def test_predict_with_the_packaged_net(
    run: Run, lesions: Path, tmp_path: Path, engine: str
) -> None:
    photo = next((lesions / "images").iterdir())
    code, out, err = run("predict", photo, "--engine", engine, "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    assert ("litert" in out) == (engine == "litert")


@pytest.mark.slow
def test_the_owners_own_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("export", "--target", "tflite")
    assert (code, err) == (0, "")
    written = tmp_path / "artefacts" / f"{DEFAULT_NET}-tflite-int8"
    assert sorted(path.name for path in written.iterdir()) == [
        "golden.npz", "manifest.json", "manifest.sha256", "model.tflite",
    ]  # fmt: skip
    assert written.name in out
    assert run("parity", written)[0] == 0
    before = tree(written)
    code, out, err = run("export", "--target", "tflite")
    assert (code, err) == (0, "")
    assert "kept" in out
    assert tree(written) == before


@pytest.mark.slow
def test_export_with_ranges_and_golden_of_ones_own(run: Run, lesions: Path, tmp_path: Path) -> None:
    options = ("--calibration", lesions, "--golden", lesions, "--out", tmp_path / "out")
    (found,) = answer(run, "export", "--target", "onnx", "--precision", "int8", *options)
    assert set(found) == {"path", "manifest", "engine", "kept"}
    fitted = found["manifest"]["calibration"]["ids"]
    golden = read_golden(Path(found["path"]) / GOLDEN)
    assert len(fitted) == 17
    assert len(golden.ids) == 5
    assert not set(fitted) & set(golden.ids)
    _, out, err = run("parity", found["path"], "--json")
    report = json.loads(out)
    assert (report["images"], err) == (5, "")  # calibrated on 17 drawings it need not pass
    assert {c["name"]: c["verdict"] for c in report["checks"]}["agreement"] == "passed"


@pytest.mark.slow
def test_demo(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "demo"
    reports = {
        report["artefact"]: report["verdict"] for report in answer(run, "demo", "--out", out)
    }
    names = [f"{DEFAULT_NET} ({name})" for name in ("onnx int8", "tflite int8", "coreml fp16")]
    assert list(reports) == names
    assert set(reports.values()) <= {"passed", "not run"}
    assert reports[names[0]] == reports[names[1]] == "passed"
    assert sorted(path.name for path in out.iterdir()) == [
        "artefacts", "index.html", "junit.xml", "photographs", "report.json", "summary.md",
    ]  # fmt: skip
    assert len(list((out / "artefacts").glob("*/manifest.json"))) == 3
    page = (out / "index.html").read_text()
    assert "http://" not in page
    assert "https://" not in page
    assert page.count("src=") == page.count('src="data:')
    assert page.count("src=") > 20
