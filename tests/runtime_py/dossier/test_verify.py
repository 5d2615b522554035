"""A dossier is whole or it is not: every byte, every signature, every swap."""

import base64
import json
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest

from skinseg_mobile.runtime_py.artifact.checksums import hashes_of
from skinseg_mobile.runtime_py.artifact.signature import KeyKind, keygen
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select
from skinseg_mobile.runtime_py.dossier.build import write_dossier
from skinseg_mobile.runtime_py.dossier.compare import judged_data
from skinseg_mobile.runtime_py.dossier.criteria import CRITERIA
from skinseg_mobile.runtime_py.dossier.plan import artefacts_in
from skinseg_mobile.runtime_py.dossier.promise import sign_plan
from skinseg_mobile.runtime_py.dossier.record import KEY, RECORD, SUMS, SUMS_SIGNATURE
from skinseg_mobile.runtime_py.dossier.statement import SigningKey, read_private
from skinseg_mobile.runtime_py.dossier.verify import sums_of, verify_dossier
from tests.dark import edit_manifest
from tests.imports import ROOT
from tests.releases import dossier_of, key_of, write_releases

Run = Callable[..., tuple[int, str, str]]
FLIPS = 1000


@pytest.fixture
def copy(dossier: Path, tmp_path: Path) -> Path:
    """The dossier, to be damaged; its releases are beside the original."""
    return Path(shutil.copytree(dossier, tmp_path / "copy"))


def seal_again(folder: Path, key: SigningKey) -> None:
    """Sign what is in the folder now, as its own signer could."""
    for name in (SUMS, SUMS_SIGNATURE):
        (folder / name).unlink(missing_ok=True)
    sums = sums_of(hashes_of(folder))
    (folder / SUMS).write_text(sums)
    (folder / SUMS_SIGNATURE).write_bytes(key.sign(sums.encode()))


def test_it_is_whole(dossier: Path, run: Run) -> None:
    root = dossier.parent
    options = ["--key", root / "team.key.pub", "--to", root / "next"]
    code, out, _ = run("dossier", "verify", dossier, *options)
    assert (code, out.splitlines()) == (
        0,
        [
            "dark (onnx fp32) is the artefact of this dossier",
            f"{dossier} is whole; 13 files, key {root / 'team.key.pub'}",
        ],
    )


@pytest.mark.slow
def test_a_thousand_flipped_bytes_are_all_found(copy: Path) -> None:
    """Positions are drawn over the whole folder, so that large files are hit more often."""
    generator = random.Random(0)
    files = [(path, path.read_bytes()) for path in sorted(copy.iterdir())]
    ends = [sum(len(content) for _, content in files[: i + 1]) for i in range(len(files))]
    hit: set[str] = set()
    for number in range(FLIPS):
        place = generator.randrange(ends[-1])
        index = next(i for i, end in enumerate(ends) if place < end)
        if number < 20 * len(files):  # the small files, too
            index = number % len(files)
        path, content = files[index]
        damaged = bytearray(content)
        damaged[generator.randrange(len(content))] ^= generator.randrange(1, 256)
        path.write_bytes(damaged)
        assert verify_dossier(copy).findings, path.name
        path.write_bytes(content)
        hit.add(path.name)
    assert hit == {path.name for path, _ in files}
    assert not verify_dossier(copy).findings


def add_a_file(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")


def add_a_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}")


def link_a_file(folder: Path) -> None:
    (folder / "plan.toml").rename(folder.parent / "plan.toml")
    (folder / "plan.toml").symlink_to(folder.parent / "plan.toml")


DAMAGES: tuple[Callable[[Path], object], ...] = (
    lambda folder: (folder / "plan.toml").unlink(),
    add_a_file,
    add_a_manifest,
    link_a_file,
    lambda folder: (folder / SUMS).write_bytes(b"\xff\n"),
    lambda folder: (folder / SUMS).write_text(""),
    lambda folder: (folder / SUMS_SIGNATURE).write_bytes(b""),
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_has_exit_code_1(damage: Callable[[Path], object], copy: Path, run: Run) -> None:
    damage(copy)
    code, out, _ = run("dossier", "verify", copy)
    assert code == 1
    assert "is not whole" in out


def test_a_folder_that_is_no_dossier(refused: Callable[..., str]) -> None:
    Path("empty").mkdir()
    assert "has no dossier.json, so it is no dossier" in refused("dossier", "verify", "empty")


def test_someone_else_who_signs_again_is_found_by_the_key(copy: Path, dossier: Path) -> None:
    keygen(copy.parent / "other", KeyKind.P256)
    other = read_private(copy.parent / "other")
    record = json.loads((copy / RECORD).read_text())
    (copy / RECORD).write_text(json.dumps({**record, "verdict": "passed"}))
    (copy / KEY).write_bytes(other.public.pem)
    seal_again(copy, other)
    findings = verify_dossier(copy, dossier.parent / "team.key.pub").findings
    assert findings == (f"{SUMS_SIGNATURE} is not the signature of this key over {SUMS}.",)
    alone = verify_dossier(copy).findings  # each statement is still the first signer's
    assert {sentence.partition(" ")[0] for sentence in alone} >= {
        "evaluation-dark-onnx-fp32.intoto.json",
        "plan.toml.intoto.json",
    }


def test_a_report_of_other_data_is_refused_even_from_the_signer(
    copy: Path, dossier: Path, tmp_path: Path
) -> None:
    root = write_releases(tmp_path / "other")
    for path in sorted((root / "discs" / "images").iterdir())[:3]:
        path.write_bytes((root / "discs" / "images" / "disc_9.png").read_bytes())
    (root / "plan.toml.intoto.json").unlink()
    shutil.copy(dossier.parent / "team.key", root / "team.key")
    resign(root)
    write_dossier(root / "out", dossier_of(root), key_of(root))
    assert not verify_dossier(root / "out").findings
    shutil.copy(root / "out" / RECORD, copy / RECORD)
    seal_again(copy, key_of(root))
    assert verify_dossier(copy).findings == (
        "evaluation-dark-onnx-fp32.intoto.json is about another dossier.json than the one in the"
        " folder.",
        "dossier.json is of other data than the signed plan names.",
    )


def resign(root: Path) -> None:
    dataset = read_dataset(root / "discs")
    data = judged_data(dataset, select(dataset, None))
    sign_plan(root / "plan.toml", data.sha256, artefacts_in(str(root / "released")), key_of(root))


def test_criteria_that_the_signer_changes_afterwards_are_found(copy: Path, dossier: Path) -> None:
    text = (copy / "plan.toml").read_text()
    (copy / "plan.toml").write_text(text.replace("jaccard = 0.8", "jaccard = 0.1"))
    record = json.loads((copy / RECORD).read_text())
    record["plan"]["criteria"]["jaccard"] = 0.1
    (copy / RECORD).write_text(json.dumps(record))
    seal_again(copy, key_of(dossier.parent))
    findings = verify_dossier(copy).findings
    assert (
        "plan.toml.intoto.json is about another plan.toml than the one in the folder." in findings
    )
    assert "dossier.json has other criteria than the signed plan." in findings


@pytest.mark.parametrize("content", ["[]", "{}", '{"plan": 1, "data": 2}', "no JSON"])
def test_a_record_that_is_none_is_a_sentence(content: str, copy: Path, dossier: Path) -> None:
    (copy / RECORD).write_text(content)
    seal_again(copy, key_of(dossier.parent))
    assert any("is not what a dossier holds" in s for s in verify_dossier(copy).findings)


def test_another_artefact_is_not_the_one_that_was_judged(
    dossier: Path, tmp_path: Path, run: Run
) -> None:
    swapped = Path(shutil.copytree(dossier.parent / "next" / "dark", tmp_path / "dark"))
    edit_manifest(swapped, threshold=0.71)
    code, out, _ = run("dossier", "verify", dossier, "--to", swapped)
    assert code == 1
    assert f"{swapped} is not an artefact of this dossier." in out
    edit_manifest(swapped, threshold=0.7)  # the same values, other bytes
    assert verify_dossier(dossier, None, (swapped,)).findings
    again = Path(shutil.copytree(dossier.parent / "next" / "dark", tmp_path / "again"))
    (again / "golden.npz").write_bytes(b"x")
    assert verify_dossier(dossier, None, (again,)).findings == (
        f"{again} has other files than those that were signed.",
    )


def test_openssl_and_sha256sum_agree(dossier: Path) -> None:
    if not (which("openssl") and which("sha256sum")):
        pytest.skip("not run: openssl or sha256sum is not installed")
    subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=dossier, check=True)
    command = ["openssl", "dgst", "-sha256", "-verify", KEY, "-signature", SUMS_SIGNATURE, SUMS]
    assert subprocess.run(command, cwd=dossier, check=False, capture_output=True).returncode == 0
    wrong = [*command[:-1], RECORD]
    assert subprocess.run(wrong, cwd=dossier, check=False, capture_output=True).returncode != 0


def test_the_commands_of_the_page_verify_it(copy: Path, dossier: Path) -> None:
    if not all(map(which, ("openssl", "sha256sum", "jq", "base64"))):
        pytest.skip("not run: openssl, jq or coreutils is not installed")
    page = (ROOT / "docs" / "dossier.md").read_text()
    block = page.partition("<!-- verify -->")[2].partition("```sh\n")[2].partition("```")[0]
    script = f"set -e\n{block.replace('/tmp/', f'{copy.parent}/')}"

    def code() -> int:
        command = ["bash", "-c", script]
        return subprocess.run(command, cwd=copy, check=False, capture_output=True).returncode

    assert code() == 0
    path = copy / "evaluation-dark-onnx-fp32.intoto.json"
    found = json.loads(path.read_text())
    found["payload"] = base64.b64encode(base64.b64decode(found["payload"]) + b" ").decode()
    path.write_text(json.dumps(found))
    seal_again(copy, key_of(dossier.parent))  # only the statement itself can tell
    assert code() != 0


def test_the_page_of_docs_names_every_criterion_and_file(dossier: Path) -> None:
    page = (ROOT / "docs" / "dossier.md").read_text()
    for name in CRITERIA:
        assert f"| `{name}` | {CRITERIA[name].bound} |" in page
    for path in dossier.iterdir():
        assert f"`{re.sub('dark-onnx-fp32', '*', path.name)}`" in page
