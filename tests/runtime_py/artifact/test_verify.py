"""`verify`: one changed byte anywhere, a file too many or too few, no way out of the folder."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.artifact.checksums import SEAL, SIGNATURE, ChecksumProblem
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, MANIFEST, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.artifact.signature import keygen
from skinseg_mobile.runtime_py.artifact.verify import sign_whole, verify
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.errors import SkinsegError
from tests.dark import MODEL, edit_manifest
from tests.refused import Refused, Run
from tests.sealed import as_package

FLIPS = 1000


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def survivors(folder: Path, flips: int, generator: random.Random) -> list[tuple[str, int]]:
    """Change one byte at random positions, one after the other; return those not found."""
    unseen: list[tuple[str, int]] = []
    files = files_of(folder)
    for _ in range(flips):
        path = generator.choice(files)
        at, other = generator.randrange(path.stat().st_size), generator.randrange(1, 256)
        with path.open("r+b") as file:
            file.seek(at)
            (old,) = file.read(1)
            file.seek(at)
            file.write(bytes([old ^ other]))
            file.flush()
            if not is_caught(folder):
                unseen.append((path.name, at))
            file.seek(at)
            file.write(bytes([old]))
    return unseen


def is_caught(folder: Path) -> bool:
    try:
        return bool(verify(folder).findings)
    except SkinsegError:
        return False  # a changed byte is a finding, not bad input


def test_one_byte_changed_anywhere_is_found(dark: Path, tmp_path: Path) -> None:
    """1,000 positions in every file of a signed Core ML artefact, its seal and signature too."""
    keygen(tmp_path / "key")
    sign_whole(as_package(dark), tmp_path / "key")
    assert len(files_of(dark)) == 7
    assert not verify(dark).findings
    assert survivors(dark, FLIPS, random.Random(0)) == []
    assert not verify(dark).findings


def test_one_byte_changed_in_the_packaged_artefact_is_found(tmp_path: Path) -> None:
    folder = shutil.copytree(find_artefact(DEFAULT_NET), tmp_path / "copy")
    assert survivors(folder, 60, random.Random(1)) == []


def test_every_byte_of_the_seal_counts(dark: Path) -> None:
    content = (dark / SEAL).read_bytes()
    for at in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[at] ^= 1 << bit
            (dark / SEAL).write_bytes(flipped)
            assert verify(dark).findings[0].problem is ChecksumProblem.CHANGED


def extra(folder: Path) -> str:
    (folder / "notes.txt").write_text("")
    return "notes.txt: not listed"


def hidden(folder: Path) -> str:
    (folder / ".cache" / "deep").mkdir(parents=True)
    (folder / ".cache" / "deep" / "x").write_text("x")
    return ".cache/deep/x: not listed"


def missing(folder: Path) -> str:
    (folder / GOLDEN).unlink()
    return "golden.npz: missing"


def linked(folder: Path) -> str:
    content = (folder / MODEL).read_bytes()
    (folder / MODEL).unlink()
    (folder.parent / "elsewhere").write_bytes(content)
    (folder / MODEL).symlink_to(folder.parent / "elsewhere")
    return "model.onnx: a link or device"


def linked_folder(folder: Path) -> str:
    (folder / "more").symlink_to(folder.parent)
    return "more: a link or device"


def linked_manifest(folder: Path) -> str:
    (folder / MANIFEST).rename(folder.parent / "elsewhere")
    (folder / MANIFEST).symlink_to(folder.parent / "elsewhere")
    return "manifest.json: a link or device"


def piped_signature(folder: Path) -> str:
    os.mkfifo(folder / SIGNATURE)
    return "manifest.sig: a link or device"


def piped(folder: Path) -> str:
    os.mkfifo(folder / "pipe")
    return "pipe: a link or device"


def pointing_out(folder: Path) -> str:
    (folder.parent / "secret").write_text("")
    edit_files(
        folder, {"../secret": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
    )
    return "../secret: missing"


def unlisted_model(folder: Path) -> str:
    edit_manifest(folder, files={GOLDEN: read_manifest(folder).golden_sha256})
    return "model.onnx: not listed"


def another_summary(folder: Path) -> str:
    edit_manifest(folder, model_sha256="0" * 64)
    return "model.onnx: changed"


def no_seal(folder: Path) -> str:
    (folder / SEAL).unlink()
    return "manifest.sha256: missing"


def foreign_signature(folder: Path) -> str:
    (folder / SIGNATURE).write_bytes(b"0" * 64)
    return "manifest.sig: not listed"


def edit_files(folder: Path, more: dict[str, str]) -> None:
    data = json.loads((folder / MANIFEST).read_text())
    edit_manifest(folder, files={**data["files"], **more})


@pytest.mark.parametrize(
    "damage",
    [
        extra, hidden, missing, linked, linked_folder, linked_manifest, piped, piped_signature,
        pointing_out, unlisted_model, another_summary, no_seal, foreign_signature,
    ],
)  # fmt: skip
def test_what_differs_is_named(run: Run, dark: Path, damage: Callable[[Path], str]) -> None:
    says = damage(dark)
    code, out, err = run("verify", dark)
    assert (code, err) == (1, "")
    assert out.startswith(says)
    assert out.strip().splitlines()[-1].startswith(f"{dark} differs from its manifest")
    code, out, _ = run("verify", dark, "--json")
    assert (code, len(json.loads(out)["findings"])) == (1, 1)


def test_what_is_whole(run: Run, dark: Path) -> None:
    for path in (dark, DEFAULT_NET):
        code, out, err = run("verify", path)
        assert (code, err) == (0, "")
        assert out == f"{path} is whole; 3 files, signature none\n"


def test_an_older_format(refused: Refused, dark: Path) -> None:
    edit_manifest(dark, format=1)
    (dark / SEAL).unlink()
    assert "this version reads 2" in refused("verify", "dark")


def test_what_is_no_artefact(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "empty has no manifest.json" in refused("verify", "empty")
    assert "read as JSON" not in refused("verify", "nowhere")
    assert "add --against" in refused("verify", "a.png")
    assert "remove --against" in refused("verify", "empty", "--against", "empty")
