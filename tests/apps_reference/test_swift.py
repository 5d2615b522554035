"""The iOS core compiled and run against Python; the app type-checked. Needs Swift.

`apps_reference/ios/check --full` runs it: 550 MB of download the first time. Without it every test
here is skipped, never passed.
"""

import json
import os
import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.export.adopt.adopt_file import Wanted, adopt_file
from skinseg_mobile.export.adopt.page import read_page
from skinseg_mobile.runtime_py.artifact.checksums import write_seal
from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, MANIFEST, model_size, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.device.images import write_images
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.runtime_py.testvectors.vectors import Photograph, from_runs, write_vectors
from tests.apps_reference.swift import IOS, Swift, build
from tests.apps_reference.swift_cases import cases
from tests.contract_cases import CASES
from tests.damage import Damage, edit
from tests.dark import MODEL, write_dark
from tests.manifest_schema import changed, document
from tests.refused import Run
from tests.test_damaged_artefacts import ARTEFACTS, FIELDS

pytestmark = pytest.mark.skipif(
    not os.environ.get("SKINSEG_SWIFT"), reason="needs Swift: apps_reference/ios/check --full"
)
COMMITTED = Path(__file__).parents[1] / "vectors" / "vectors.json"
CHECKS = 2
"""Of a vector: its pixels and its tensor."""
CHECKS_OF_RESULT = 3
"""Mask, area, Jaccard."""
CHECKS_OF_CONTRACT = 4
"""What is fed, the probability, the map and the mask."""
CHECKS_OF_LARGE = 2
"""Of the image of 12 megapixels: its tensor and its mask."""
RANDOM_MANIFESTS = 200
LETTERBOXED = """[input]
fit = "letterbox"
filter = "bilinear"
pad = 114
"""


@pytest.fixture(scope="module")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Swift:
    return build(tmp_path_factory.mktemp("swift"))


@pytest.fixture(scope="module")
def coreml(artefacts: dict[str, Path]) -> Path:
    """The artefact that the app carries."""
    return artefacts["coreml-fp16"]


@pytest.fixture(scope="module")
def vectors(swift: Swift, coreml: Path) -> list[dict[str, Any]]:
    """The committed photographs with pixels, through the packaged file and the Core ML one."""
    photographs = [
        Photograph(
            COMMITTED.parent / vector["file"],
            from_runs(vector["truth"], vector["photo"]["height"], vector["photo"]["width"]),
        )
        for vector in _vectors_of(COMMITTED)
    ]
    write_vectors(photographs, [DEFAULT_NET, str(coreml)], swift.home / "vectors", raw=True)
    return _vectors_of(swift.home / "vectors" / "vectors.json")


def _vectors_of(index: Path) -> list[dict[str, Any]]:
    return json.loads(index.read_text())["vectors"]


def test_every_vector_is_bit_equal(swift: Swift, vectors: list[dict[str, Any]]) -> None:
    assert [v["tensor"] for v in vectors] == [v["tensor"] for v in _vectors_of(COMMITTED)]
    checks = sum(CHECKS + CHECKS_OF_RESULT * len(vector["results"]) for vector in vectors)
    done = swift.runner("vectors", "/build/vectors")
    checks += CHECKS_OF_LARGE
    assert done.stdout.splitlines() == [f"{checks} passed, 0 failed"], done.stdout
    assert done.returncode == 0


def test_plain_bilinear_fails_wherever_the_photograph_is_larger(
    swift: Swift, vectors: list[dict[str, Any]]
) -> None:
    larger = {
        f"failed: {vector['id']}: tensor"
        for vector in vectors
        if vector["photo"]["height"] > vector["tensor"]["height"]
        or vector["photo"]["width"] > vector["tensor"]["width"]
    }
    done = swift.runner("plain", "/build/vectors")
    assert len(larger) >= 5
    assert set(done.stdout.splitlines()[:-1]) == larger | {"failed: large: tensor"}
    assert done.returncode == 1


def test_a_changed_probability_gives_another_mask(
    swift: Swift, vectors: list[dict[str, Any]]
) -> None:
    shutil.copytree(swift.home / "vectors", swift.home / "changed")
    name = vectors[0]["results"]["coreml-fp16"]["probability"]
    content = (swift.home / "changed" / name).read_bytes()
    (swift.home / "changed" / name).write_bytes(content[::-1])
    done = swift.runner("vectors", "/build/changed")
    assert f"failed: {vectors[0]['id']}, coreml-fp16: mask" in done.stdout
    assert done.returncode == 1


def test_orientations_bitmaps_masks_and_hashes(swift: Swift) -> None:
    written = cases(swift.home / "cases")
    (swift.home / "cases" / "cases.json").write_text(json.dumps(written))
    done = swift.runner("cases", "/build/cases/cases.json")
    expected = sum(map(len, written.values()))
    assert done.stdout.splitlines() == [f"{expected} passed, 0 failed"], done.stdout


def test_wrong_answers_are_found(swift: Swift) -> None:
    """The twin: each case with another answer."""
    written = cases(swift.home / "wrong")
    for group in written.values():
        for case in group:
            case |= {"sha256": "0" * 64, "inside": [], "orientation": 9}
    (swift.home / "wrong" / "cases.json").write_text(json.dumps(written))
    done = swift.runner("cases", "/build/wrong/cases.json")
    expected = sum(map(len, written.values()))
    assert done.stdout.splitlines()[-1] == f"0 passed, {expected} failed"


def test_every_contract_is_followed(swift: Swift) -> None:
    shutil.copy(CASES, swift.home / "contracts.json")
    done = swift.runner("contracts", "/build/contracts.json")
    expected = CHECKS_OF_CONTRACT * len(_contracts())
    assert done.stdout.splitlines() == [f"{expected} passed, 0 failed"], done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("rule", "other", "found"),
    [
        ("fit", "squash", "letterbox of 31 by 17: mask"),
        ("filter", "aligned-corners", "bilinear, logits: map"),
        ("colour", "RGB", "aligned corners, BGR, softmax: stored"),
        ("mean", [0.0, 0.0, 0.0], "mean alone: stored"),
        ("output", "probability", "asymmetric, bytes: probability"),
        ("inverted", False, "8 bits, softmax of the background: probability"),
    ],
)
def test_another_contract_is_found(swift: Swift, rule: str, other: object, found: str) -> None:
    """The twin: a rule that no case follows any more."""
    written = [case | {"contract": case["contract"] | {rule: other}} for case in _contracts()]
    (swift.home / "others.json").write_text(json.dumps({"cases": written}))
    done = swift.runner("contracts", "/build/others.json")
    assert f"failed: {found}" in done.stdout.splitlines()
    assert done.returncode == 1


def _contracts() -> list[dict[str, Any]]:
    return json.loads(CASES.read_text())["cases"]


def test_what_needs_no_file(swift: Swift) -> None:
    done = swift.runner("rules")
    assert done.stdout.endswith(" passed, 0 failed\n"), done.stdout
    assert done.returncode == 0


def test_damaged_artefacts_are_refused_as_python_refuses_them(swift: Swift) -> None:
    home = swift.home / "damaged"
    home.mkdir()
    wanted: dict[str, bool] = {}
    for number, damage in enumerate(_damages()):
        folder = write_dark(home / f"{number}")
        damage(folder)
        wanted[f"/build/damaged/{number}"] = _is_read(folder)
    said = swift.runner("open", *wanted).stdout.splitlines()
    assert {name: word == "accepted" for name, word in zip(wanted, said, strict=True)} == wanted
    assert 20 < sum(wanted.values()) < len(wanted) - 150
    assert all(word == "accepted" or word.endswith(".") for word in said)


def _damages() -> Iterator[Damage]:
    """Yield Python's own list, each as it is and sealed anew; fields dropped, changed, drawn."""
    for damage, _ in ARTEFACTS.values():
        yield damage
        yield lambda folder, damage=damage: (damage(folder), _seal(folder))
    for field in FIELDS:
        for value in (..., None, 7.5, "seven", [7], {"seven": [7]}, True):
            yield edit(MANIFEST, **{field: value})
    for case in document()["cases"]:
        yield lambda folder, case=case: _write_case(folder, case)
    for seed in range(RANDOM_MANIFESTS):
        yield lambda folder, seed=seed: _redraw(folder, random.Random(seed))


def _write_case(folder: Path, case: dict[str, Any]) -> None:
    """Put a manifest that every port judges alike in, with the hashes of this folder's files."""
    shutil.copy(folder / MODEL, folder / "model.tflite")
    hashes = {
        "model_sha256": sha256(folder / MODEL),
        "model_bytes": model_size(folder / MODEL),
        "golden_sha256": sha256(folder / GOLDEN),
    }
    manifest = changed(case)
    kept = {n: v for n, v in hashes.items() if n in manifest and n not in case["set"]}
    (folder / MANIFEST).write_text(json.dumps(manifest | kept))
    write_seal(folder)


def _redraw(folder: Path, generator: random.Random) -> None:
    """Change one bit of the manifest, and seal it anew."""
    content = bytearray((folder / MANIFEST).read_bytes())
    content[generator.randrange(len(content))] ^= 1 << generator.randrange(7)
    (folder / MANIFEST).write_bytes(content)
    write_seal(folder)


def _seal(folder: Path) -> None:
    if (folder / MANIFEST).exists():
        write_seal(folder)


def _is_read(folder: Path) -> bool:
    """Return whether Python reads an artefact whose model also has the size it should have."""
    try:
        manifest = read_manifest(folder)
    except InputError:
        return False
    return model_size(folder / manifest.model_file) == manifest.model_bytes


def test_the_core_ml_artefact_opens_and_every_changed_file_of_it_is_found(
    swift: Swift, coreml: Path
) -> None:
    shutil.copytree(coreml, swift.home / "artefact")
    assert swift.runner("open", "/build/artefact").stdout == "accepted\n"
    files = sorted(p for p in (swift.home / "artefact").rglob("*") if p.is_file())
    assert len(files) == 6
    for number, file in enumerate(files):
        copy = swift.home / f"changed-{number}"
        shutil.copytree(swift.home / "artefact", copy)
        changed = copy / file.relative_to(swift.home / "artefact")
        content = bytearray(changed.read_bytes())
        content[len(content) // 2] ^= 1
        changed.write_bytes(content)
        said = swift.runner("open", f"/build/{copy.name}").stdout
        assert said.endswith("export it again.\n"), file


def test_a_link_in_a_package_is_refused(swift: Swift, coreml: Path) -> None:
    shutil.copytree(coreml, swift.home / "linked")
    (swift.home / "linked" / "model.mlpackage" / "more").symlink_to("Manifest.json")
    said = swift.runner("open", "/build/linked").stdout
    assert said == "An artefact must hold plain files, more is a link; export it again.\n"


@pytest.mark.parametrize("rules", ["", LETTERBOXED], ids=["ours", "theirs"])
def test_the_self_tests_report_passes_parity(
    swift: Swift, coreml: Path, run: Run, tmp_path: Path, rules: str
) -> None:
    artefact = _adopted(coreml / "model.mlpackage", rules, tmp_path) if rules else coreml
    home = Path(tempfile.mkdtemp(dir=swift.home))
    inside = f"/build/{home.name}"
    write_images(artefact, home / "images")
    golden = read_golden(artefact / GOLDEN)
    photographs = [
        Photograph(home / "images" / f"{id_}.png", truth)
        for id_, truth in zip(golden.ids, golden.truths, strict=True)
    ]
    write_vectors(photographs, [str(artefact)], home / "golden", raw=True)
    shutil.copytree(artefact, home / "artefact")
    words = ("report", f"{inside}/artefact", f"{inside}/golden")
    assert swift.runner(*words, f"{inside}/device-report.json").returncode == 0
    code, out, _ = run("parity", artefact, "--predictions", home / "device-report.json", "--json")
    assert code == 0, out
    (placed,) = json.loads(out)["placement"]
    assert placed == {"unit": "record", "operations": {"look-up": 1}, "fallback": False}

    pixels = home / "golden" / "pixels" / f"{golden.ids[0]}.rgb"
    pixels.write_bytes(bytes(len(pixels.read_bytes())))  # black: its tensor was never recorded
    done = swift.runner(*words, f"{inside}/no-report.json")
    assert done.returncode == 2
    assert not (home / "no-report.json").exists()


def _adopted(package: Path, rules: str, folder: Path) -> Path:
    """Make an artefact of a package with a contract of its own."""
    (folder / "contract.toml").write_text(rules)
    page = read_page(folder / "contract.toml")
    adopt_file(package, Wanted("theirs", page), folder / "adopted")
    assert read_manifest(folder / "adopted").contract
    return folder / "adopted"


def _sources(folder: str) -> list[str]:
    files = sorted((IOS / folder).rglob("*.swift"))
    return [f"/source/{path.relative_to(IOS).as_posix()}" for path in files]


def test_the_app_type_checks(swift: Swift) -> None:
    done = swift.typecheck("SkinSeg", _sources("SkinSeg"))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_core_type_checks_with_cryptokit(swift: Swift) -> None:
    done = swift.typecheck("SkinCore", _sources("SkinCore/Sources/SkinCore"))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("file", "right", "wrong", "words"),
    [
        ("CoreML/CoreMLEngine.swift", "contract.stored(tensor, as: input)", "tensor", "convert"),
        ("CoreAI/CoreAIEngine.swift", "contract.stored(tensor, as: input)", "tensor", "convert"),
        ("State/ModelState.swift", "try await CoreAIEngine(", "try CoreAIEngine(", "await"),
        ("State/SelfTestState.swift", "@MainActor\n", "", "Sendable|data race"),
        ("Views/AreaView.swift", "squareMillimetres(scale)", "share(scale)", "cannot call value"),
    ],
)
def test_mistakes_in_the_app_are_found(
    swift: Swift, file: str, right: str, wrong: str, words: str
) -> None:
    source = (IOS / "SkinSeg" / file).read_text()
    assert right in source
    copy = swift.home / Path(file).name
    copy.write_text(source.replace(right, wrong))
    others = [path for path in _sources("SkinSeg") if not path.endswith(file)]
    done = swift.typecheck("SkinSeg", [*others, f"/build/{copy.name}"])
    assert done.returncode != 0
    assert re.search(words, done.stderr), done.stderr
