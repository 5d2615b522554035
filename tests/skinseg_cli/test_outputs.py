"""Every command that writes refuses what exists and what cannot be written, and leaves nothing."""

from pathlib import Path

import pytest

from tests.refused import Refused

WRITERS = {
    "data synth": "data synth {out} --count 1",
    "train": "train --no-imagenet --epochs 1 --data {lesions} --out {out}",
    "reproduce": "reproduce paper-a --data {lesions} --rows fcdn --width 32 --epochs 1 --out {out}",
    "compress quantize": "compress quantize tiny --epochs 1 --data {lesions} --out {out}",
    "predict": "predict a.png --net dark --out {out}",
    "export": "export tiny --target onnx --precision fp32 --out {out}",
    "demo": "demo --out {out}",
    "keygen": "keygen {out}",
    "parity": "parity dark --out {out}",
    "gate": "gate gate.toml --out {out}",
    "gate init": "gate init {out}",
    "dossier init": "dossier init {out}",
    "evaluate": "evaluate dark --data discs --save-predictions {out}",
}


@pytest.fixture
def writer(refused: Refused, lesions: Path, dark: Path, discs: Path, tiny: Path) -> Refused:
    """Run one of WRITERS, which must be refused."""
    (dark.parent / "gate.toml").write_text('[run]\nartefacts = ["dark"]\n')
    assert {dark.name, discs.name, tiny.name} == {"dark", "discs", "tiny"}

    def write(name: str, out: str) -> str:
        return refused(*WRITERS[name].format(out=out, lesions=lesions).split())

    return write


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
@pytest.mark.parametrize("name", WRITERS)
def test_existing_outputs(writer: Refused, name: str, kind: str) -> None:
    """`export` writes into a folder, which may be there; its artefact may not."""
    out = Path("out/tiny-onnx-fp32" if name == "export" else "out")
    out.parent.mkdir(exist_ok=True)
    if kind == "file":
        out.write_text("mine")
    elif kind == "folder":
        out.mkdir()
        (out / "notes.txt").write_text("mine")
    else:
        out.symlink_to("nowhere")
    sentence = writer(name, "out")
    assert "out" in sentence
    assert "exist" in sentence or "already" in sentence


@pytest.mark.parametrize("below", ["file/out", "file/deep/out"])
@pytest.mark.parametrize("name", WRITERS)
def test_places_that_cannot_be_written(writer: Refused, name: str, below: str) -> None:
    """Tests run as root, whom no permission stops: a file stands where a folder should."""
    Path("file").write_text("mine")
    sentence = writer(name, below)
    assert "could not be written" in sentence
    assert below in sentence


@pytest.mark.parametrize("name", WRITERS)
def test_names_too_long_for_the_disk(writer: Refused, name: str) -> None:
    assert "too long" in writer(name, "x" * 300)
