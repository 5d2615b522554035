"""What a dossier says, and what it refuses to be made of."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from PIL import Image

from skinseg_mobile.runtime_py.artifact.manifest import parse_manifest, write_manifest
from skinseg_mobile.runtime_py.artifact.packaged import STUDENTS
from skinseg_mobile.runtime_py.artifact.signature import KeyKind, keygen
from skinseg_mobile.runtime_py.data.dataset import read_dataset, select
from skinseg_mobile.runtime_py.data.samples import Sample
from skinseg_mobile.runtime_py.dossier.build import Releases, build_dossier, write_dossier
from skinseg_mobile.runtime_py.dossier.change import Topic, changes, edition, replacements
from skinseg_mobile.runtime_py.dossier.compare import judged_data
from skinseg_mobile.runtime_py.engines.load import available_engines, find_artefact
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.image_file import read_mask, read_photo
from skinseg_mobile.runtime_py.images.pipeline import to_photo
from skinseg_mobile.runtime_py.metrics.bootstrap import bootstrap_interval
from skinseg_mobile.runtime_py.storage.atomic import sha256
from tests.dark import dark_probability, edit_manifest, write_dark
from tests.releases import COUNT, PLAN, dossier_of, key_of, write_next, write_releases

Run = Callable[..., tuple[int, str, str]]
RELEASES = ("--from", "released", "--to", "next")
SIGNING = ("--from", "work/released", "--key", "work/team.key")


def overlap(mask: np.ndarray, truth: np.ndarray) -> float:
    return float((mask & truth).sum() / (mask | truth).sum())


def test_numbers_are_those_of_a_slow_reference(dossier: Path) -> None:
    """The net is a formula, so that both releases' masks follow from NumPy alone."""
    found = json.loads((dossier / "dossier.json").read_text())["replacements"][0]
    expected: dict[str, tuple[float, float]] = {}
    for path in sorted((dossier.parent / "discs" / "images").iterdir()):
        photo = read_photo(path)
        truth = read_mask(dossier.parent / "discs" / "masks" / path.name)
        probability = to_photo(dark_probability(photo), *truth.shape)
        old, new = (overlap(probability >= threshold, truth) for threshold in (0.5, 0.7))
        expected[path.stem] = old, new
    for image in found["per_image"]:
        numbers = image["jaccard_before"], image["jaccard_after"]
        assert numbers == pytest.approx(expected[image["id"]], abs=0.005)
    delta = np.array(
        [image["jaccard_after"] - image["jaccard_before"] for image in found["per_image"]]
    )
    low, high = bootstrap_interval(delta, confidence=0.95, resamples=2000, seed=0)
    assert found["delta_interval"] == pytest.approx([low, high])
    assert found["delta_jaccard"] == pytest.approx(delta.mean())
    for group in found["groups"]:
        inside = [i for i in found["per_image"] if i["groups"]["odd"] == group["value"]]
        mean = np.mean([i["jaccard_after"] for i in inside])
        assert (group["images"], group["jaccard_after"]) == (20, pytest.approx(mean))
        delta = np.array([i["jaccard_after"] - i["jaccard_before"] for i in inside])
        low, high = bootstrap_interval(delta, confidence=0.95, resamples=2000, seed=0)
        assert group["delta_interval"] == pytest.approx([low, high])


def test_it_says_what_changed_and_who_ran_it(dossier: Path) -> None:
    record = json.loads((dossier / "dossier.json").read_text())
    found = record["replacements"][0]
    assert record["verdict"] == found["verdict"] == "passed"
    by_name = {change["what"]: (change["before"], change["after"]) for change in found["changes"]}
    assert by_name["threshold"] == ("0.5", "0.7")
    assert by_name["checkpoint"] == ("c" * 64, "d" * 64)
    assert by_name["ids trained on"] == ("not recorded", "d" * 64)
    assert found["unknown"] == ["training data", "graph", "tools"]
    assert "model file" not in by_name  # the file is the same, byte for byte
    engines = {report["engine"]: report["verdict"] for report in found["gate"]}
    assert sorted(engines.values())[-1] == "passed"
    assert engines["arm64:cortex-a72"] == "not run"
    assert len(found["per_image"]) == COUNT


def test_the_page_shows_the_images_that_lose_most(dossier: Path) -> None:
    page = (dossier / "index.html").read_text()
    found = json.loads((dossier / "dossier.json").read_text())
    images = found["replacements"][0]["per_image"]
    losses = sorted(images, key=lambda i: i["jaccard_after"] - i["jaccard_before"])[:6]
    assert set(found["images_shown"]) == {image["id"] for image in losses}
    assert page.count("<img ") == 5 * 6
    assert "holds small copies of 6 images" in page
    assert page.index("Passed") < page.index("The change") < page.index("Criteria, on 40 images")
    assert "http" not in page.replace("https://example.com", "").replace("http-equiv", "")


def test_without_images_no_pixel_is_written(releases: Path, run: Run) -> None:
    out = releases / "out"
    arguments = ["--from", releases / "released", "--to", releases / "next", "--out", out]
    arguments += ["--key", releases / "team.key", "--plan", releases / "plan.toml"]
    code, _, _ = run("dossier", *arguments, "--without-images")
    assert code == 0
    page = (out / "index.html").read_text()
    assert "<img" not in page
    assert "data:image" not in page
    assert "This page holds no image of the dataset" in page
    for path in out.iterdir():
        assert not {b"\x89PNG", b"JFIF", b"WEBP"} & set(path.read_bytes()[:12].split(b"\0"))


def test_a_criterion_that_is_not_kept_fails(tmp_path: Path, run: Run) -> None:
    root = write_releases(tmp_path / "work", PLAN.replace("jaccard = 0.8", "jaccard = 0.999"))
    arguments = ["--from", root / "released", "--to", root / "next", "--out", root / "out"]
    arguments += ["--key", root / "team.key", "--plan", root / "plan.toml"]
    code, out, _ = run("dossier", *arguments)
    assert code == 1
    assert out.startswith("failed")
    assert "mean Jaccard must be at least 0.999" in (root / "out" / "index.html").read_text()


def test_a_criterion_that_cannot_be_checked_is_no_pass(tmp_path: Path, run: Run) -> None:
    root = write_releases(tmp_path / "work")
    (root / "plan.toml.intoto.json").unlink()
    for name in ("images", "masks"):
        for number in range(5, COUNT):
            (root / "discs" / name / f"disc_{number}.png").unlink()
    rows = (root / "discs" / "split.csv").read_text().splitlines()[:6]
    (root / "discs" / "split.csv").write_text("\n".join(rows) + "\n")
    (root / "plan.toml").write_text('[data]\nfolder = "discs"\n[criteria]\nlower-bound = -0.1\n')
    signing = ["--from", root / "released", "--key", root / "team.key"]
    assert run("dossier", "plan", root / "plan.toml", *signing)[0] == 0
    found = dossier_of(root)
    assert found.verdict == "not run"
    assert "it needs 10 images, there are 5" in found.judged[0].checks[0].sentence


def test_an_engine_that_the_plan_names_must_run(tmp_path: Path) -> None:
    """One that this machine lacks, whichever it is."""
    engine = next((e.name for e in available_engines("onnx") if not e.available), None)
    if engine is None:
        pytest.skip("not run: this machine has every engine")
    root = write_releases(tmp_path / "work", f'{PLAN}\n[gate]\nengines = ["{engine}"]\n')
    found = dossier_of(root, images=False)
    assert found.verdict == "not run"
    (check,) = [c for c in found.judged[0].checks if c.verdict == "not run"]
    assert (check.name, engine in check.sentence) == ("gate-failures", True)


def lower_a_limit(root: Path) -> None:
    plan = root / "plan.toml"
    plan.write_text(plan.read_text().replace("jaccard = 0.8", "jaccard = 0.7"))


def swap_the_released_file(root: Path) -> None:
    edit_manifest(root / "released" / "dark", name="another")


def one_more_released_file(root: Path) -> None:
    write_next(root / "released" / "dark-2")


def leave_a_released_file_out(root: Path) -> None:
    shutil.rmtree(root / "released")
    write_next(root / "released" / "dark")


def change_a_pixel(root: Path) -> None:
    path = root / "discs" / "images" / "disc_7.png"
    image = np.array(Image.open(path))
    image[0, 0, 0] ^= 1
    Image.fromarray(image).save(path)


def move_an_image_to_another_group(root: Path) -> None:
    path = root / "discs" / "split.csv"
    path.write_text(path.read_text().replace("disc_7,valid,1", "disc_7,valid,0"))


def other_key(root: Path) -> None:
    for name in ("team.key", "team.key.pub"):
        (root / name).unlink()
    keygen(root / "team.key", KeyKind.P256)


def ed25519_key(root: Path) -> None:
    for name in ("team.key", "team.key.pub"):
        (root / name).unlink()
    keygen(root / "team.key")


def edit_the_statement(root: Path) -> None:
    path = root / "plan.toml.intoto.json"
    content = json.loads(path.read_text())
    content["payload"] = content["payload"][:-8] + "AAAAAAA="
    path.write_text(json.dumps(content))


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "criteria edited": (lower_a_limit, "was changed after it was signed"),
    "released file swapped": (swap_the_released_file, "is not the artefact that the signed plan"),
    "released file added": (one_more_released_file, "is not the artefact that the signed plan"),
    "released file replaced": (leave_a_released_file_out, "is not the artefact"),
    "a pixel": (change_a_pixel, "The data are"),
    "a group": (move_an_image_to_another_group, "The data are"),
    "another key": (other_key, "is no signed plan of this key"),
    "a key of another kind": (ed25519_key, "keygen --kind p256"),
    "the statement": (edit_the_statement, "is no signed plan of this key"),
    "no statement": (lambda root: (root / "plan.toml.intoto.json").unlink(), "is not signed"),
    "a damaged new file": (
        lambda root: (root / "next" / "dark" / "model.onnx").write_bytes(b"x"),
        "is changed",
    ),
    "no file": (lambda root: shutil.rmtree(root / "next" / "dark"), "holds no artefact"),
    "an output that exists": (lambda root: (root / "out").mkdir(), "already exists"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_sentence(
    name: str, tmp_path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_releases(tmp_path / "work")
    damage, sentence = REFUSED[name]
    damage(root)
    monkeypatch.chdir(root)
    arguments = [
        "dossier",
        "--from",
        "released",
        "--to",
        "next",
        "--key",
        "team.key",
        "--out",
        "out",
    ]
    assert sentence in refused(*arguments)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[criteria]\njaccard = 0.8\n", "lacks data"),
        ('[data]\nfolder = "discs"\n[criteria]\n', "at least one of"),
        ('[data]\nfolder = "discs"\n[criteria]\ndice = 0.8\n', "the unknown key dice"),
        ('[data]\nfolder = "discs"\n[criteria]\njaccard = "high"\n', "a finite number"),
        (
            '[data]\nfolder = "discs"\n[criteria]\njaccard = 0.8\n[gate]\nengines = ["litert"]\n',
            "gate names engines that must run, so criteria must set gate-failures",
        ),
        ('[data]\nfolder = "gone"\n[criteria]\njaccard = 0.8\n', "gone"),
        ("= 1", "could not be read as TOML"),
    ],
)
def test_plans_that_break_a_rule(text: str, sentence: str, refused: Callable[..., str]) -> None:
    write_releases(Path.cwd() / "work")
    (Path("work") / "other.toml").write_text(text)
    arguments = [
        "dossier",
        "plan",
        "work/other.toml",
        "--from",
        "work/released",
        "--key",
        "work/team.key",
    ]
    assert sentence in refused(*arguments)


def test_a_signed_plan_is_not_signed_again(refused: Callable[..., str]) -> None:
    write_releases(Path.cwd() / "work")
    arguments = [
        "dossier",
        "plan",
        "work/plan.toml",
        "--from",
        "work/released",
        "--key",
        "work/team.key",
    ]
    assert "already exists" in refused(*arguments)


def test_the_template_is_a_plan(releases: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(releases)
    assert run("dossier", "init", "new.toml")[0] == 0
    text = Path("new.toml").read_text().replace("data/valid", "discs")
    Path("new.toml").write_text(text)
    assert run("dossier", "plan", "new.toml", "--from", "released", "--key", "team.key")[0] == 0


class Watched(tuple[Sample, ...]):
    """Samples that replace a file of the next release when they are read once too often."""

    reads = 0
    most = 1_000

    def __iter__(self) -> Iterator[Sample]:
        self.reads += 1
        if self.reads > self.most:
            root = self[0].image.parents[2]
            edit_manifest(root / "next" / "dark", threshold=0.6)
        return super().__iter__()


def test_a_file_that_is_swapped_while_it_runs(releases: Path) -> None:
    dataset = read_dataset(releases / "discs")
    pair = Releases((releases / "released" / "dark",), (releases / "next" / "dark",))
    samples = Watched(select(dataset, None))
    judged_data(dataset, samples)
    samples.reads, samples.most = 0, samples.reads  # the next reader is the comparison
    key = key_of(releases).public
    with pytest.raises(InputError, match="was replaced while the dossier was made"):
        build_dossier(releases / "plan.toml", pair, dataset, samples, key, images=False)


def test_files_are_paired_by_name_target_and_precision(tmp_path: Path) -> None:
    old, new = write_dark(tmp_path / "old"), write_next(tmp_path / "new")
    (pair,) = replacements([old], [new])
    assert (pair.before.folder, pair.after.folder) == (old, new)
    other = write_dark(tmp_path / "other")
    with pytest.raises(InputError, match="could replace either"):
        replacements([old, other], [new])
    edit_manifest(other, name="another")
    assert replacements([other, old], [new])[0].before.folder == old
    edit_manifest(new, name="a third")
    with pytest.raises(InputError, match="could replace either"):
        replacements([old, other], [new])
    edit_manifest(other, precision="int8")
    assert replacements([other, old], [new])[0].before.folder == old
    edit_manifest(new, precision="fp16")
    with pytest.raises(InputError, match="holds no onnx fp16 file"):
        replacements([old, other], [new])
    assert replacements([old], [new])[0].before.folder == old  # one alone is compared with all
    twin = write_next(tmp_path / "twin")
    edit_manifest(twin, name="a third", precision="fp16")
    with pytest.raises(InputError, match="are both a third"):
        replacements([old], [new, twin])


def test_names_of_nets_lead_nowhere(tmp_path: Path) -> None:
    folder = write_dark(tmp_path / "dark")
    edit_manifest(folder, name="../../etc/ß")
    assert edition(folder).slug == "..-..-etc---onnx-fp32"


@pytest.mark.slow
def test_a_release_of_two_nets(lesions: Path, tmp_path: Path, run: Run) -> None:
    """The packaged nets against themselves: two files, each with its own evidence."""
    for folder in ("released", "next"):
        for name in STUDENTS:
            shutil.copytree(find_artefact(name), tmp_path / folder / name)
    plan = f'[data]\nfolder = "{lesions}"\n[criteria]\nimages = 4\ndelta = 0\nworst-image = 0\n'
    (tmp_path / "plan.toml").write_text(plan)
    keygen(tmp_path / "key", KeyKind.P256)
    signing = ["--key", tmp_path / "key", "--from", tmp_path / "released"]
    assert run("dossier", "plan", tmp_path / "plan.toml", *signing)[0] == 0
    more = ["--to", tmp_path / "next", "--plan", tmp_path / "plan.toml", "--out", tmp_path / "out"]
    code, out, _ = run("dossier", *signing, *more)
    assert code == 0
    assert out.count(" 0 images got better, 0 got worse, ") == 2
    assert out.count("Unchanged: weights, training data, graph, tools, limits of the gate") == 2
    bill = json.loads((tmp_path / "out" / "bom.cdx.json").read_text())
    refs = [component["bom-ref"] for component in bill["components"]]
    assert len(refs) == len(set(refs))
    assert {"model-lean-isic2017-tflite-int8", "model-lean-isic2017-tiny-tflite-int8"} < set(refs)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    checked = run("dossier", "verify", tmp_path / "out", "--to", tmp_path / "next")
    assert checked[0] == 0
    assert checked[1].count("is the artefact of this dossier") == 2


def test_names_of_any_letters(tmp_path: Path, run: Run) -> None:
    root = write_releases(tmp_path / "work")
    (root / "plan.toml.intoto.json").unlink()
    rows = (root / "discs" / "split.csv").read_text()
    for old, new in (("disc_0", "läsion 1 (2)"), ("disc_1", "a#b?c&d<e>")):
        for folder in ("images", "masks"):
            (root / "discs" / folder / f"{old}.png").rename(root / "discs" / folder / f"{new}.png")
        rows = rows.replace(f"{old},", f"{new},")
    (root / "discs" / "split.csv").write_text(rows)
    signing = ["--key", root / "team.key", "--from", root / "released"]
    assert run("dossier", "plan", root / "plan.toml", *signing)[0] == 0
    more = ["--to", root / "next", "--plan", root / "plan.toml", "--out", root / "out"]
    assert run("dossier", *signing, *more)[0] == 0
    assert run("dossier", "verify", root / "out")[0] == 0
    page = (root / "out" / "index.html").read_text()
    assert "a#b?c&amp;d&lt;e&gt;" in page
    named = json.loads((root / "out" / "croissant.json").read_text())["distribution"]
    assert "images/läsion 1 (2).png" in {item["name"] for item in named}


def test_an_operation_that_went_away_counts_as_zero(tmp_path: Path) -> None:
    old = parse_manifest(write_dark(tmp_path / "old"))
    one, other = (replace(old, operations=ops) for ops in ({"Conv": 2, "Mul": 1}, {"Conv": 3}))
    found = {change.what: (change.before, change.after) for change in changes(one, other)}
    assert found == {"Conv": ("2", "3"), "Mul": ("1", "0")}
    assert {change.topic for change in changes(one, other)} == {Topic.GRAPH}
    assert changes(old, old) == ()


def test_a_manifest_written_again_is_the_same_release(tmp_path: Path) -> None:
    folder = write_dark(tmp_path / "dark")
    before = sha256(folder / "manifest.json")
    write_manifest(parse_manifest(folder), folder)
    assert sha256(folder / "manifest.json") == before


def test_nothing_is_left_where_the_disk_refuses(releases: Path) -> None:
    (releases / "file").write_text("mine")
    with pytest.raises(InputError, match="could not be written"):
        write_dossier(releases / "file" / "out", dossier_of(releases), key_of(releases))
