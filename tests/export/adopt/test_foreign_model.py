"""What cannot be adopted is refused in one sentence; what can has its tensors read."""

from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.export.adopt.foreign_model import read_foreign
from skinseg_mobile.export.adopt.page import text_of
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET, packaged_artefact
from skinseg_mobile.runtime_py.contract import OURS
from skinseg_mobile.runtime_py.errors import InputError
from tests.export.adopt.graphs import IMAGE, MAP, write_graph
from tests.refused import Refused, Run

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "two inputs": ({"inputs": [IMAGE, ("size", (1, 2))]}, "has 2 inputs (image (1, 3, 8, 8), size"),
    "two outputs": ({"outputs": [MAP, ("more", (1, 1, 4, 4))]}, "has 2 outputs"),
    "any size": (
        {"inputs": [("image", (1, 3, "h", "w"))], "outputs": [("map", (1, 1, "h", "w"))]},
        "lengths that are not fixed, (1, 3, ?, ?)",
    ),
    "any batch": (
        {"inputs": [("image", ("n", 3, 8, 8))], "outputs": [("map", ("n", 1, 8, 8))]},
        "lengths that are not fixed",
    ),
    "a state": (
        {"inputs": [IMAGE, ("r1", (1, 16, 4, 4))], "outputs": [MAP, ("r1o", (1, 16, 4, 4))]},
        "keeps a state between the frames of a video",
    ),
    "a volume": (
        {"inputs": [("scan", (1, 1, 8, 8, 8))], "outputs": [("map", (1, 1, 8, 8, 8))]},
        "is a volume, (1, 1, 8, 8, 8)",
    ),
    "classes": ({"outputs": [("scores", (1, 1000))]}, "one answer for the whole image"),
    "a class map": ({"dtype": 7}, "is int64"),
    "three axes": ({"outputs": [("map", (1, 8, 8))]}, "gives maps of 4 axes"),
    "grey": ({"inputs": [("image", (1, 1, 8, 8))]}, "one image of 3 colours"),
    "a batch of two": (
        {"inputs": [("image", (2, 3, 8, 8))], "outputs": [("map", (2, 1, 8, 8))]},
        "takes one image of 3 colours",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_net_for_one_image_and_one_map(
    refused: Refused, tmp_path: Path, name: str
) -> None:
    values, said = BAD[name]
    write_graph(tmp_path / "their.onnx", **values)
    words = ("adopt", "file", "their.onnx", "--name", "theirs", "--out", "artefacts/theirs")
    assert said in refused(*words)
    assert not (tmp_path / "artefacts").exists()


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("none.onnx", None, "none.onnx does not exist"),
        ("net.pt", b"", "no model file by its name. Give one that ends in .onnx or .tflite or"),
        ("a.onnx", b"hello", "a.onnx is not a whole ONNX file"),
        ("a.tflite", b"hello", "does not load in LiteRT"),
        ("a.mlpackage", b"hello", "no folder with a Manifest.json"),
    ],
)
def test_what_is_no_model(
    refused: Refused, tmp_path: Path, file: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / file).write_bytes(content)
    assert said in refused("adopt", "file", file, "--name", "theirs", "--out", "out")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--contract none.toml", "none.toml is no contract"),
        ("--contract page.toml", "input has the unknown field colors"),
        ("--reference leen", "leen is neither a folder nor a packaged net"),
        ("--data none", "none"),
        ("--task face", "face"),
    ],
)
def test_what_is_no_contract_reference_or_dataset(
    run: Any, tmp_path: Path, words: str, said: str
) -> None:
    write_graph(tmp_path / "their.onnx")
    (tmp_path / "page.toml").write_text('[input]\ncolors = "BGR"\n')
    line = ("adopt", "file", tmp_path / "their.onnx", "--name", "theirs", "--out", tmp_path / "out")
    given = [tmp_path / word if word.endswith(".toml") else word for word in words.split()]
    code, _, err = run(*line, *given)
    assert code == 2
    assert said in err
    assert not (tmp_path / "out").exists()


def test_the_output_may_have_another_size_and_more_channels(tmp_path: Path) -> None:
    found = read_foreign(write_graph(tmp_path / "a.onnx", outputs=[("map", (1, 5, 4, 4))]))
    assert (found.output.side, found.output.channels, found.output.layout) == ((4, 4), 5, "NCHW")
    last = read_foreign(write_graph(tmp_path / "b.onnx", outputs=[("map", (1, 4, 4, 2))]))
    assert (last.output.side, last.output.channels, last.output.layout) == ((4, 4), 2, "NHWC")
    few = read_foreign(write_graph(tmp_path / "c.onnx", outputs=[("map", (1, 21, 16, 16))]))
    assert (few.output.side, few.output.channels) == ((16, 16), 21)


def test_our_own_file_has_the_tensors_of_its_manifest() -> None:
    folder = packaged_artefact(DEFAULT_NET)
    assert folder is not None
    manifest, found = read_manifest(folder), read_foreign(folder / "model.tflite")
    assert (found.input, found.output) == (manifest.input, manifest.output)
    assert found.foreign.precision == manifest.precision
    assert found.foreign.operations == manifest.operations


def test_our_own_file_says_its_threshold_and_task(
    refused: Refused, run: Run, tmp_path: Path
) -> None:
    folder, page = packaged_artefact(DEFAULT_NET), tmp_path / "contract.toml"
    assert folder is not None
    page.write_text(text_of(OURS, 0.9))
    adopt = "adopt", "file", folder / "model.tflite", "--name", "ours", "--out", "new"
    code, out, _ = run(*adopt, "--contract", page)
    assert (code, Path("new").exists()) == (1, False)
    assert "the output's threshold is 0.5 in the file itself, not 0.9" in " ".join(out.split())
    assert "--task is skin, and model.tflite itself says" in refused(*adopt, "--task", "skin")


def test_an_existing_output_is_refused_first(tmp_path: Path) -> None:
    from skinseg_mobile.export.adopt.adopt_file import Wanted, adopt_file

    with pytest.raises(InputError, match="already exists"):
        adopt_file(tmp_path / "none.onnx", Wanted("a"), tmp_path)
