"""Reports of real phones: judged by the gate, complete or failed, and refused when they lie."""

import base64
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.golden import read_golden, write_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.device import report as report_file
from skinseg_mobile.runtime_py.device.check import check_device_report
from skinseg_mobile.runtime_py.device.images import run_here
from skinseg_mobile.runtime_py.device.report import (
    DeviceReport,
    Dtype,
    Encoding,
    encoded,
    read_device_report,
    write_device_report,
)
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.config import DEFAULT, Budgets
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.images.image_file import read_photo
from skinseg_mobile.runtime_py.storage.atomic import to_json
from tests.damage import damaged_copies
from tests.dark import SIDE, hash_anew
from tests.refused import Refused, Run

Edit = Callable[[dict[str, Any]], object]
Change = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@pytest.fixture
def report(dark: Path) -> DeviceReport:
    """What this machine computes on `dark`'s golden images."""
    return run_here(dark, "auto")


@pytest.fixture
def saved(report: DeviceReport, tmp_path: Path) -> Callable[[Edit], Path]:
    """Write the report with something changed in it."""

    def save(edit: Edit) -> Path:
        data = json.loads(to_json(asdict(report)))
        edit(data)
        path = tmp_path / "report.json"
        path.write_text(json.dumps(data))
        return path

    return save


def test_this_machine_as_a_device(run: Run, dark: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    code, out, err = run("device", "report", dark, path)
    assert (code, err) == (0, "")
    assert f"parity {dark} --predictions {path}" in out
    code, out, err = run("parity", dark, "--predictions", path, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert (found["verdict"], found["images"]) == ("passed", 4)
    assert found["max_abs_delta"] < 1e-5
    assert found["engine"].startswith("onnxruntime ")
    assert found["facts"]["latency_ms"] > 0
    code, out, _ = run("parity", dark, "--predictions", path)
    assert code == 0
    assert "Computed and reported by skinseg-mobile" in out


def test_it_agrees_with_parity_itself(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_device_report(run_here(find_artefact(DEFAULT_NET), "auto"), path)
    here = json.loads(run("parity", DEFAULT_NET, "--json")[1])
    there = json.loads(run("parity", DEFAULT_NET, "--predictions", path, "--json")[1])
    assert here["per_image"] == there["per_image"]
    assert here["verdict"] == there["verdict"]


def test_round_trip(report: DeviceReport, tmp_path: Path) -> None:
    write_device_report(report, tmp_path / "a.json")
    assert read_device_report(tmp_path / "a.json") == report
    with pytest.raises(InputError, match=r"a\.json already exists"):
        write_device_report(report, tmp_path / "a.json")


@pytest.mark.parametrize(
    ("dtype", "code", "zero"), [(Dtype.UINT8, "u1", 0), (Dtype.INT8, "i1", -128)]
)
def test_quantized_probabilities(
    dark: Path, report: DeviceReport, tmp_path: Path, dtype: Dtype, code: str, zero: int
) -> None:
    encoding = Encoding(dtype, 1 / 255, zero)
    images = tuple(
        replace(image, probability=_quantized(report.map_of(image, SIDE, SIDE), code, zero))
        for image in report.images
    )
    quantized = replace(report, encoding=encoding, images=images)
    for mine, theirs in zip(images, report.images, strict=True):
        given, wanted = quantized.map_of(mine, SIDE, SIDE), report.map_of(theirs, SIDE, SIDE)
        np.testing.assert_allclose(given, wanted, atol=0.51 / 255)
    write_device_report(quantized, tmp_path / "a.json")
    assert check_device_report(str(dark), tmp_path / "a.json").images == 4


def _quantized(probability: NDArray[np.float32], code: str, zero: int) -> str:
    stored = np.rint(probability.astype(np.float64) * 255 + zero).astype(code)
    return base64.b64encode(stored.tobytes()).decode()


def drop_last(data: dict[str, Any]) -> None:
    data["images"].pop()


def drop_all(data: dict[str, Any]) -> None:
    data["images"].clear()


def add_one(data: dict[str, Any]) -> None:
    data["images"].append({**data["images"][0], "id": "holiday"})


@pytest.mark.parametrize(
    ("edit", "check", "words"),
    [
        (drop_last, "golden-images", "must be at least 4, it is 3 (without disc_3)"),
        (drop_all, "golden-images", "must be at least 4, it is 0 (without disc_0)"),
        (add_one, "other-images", "must be at most 0, it is 1 (with holiday)"),
    ],
)
def test_missing_and_foreign_images_fail(
    run: Run, dark: Path, saved: Callable[[Edit], Path], edit: Edit, check: str, words: str
) -> None:
    path = saved(edit)
    found = check_device_report(str(dark), path)
    assert found.verdict is Verdict.FAILED
    assert found.check(check).verdict is Verdict.FAILED
    assert words in found.reasons[0]
    code, out, err = run("parity", dark, "--predictions", path)
    assert (code, err) == (1, "")
    assert words in " ".join(out.split())
    assert run("parity", dark, "--predictions", path, "--json")[0] == 1


def with_maps(change: Change) -> Edit:
    def edit(data: dict[str, Any]) -> None:
        for image in data["images"]:
            stored = np.frombuffer(base64.b64decode(image["probability"]), "<f4")
            image["probability"] = encoded(change(stored.reshape(SIDE, SIDE)))

    return edit


def not_a_number(p: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(p > 0.9, np.float32("nan"), p)


FAULTS: dict[str, Change] = {
    "NaN": not_a_number,
    "constant": lambda p: np.full_like(p, 0.3),
    "shifted": lambda p: np.roll(p, 2, axis=1),
    "upside down": lambda p: p[::-1],
    "inverted": lambda p: 1 - p,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_faulty_phone_computes_fails(
    dark: Path, saved: Callable[[Edit], Path], fault: str
) -> None:
    found = check_device_report(str(dark), saved(with_maps(FAULTS[fault])))
    assert found.verdict is Verdict.FAILED
    assert found.reasons
    assert found.check("golden-images").verdict is Verdict.PASSED


def put(**values: Any) -> Edit:
    return lambda data: data.update(values)


PLANNED = [
    {"unit": "Neural Engine", "operations": {"ios16.conv": 38, "ios16.add": 9}, "fallback": False},
    {"unit": "CPU", "operations": {"ios16.cast": 2}, "fallback": True},
]
"""As the iOS app writes where Core ML means to run operations."""


@pytest.mark.parametrize(
    ("placement", "verdict", "words"),
    [
        (PLANNED[:1], Verdict.PASSED, ""),
        (PLANNED, Verdict.FAILED, "operations left to the CPU must be at most 0, it is 2"),
        ([], Verdict.NOT_RUN, "this engine does not say where operations run"),
    ],
)
def test_a_budget_judges_where_the_phone_ran_operations(
    dark: Path,
    saved: Callable[[Edit], Path],
    placement: list[dict[str, Any]],
    verdict: Verdict,
    words: str,
) -> None:
    config = replace(DEFAULT, budgets=Budgets({"fallback": 0}))
    found = check_device_report(str(dark), saved(put(placement=placement)), config)
    assert found.verdict is verdict
    assert words in " ".join(found.reasons)
    assert [part.count for part in found.placement] == [47, 2][: len(placement)]


def test_a_report_of_an_older_app_has_no_placement(
    dark: Path, saved: Callable[[Edit], Path]
) -> None:
    found = check_device_report(str(dark), saved(lambda data: data.pop("placement")))
    assert (found.verdict, found.placement) == (Verdict.PASSED, ())


def put_first(**values: Any) -> Edit:
    return lambda data: data["images"][0].update(values)


REFUSED: dict[str, tuple[Edit, str]] = {
    "another model": (put(model_sha256="0" * 64), "is about the model"),
    "other golden images": (put(golden_sha256="0" * 64), "is about the golden images"),
    "another format": (put(format=2), "instead of 1"),
    "no format": (lambda data: data.pop("format"), "instead of 1"),
    "no delegate": (lambda data: data.pop("delegate"), "lacks delegate"),
    "an unknown field": (put(gpu="yes"), "unknown field gpu"),
    "a negative count": (
        put(placement=[{**PLANNED[1], "operations": {"cast": -1}}]),
        "placement counts -1 operations of a type, not 1 or more",
    ),
    "no milliseconds": (lambda data: data["images"][0].pop("milliseconds"), "lacks milliseconds"),
    "no time at all": (put_first(milliseconds=0), "not above 0"),
    "endless": (put_first(milliseconds=float("inf")), "must be a finite number"),
    "no base64": (put_first(probability="%%%"), "of disc_0 is no base64"),
    "too short": (put_first(probability="AAAA"), "has 3 bytes, and 32×32 float32 values have 4096"),
    "an image twice": (
        lambda data: data["images"].append(data["images"][0]),
        "has the image disc_0 twice",
    ),
    "unknown dtype": (put(encoding={"dtype": "float16"}), "dtype must be one of float32"),
    "scale left out": (put(encoding={"dtype": "uint8"}), "scale and zero_point go with"),
    "scale too much": (
        put(encoding={"dtype": "float32", "scale": 1.0, "zero_point": 0}),
        "scale and zero_point go with",
    ),
    "scale 0": (
        put(encoding={"dtype": "uint8", "scale": 0, "zero_point": 0}),
        "outside (0, 1]",
    ),
    "zero point endless": (
        put(encoding={"dtype": "uint8", "scale": 0.1, "zero_point": 10**400}),
        "the zero_point is",
    ),
    "8 bits announced": (
        put(encoding={"dtype": "uint8", "scale": 0.1, "zero_point": 0}),
        "has 4096 bytes, and 32×32 uint8 values have 1024",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_reports_that_are_refused(
    refused: Refused, dark: Path, saved: Callable[[Edit], Path], kind: str
) -> None:
    edit, words = REFUSED[kind]
    saved(edit)
    assert words in refused("parity", "dark", "--predictions", "report.json")


def test_files_that_are_no_report(
    refused: Refused, dark: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "a.png could not be read as JSON" in refused("parity", "dark", "--predictions", "a.png")
    assert "nowhere could not be read" in refused("parity", "dark", "--predictions", "nowhere")
    monkeypatch.setattr(report_file, "MOST_BYTES", 1000)
    (tmp_path / "large.json").write_bytes(bytes(1001))
    assert "is larger" in refused("parity", "dark", "--predictions", "large.json")


def test_damaged_reports(dark: Path, report: DeviceReport, tmp_path: Path) -> None:
    """Each is refused in a sentence, or judged."""
    write_device_report(report, tmp_path / "a.json")
    path, verdicts, sentences = tmp_path / "b.json", set[Verdict](), list[str]()
    for damaged in damaged_copies((tmp_path / "a.json").read_bytes(), flips=100):
        path.write_bytes(damaged)
        try:
            verdicts.add(check_device_report(str(dark), path).verdict)
        except InputError as error:
            sentences.append(str(error))
    assert not any("\n" in sentence for sentence in sentences)
    assert verdicts == {Verdict.PASSED, Verdict.FAILED}  # a flipped bit may well be harmless


def test_predictions_go_with_nothing_else(refused: Refused, dark: Path, discs: Path) -> None:
    for option in (("--data", "discs"), ("--engine", "litert"), ("--reference", "dark")):
        sentence = refused("parity", "dark", "--predictions", "a.png", *option)
        assert "has its own images" in sentence


def test_golden_images_for_an_app(run: Run, dark: Path, tmp_path: Path) -> None:
    code, out, err = run("device", "images", dark, tmp_path / "golden")
    assert (code, err) == (0, "")
    assert "wrote 4 images" in out
    golden = read_golden(dark / GOLDEN)
    for id_, image in zip(golden.ids, golden.images, strict=True):
        np.testing.assert_array_equal(read_photo(tmp_path / "golden" / f"{id_}.png"), image)


@pytest.mark.parametrize("name", ["../x", "/x", "", "..", "a\\b"])
def test_an_id_never_leads_out_of_the_folder(refused: Refused, dark: Path, name: str) -> None:
    golden = read_golden(dark / GOLDEN)
    write_golden(replace(golden, ids=(name, *golden.ids[1:])), dark / GOLDEN)
    hash_anew(dark)
    assert "is no plain file name" in refused("device", "images", "dark", "out")


def test_the_documented_example(tmp_path: Path) -> None:
    """What docs/device-report.md shows is what `write_device_report` writes."""
    page = (Path(__file__).parents[3] / "docs" / "device-report.md").read_text()
    example = page.partition("```json\n")[2].partition("```")[0]
    (tmp_path / "a.json").write_text(example)
    report = read_device_report(tmp_path / "a.json")
    write_device_report(report, tmp_path / "b.json")
    assert (tmp_path / "b.json").read_text() == example
    middle = np.zeros((4, 4), np.float32)
    middle[1:3, 1:3] = 1
    np.testing.assert_array_equal(report.map_of(report.images[0], 4, 4), middle)
    assert all(f"`{name}" in page for name in asdict(report))
