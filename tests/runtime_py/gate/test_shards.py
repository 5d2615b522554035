"""Shards of a gate: merged they are one run, and what does not fit together is named."""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from skinseg_mobile.runtime_py.predict.predictions import (
    Predictions,
    read_predictions,
    write_predictions,
)
from skinseg_mobile.runtime_py.storage.atomic import sha256
from tests.dark import (
    CHECKPOINT,
    dark_probability,
    disc,
    edit_manifest,
    say_nan,
    write_dark,
    write_discs,
)
from tests.imports import ROOT
from tests.refused import Refused

Run = Callable[..., tuple[int, str, str]]
IMAGES = 13
CONTENT = "other pixels, masks, groups or saved predictions"
PAGE = (ROOT / "docs" / "gate.md").read_text().partition("\n## On many machines\n")[2]


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two artefacts, one of which says NaN, and a dataset whose reference differs by image."""
    write_dark(tmp_path / "models" / "first")
    say_nan(write_dark(tmp_path / "models" / "second"))
    write_discs(tmp_path / "discs", IMAGES)
    maps = {f"disc_{n}": np.roll(dark_probability(disc(n)[0]), n % 4) for n in range(IMAGES)}
    write_predictions(Predictions(CHECKPOINT, "dark", maps), tmp_path / "dark.npz")
    monkeypatch.setenv("PATH", "")  # no browser: engines of the web app are "not run"
    monkeypatch.chdir(tmp_path)
    gate()
    return tmp_path


def gate(
    text: str = "",
    engines: str = "onnxruntime",
    data: str = "discs",
    reference: str = 'reference = "dark.npz"',
    workers: int = 1,
) -> None:
    Path("gate.toml").write_text(
        f'[run]\nartefacts = ["models/*"]\nengines = ["{engines}"]\nworkers = {workers}\n'
        f'data = "{data}"\n{reference}\n{text}'
    )


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write_shards(run: Run, of: int) -> list[str]:
    folders = [f"shard-{k}" for k in range(1, of + 1)]
    for k, folder in enumerate(folders, 1):
        assert run("gate", "gate.toml", "--shard", f"{k}/{of}", "--out", folder)[0] == 0
    return folders


@pytest.mark.parametrize("of", [1, 2, 3, IMAGES + 2])
def test_merged_shards_are_one_run_byte_for_byte(run: Run, team: Path, of: int) -> None:
    gate("[budgets]\nparameters = 100\nmegabytes = 1\n[limits.fp32]\nshift = 1\n", "all")
    code = run("gate", "--out", "one")[0]
    folders = write_shards(run, of)
    assert run("gate", "merge", *reversed(folders), "--out", "merged")[0] == code == 1
    assert content(team / "merged") == content(team / "one")
    assert len(content(team / "one")) == 4
    found = json.loads((team / "one" / "report.json").read_text())
    assert json.loads(run("gate", "merge", *folders, "--json")[1]) == found
    assert {j["verdict"] for j in found["judgements"]} == {"failed", "not run"}


@pytest.mark.usefixtures("other")
def test_a_gate_that_passes_does_so_in_shards_and_in_processes(run: Run, team: Path) -> None:
    shutil.rmtree(team / "models" / "second")
    gate(engines='all", "onnxruntime', reference='reference = "other"', workers=2)
    run("gate", "--out", "one")
    assert run("gate", "merge", *write_shards(run, 2), "--out", "merged")[0] == 0
    assert content(team / "merged") == content(team / "one")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_gate_without_a_reference_is_not_run(run: Run, team: Path, workers: int) -> None:
    gate(reference="", workers=workers)
    whole = run("gate")
    assert (whole[0], "--data needs --reference" in whole[1]) == (3, True)
    assert run("gate", "merge", *write_shards(run, 2)) == whole


def test_one_shard_measures_the_latency(run: Run, team: Path) -> None:
    gate("[budgets]\nlatency_ratio = 50\nbaseline = 'models/first'\n")
    folders = write_shards(run, 2)
    for folder, known in zip(folders, (True, False), strict=True):
        found = json.loads((team / folder / "0.json").read_text())["measured"]["subject"]
        assert (found["facts"]["latency_ratio"] is not None) is known
    judgement = json.loads(run("gate", "merge", *folders, "--json")[1])["judgements"][0]
    (latency,) = (check for check in judgement["checks"] if check["name"] == "latency")
    assert latency["verdict"] == "passed"


@pytest.mark.skipif(sys.platform == "win32", reason="not run: no SIGKILL here")
def test_a_killed_shard_leaves_nothing_that_merges_and_runs_again(
    run: Run, refused: Refused, team: Path
) -> None:
    command = [sys.executable, "-m", "skinseg_cli", "gate", "gate.toml", "--shard", "2/2"]
    with subprocess.Popen([*command, "--out", "shard-2"], stderr=subprocess.DEVNULL) as process:
        while not any(team.glob(".shard-2-*.tmp")):
            assert process.poll() is None
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    run("gate", "gate.toml", "--shard", "1/2", "--out", "shard-1")
    assert "shard-2 holds no shard.json" in refused("gate", "merge", "shard-1", "shard-2")
    assert run("gate", "gate.toml", "--shard", "2/2", "--out", "shard-2")[0] == 0
    assert not any(team.glob(".shard-2*"))
    run("gate", "--out", "one")
    run("gate", "merge", "shard-1", "shard-2", "--out", "merged")
    assert content(team / "merged") == content(team / "one")


def test_missing_and_doubled_shards_are_named(run: Run, refused: Refused, team: Path) -> None:
    first, second, _ = write_shards(run, 3)
    said = refused("gate", "merge", first, "shard-3", "--out", "report")
    assert "Shard 2/3 is missing. Run `skinseg-mobile gate gate.toml --shard 2/3 --out" in said
    assert "Shards 2/3, 3/3 are missing" in refused("gate", "merge", first)
    run("gate", "gate.toml", "--shard", "999999998/999999999", "--out", "far")
    said = refused("gate", "merge", "far")
    assert "1/999999999, 2/999999999" in said
    assert len(said) < 1000
    shutil.copytree(second, "again")
    said = refused("gate", "merge", "again", first, second)
    assert "Shard 2/3 comes twice, in again and shard-2. Name one" in said


def other_limits(team: Path) -> None:
    gate("[limits.fp32]\nshift = 1\n")


def other_bootstrap(team: Path) -> None:
    gate("[bootstrap]\nseed = 1\n")


def other_artefact(team: Path) -> None:
    edit_manifest(team / "models" / "first", licence="MIT")


def other_engine(team: Path) -> None:
    gate(engines="all")


def other_data(team: Path) -> None:
    maps = dict(read_predictions(team / "dark.npz").maps)
    write_discs(team / "more", IMAGES + 1)
    (team / "dark.npz").unlink()
    maps[f"disc_{IMAGES}"] = maps["disc_0"]
    write_predictions(Predictions(CHECKPOINT, "dark", maps), team / "dark.npz")
    gate(data="more")


def other_reference(team: Path) -> None:
    maps = read_predictions(team / "dark.npz").maps
    (team / "dark.npz").unlink()
    write_predictions(Predictions(CHECKPOINT, "darker", maps), team / "dark.npz")


def invert(path: Path) -> None:
    with Image.open(path) as image:
        inverted = ImageOps.invert(image)
    inverted.save(path)


def other_maps(team: Path) -> None:
    maps = {id_: np.roll(p, 5) for id_, p in read_predictions(team / "dark.npz").maps.items()}
    (team / "dark.npz").unlink()
    write_predictions(Predictions(CHECKPOINT, "dark", maps), team / "dark.npz")


def other_pixels(team: Path) -> None:
    invert(next((team / "discs" / "images").iterdir()))


def other_mask(team: Path) -> None:
    invert(next((team / "discs" / "masks").iterdir()))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_maps, CONTENT),
        (other_pixels, CONTENT),
        (other_mask, CONTENT),
        (other_limits, "other limits, budgets or bootstrap values"),
        (other_bootstrap, "other limits, budgets or bootstrap values"),
        (other_artefact, "other artefacts or engines"),
        (other_engine, "other artefacts or engines"),
        (other_data, "other images"),
        (other_reference, "another reference"),
    ],
)
def test_a_foreign_shard_is_named(
    run: Run, refused: Refused, team: Path, change: Callable[[Path], None], words: str
) -> None:
    run("gate", "gate.toml", "--shard", "1/2", "--out", "shard-1")
    change(team)
    run("gate", "gate.toml", "--shard", "2/2", "--out", "shard-2")
    said = refused("gate", "merge", "shard-1", "shard-2", "--out", "report")
    assert f"shard-2 was measured with {words} than shard-1" in said


def test_shards_of_another_count_do_not_fit(run: Run, refused: Refused, team: Path) -> None:
    run("gate", "gate.toml", "--shard", "1/2", "--out", "half")
    run("gate", "gate.toml", "--shard", "2/3", "--out", "third")
    assert "third is shard 2/3 and half is 1/2" in refused("gate", "merge", "half", "third")


def rewrite(folder: Path, old: str, new: str) -> None:
    """Change a job's file and seal it anew, as a machine that computes otherwise would."""
    path, record = folder / "0.json", folder / "shard.json"
    before, text = sha256(path), path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    found = json.loads(record.read_text().replace(before, sha256(path)))
    plain = json.dumps(found["record"], ensure_ascii=False)
    record.write_text(json.dumps({**found, "sha256": hashlib.sha256(plain.encode()).hexdigest()}))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("onnxruntime 1", "onnxruntime 0", "shard-2 says 'dark (onnx fp32), onnxruntime 0"),
        ('"disc_11"', '"disc_99"', "do not hold each image of the set once"),
        ('"agreement": ', '"agreement": "much", "x": ', "0.json is damaged (images has the unk"),
        ('"normal": [[', '"normal": [["?", ', "0.json is damaged (normal must be an array"),
        ('"normal": [[', '"normal": [[0, 0, 0, 0], [', "0.json is damaged (normal and right must"),
        ('"normal": [[', '"normal": [[NaN], [', "0.json is damaged (normal must be an array"),
        ('"right": [', '"right": [Infinity, 0, 0, 0], "x": [', "0.json is damaged (shift has the"),
        ('"right": [', '"right": [0, ', "0.json is damaged (normal and right must"),
        ('"true": [', '"true": [0, ', "0.json is damaged (probability and true must"),
        ('"values": [', '"values": [{}, ', "0.json is damaged (it has 6 images and 7 values"),
        ('{"measured": {', '{"x": {', "0.json is damaged (it has the unknown field x"),
        ('"not_run": null', '"not_run": {}', "0.json is damaged (not_run lacks"),
        ('"delta": null', '"delta": 0', "0.json is damaged (delta must be null, got 0"),
        ('"agreement": 1.0', '"agreement": NaN', "0.json is damaged (agreement must be in [0, 1]"),
        ('"strips": [{"id": "', '"strips": [{"id": "no ', "hold no picture of disc_"),
    ],
)
def test_a_shard_that_was_computed_otherwise_is_refused(
    run: Run, refused: Refused, team: Path, old: str, new: str, words: str
) -> None:
    folders = write_shards(run, 2)
    rewrite(team / "shard-2", old, new)
    assert words in refused("gate", "merge", *folders)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def flip(path: Path) -> None:
    path.write_text(path.read_text().replace("0.9", "0.8", 1))


def other_json(path: Path) -> None:
    path.write_text("[]")


def empty_json(path: Path) -> None:
    path.write_text("{}")


def test_a_damaged_shard_is_named(run: Run, refused: Refused, team: Path) -> None:
    (folder,) = write_shards(run, 1)
    for path in (team / folder / "shard.json", team / folder / "0.json"):
        whole = path.read_bytes()
        for damage in (cut, flip, other_json, empty_json, Path.unlink):
            damage(path)
            said = refused("gate", "merge", folder)
            assert f"{folder}/{path.name} " in said or f"{folder} holds no {path.name}" in said
            path.write_bytes(whole)
    assert run("gate", "merge", folder)[0] == 1


def test_a_folder_that_is_no_shard_is_refused(refused: Refused, team: Path) -> None:
    assert "models holds no shard.json" in refused("gate", "merge", "models", "nowhere")


SHARDS = ["0/3", "4/3", "x", "1", "1/", "/3", "-1/3", "1/0", "1.0/3", "1/3/3", " ", "1/1e3", "٣/٣"]


@pytest.mark.parametrize("shard", SHARDS)
@pytest.mark.parametrize(
    "command",
    [("gate",), ("evaluate", "models/first", "--data", "discs"), ("predict", "discs/images/x.png")],
)
def test_a_shard_that_cannot_be_is_refused(
    refused: Refused, team: Path, command: tuple[str, ...], shard: str
) -> None:
    said = refused(*command, "--shard", shard)
    assert said == (
        f"Error: The shard '{shard}' does not exist. Write K/N with K from 1 to N, as in 2/3."
    )


def test_what_a_shard_needs_is_said(run: Run, refused: Refused, team: Path) -> None:
    assert "--shard 1/2 needs --out" in refused("gate", "--shard", "1/2")
    Path("gate.toml").write_text('[run]\nartefacts = ["models/*"]\n')
    said = refused("gate", "--shard", "1/2", "--out", "shard-1")
    assert "--shard needs a dataset" in said
    few = ("evaluate", "models/first", "--data", "discs", "--shard", f"{IMAGES + 1}/99")
    assert f"Shard {IMAGES + 1}/99 has no image, the set has {IMAGES}" in refused(*few)


def test_a_shard_opens_its_dataset_once(run: Run, team: Path) -> None:
    """Each time says what is left out."""
    Path("discs/split.csv").write_text("id,split\ndisc_0,valid\ndisc_1,valid\n")
    code, _, notes = run("gate", "--shard", "1/2", "--out", "shard-1")
    assert (code, notes.count("Note: ")) == (0, 1), notes


def test_evaluated_shards_have_the_scores_of_one_run(run: Run, team: Path) -> None:
    """By the block of docs/gate.md."""
    command = ("evaluate", "models/first", "--data", "discs", "--json")
    whole = json.loads(run(*command, "--save-predictions", "one.npz")[1])
    for k in (1, 2, 3):
        saved = f"predictions/{k}.npz"
        code, out, _ = run(*command, "--shard", f"{k}/3", "--save-predictions", saved)
        Path("scores").mkdir(exist_ok=True)
        (team / "scores" / f"{k}.json").write_text(out)
        assert (code, json.loads(out)["shard"]) == (0, f"{k}/3")
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)
    joined = names["score"]([names["counts"][id_] for id_ in sorted(names["counts"])]).as_dict()
    assert {**joined, "groups": 0} == {**{k: whole[k] for k in joined}, "groups": 0}
    joined, one = read_predictions(team / "predictions.npz"), read_predictions(team / "one.npz")
    assert (joined.label, list(joined.maps)) == (one.label, list(one.maps))
    assert all(np.array_equal(joined.maps[id_], one.maps[id_]) for id_ in one.maps)


def test_predicted_shards_have_the_masks_of_one_run(run: Run, team: Path) -> None:
    photos = sorted((team / "discs" / "images").iterdir())[:5]
    run("predict", *photos, "--net", "models/first", "--out", "one")
    found: dict[str, bytes] = {}
    for k in (1, 2, 3, 6):
        of = 6 if k == 6 else 3
        code, _, _ = run(
            "predict", *reversed(photos), "--net", "models/first", "--out", f"part-{k}",
            "--shard", f"{k}/{of}",
        )  # fmt: skip
        assert code == 0
        part = content(team / f"part-{k}")
        assert not found.keys() & part.keys()
        found |= part
    assert found == content(team / "one")


def docs_commands(fence: str) -> list[str]:
    """Return the program's lines of a kind of block of docs/gate.md, in order."""
    blocks = re.findall(rf"^```{fence}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return re.findall(r"skinseg-mobile gate .*", "\n".join(blocks))


@pytest.mark.parametrize(
    ("fence", "place"),
    [("yaml", "${{ matrix.k }}"), ("sh", "$SLURM_ARRAY_TASK_ID")],
)
def test_the_lines_of_the_docs_give_one_run(run: Run, team: Path, fence: str, place: str) -> None:
    shard, merge = docs_commands(fence)
    assert shard.count(place) == 2
    assert ("[1, 2, 3]" if fence == "yaml" else "--array=1-3") in PAGE
    for k in ("3", "1", "2"):
        assert run(*shard.replace(place, k).split()[1:])[0] == 0
    (pattern,) = (word for word in merge.split() if "*" in word)
    folders = sorted(map(str, Path().glob(pattern)))
    words = [w for word in merge.split()[1:] for w in (folders if word == pattern else [word])]
    assert run(*words)[0] == 1
    run("gate", "--out", "one")
    assert content(team / "gate-report") == content(team / "one")


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason='not run: pip install "ray[default]"'
)
def test_the_rays_of_the_docs_give_one_run(
    run: Run, team: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (script,) = re.findall(r"^```python file=ray_gate.py\n(.*?)^```$", PAGE, re.M | re.S)
    (team / "ray_gate.py").write_text(script.replace("ray.init()", "ray.init(num_cpus=2)"))
    run("gate", "--out", "one")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    code = subprocess.run(
        [sys.executable, "ray_gate.py"], env={**os.environ, "PATH": path}
    ).returncode
    assert code == 1
    assert content(team / "gate-report") == content(team / "one")
