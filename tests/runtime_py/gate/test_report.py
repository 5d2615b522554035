"""The four files: complete, described by the schema, one file each, and safe with any name."""

import base64
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.cases import Case
from skinseg_mobile.runtime_py.gate.evaluate_artifact import Checked, report_on_net
from skinseg_mobile.runtime_py.gate.report import GateReport, not_run
from skinseg_mobile.runtime_py.gate.reports.folder import write_report
from skinseg_mobile.runtime_py.gate.strips import ADDED, MISSED, SIDE, difference, strips_of
from skinseg_mobile.runtime_py.gate.verdict import Verdict, verdict_of
from tests.dark import dark_probability, disc
from tests.schema import errors

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text())
EVIL = "<script>alert(1)</script> | [x](y) & \x07"
NAMES = {"report.json", "report.html", "junit.xml", "summary.md"}


class Page(HTMLParser):
    """Collects what a page loads and shows, and checks that tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("img", "br", "meta"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def case_of(number: int, id_: str) -> Case:
    photo, truth = disc(number, (400, 480))
    return Case(id_, photo, truth, dark_probability(photo), {"kind": "a"})


@pytest.fixture
def checked(dark: Path) -> list[Checked]:
    """One that passed, one that failed, one that was not run."""
    net = load(dark)
    cases = [case_of(0, "disc"), case_of(1, EVIL)]
    passed = report_on_net(net, Precision.FP32, cases, "checkpoint")
    wrong = [replace(c, reference=np.flipud(np.roll(c.reference, 5, 1)).copy()) for c in cases]
    failed = report_on_net(net, Precision.FP32, wrong, "checkpoint")
    skipped = not_run("dark (coreml fp16)", Precision.FP16, "needs macOS & more", "coreml:cpu")
    return [
        Checked(passed, strips_of(net, cases, passed.per_image)),
        Checked(failed, strips_of(net, wrong[:1], failed.per_image)),
        Checked(skipped),
    ]


@pytest.fixture
def report(checked: list[Checked], tmp_path: Path) -> Path:
    verdicts = [item.report.verdict for item in checked]
    write_report(tmp_path / "deep" / "report", checked, verdict_of(verdicts))
    assert {path.name for path in (tmp_path / "deep" / "report").iterdir()} == NAMES
    return tmp_path / "deep" / "report"


def test_the_schema_describes_the_report(report: Path) -> None:
    found = json.loads((report / "report.json").read_text())
    assert errors(found, SCHEMA, SCHEMA) == []
    assert [j["verdict"] for j in found["judgements"]] == ["passed", "failed", "not run"]
    assert found["verdict"] == "failed"


def test_the_schema_refuses_what_it_does_not_know(report: Path) -> None:
    found: dict[str, Any] = json.loads((report / "report.json").read_text())
    judgement = found["judgements"][0]
    for broken in (
        {**found, "extra": 1},
        {**found, "version": 2},
        {**found, "judgements": [{**judgement, "verdict": "fine"}]},
        {**found, "judgements": [{k: v for k, v in judgement.items() if k != "checks"}]},
        {**found, "judgements": [{**judgement, "images": 1.5}]},
    ):
        assert errors(broken, SCHEMA, SCHEMA) != []


def test_the_same_judgements_give_the_same_bytes(
    report: Path, checked: list[Checked], tmp_path: Path
) -> None:
    write_report(tmp_path / "again", checked, Verdict.FAILED)
    for name in NAMES:
        assert (tmp_path / "again" / name).read_bytes() == (report / name).read_bytes()


def test_junit_counts_what_failed_and_what_was_skipped(
    report: Path, checked: list[Checked]
) -> None:
    root = ET.parse(report / "junit.xml").getroot()
    cases = list(root.iter("testcase"))
    of = [sum(c.verdict is v for j in checked for c in j.report.checks) for v in Verdict]
    assert len(root) == 3
    assert root.attrib["tests"] == str(len(cases)) == str(sum(of) + 1)
    assert root.attrib["failures"] == str(of[1]) == str(len(list(root.iter("failure"))))
    assert root.attrib["skipped"] == str(of[2] + 1)
    (skipped,) = root[2].iter("skipped")
    assert skipped.attrib["message"] == "needs macOS & more"
    assert of[1] > 0


def test_the_summary_is_one_table_and_says_why(report: Path, checked: list[Checked]) -> None:
    text = (report / "summary.md").read_text()
    assert text.startswith("# Gate: ❌ failed\n")
    table, placement = text.split("## Where operations ran")
    assert re.search(r"onnxruntime [\d.]+ \| \d+ on the CPU \|", placement)
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert len(rows) == 4
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {9}
    assert "needs macOS & more" in text
    assert "mean agreement of masks must be at least" in text
    assert "<script>" not in text


def test_everything_is_inside_the_page(report: Path) -> None:
    text = (report / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    sources = [attributes["src"] or "" for attributes in page.all("img")]
    assert len(sources) == 3 * 5  # photograph, truth, checkpoint, artefact, difference
    assert all(source.startswith("data:image/webp;base64,") for source in sources)
    assert not re.search(r"https?://|url\(|@import", text)
    assert not {"link", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert [a.get("src") for a in page.all("script")] == [None]
    assert all((a.get("href") or "").startswith("#") for a in page.all("a"))
    for source in sources:
        with Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) as image:
            assert image.size == (SIDE, SIDE * 400 // 480)


def test_a_screen_reader_finds_its_way(report: Path) -> None:
    page = Page((report / "report.html").read_text())
    assert {"header", "main", "footer"} <= {tag for tag, _ in page.tags}
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1
    assert all(attributes.get("alt") for attributes in page.all("img"))
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.all("th"))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    named = [a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a]
    assert set(named) <= set(ids)
    regions = [a for a in page.all("div") if a.get("class") == "scroll"]
    assert len(page.all("table")) == len(regions)
    assert all(a.get("tabindex") == "0" and a.get("role") == "region" for a in regions)
    assert all(a.get("role") == "img" for a in page.all("svg"))


def test_verdicts_reasons_and_names_are_shown(report: Path, checked: list[Checked]) -> None:
    words = Page((report / "report.html").read_text()).words
    assert {"passed", "failed", "not run", "needs macOS & more", EVIL} <= set(words)
    failed = checked[1].report
    for reason in failed.reasons:
        assert reason in words
    assert f"{failed.artefact}, {failed.engine}" in words[: words.index("Artefacts")]


def test_a_device_that_sent_no_image_has_a_page_too(checked: list[Checked], tmp_path: Path) -> None:
    first = checked[1].report
    none = GateReport(
        "app", Precision.INT8, "phone", Verdict.FAILED, ("no image",), first.checks[:1]
    )
    write_report(tmp_path / "none", [Checked(none)], Verdict.FAILED)
    page = Page((tmp_path / "none" / "report.html").read_text())
    assert "no image" in page.words
    assert page.all("svg") == []


def test_colours_of_a_difference() -> None:
    mask, expected = np.zeros((2, 20, 60), bool)
    mask[:, 0:20] = expected[:, 0:20] = True
    mask[10, 30] = expected[10, 50] = True
    found = difference(mask, expected)
    assert (found[:, :20] == 90).all()
    assert (found[9:12, 29:32] == ADDED).all(), "a lone pixel would vanish on the page"
    assert (found[9:12, 49:52] == MISSED).all()
    assert np.count_nonzero(found[:, 20:].any(axis=2)) == 18


def test_a_large_set_makes_no_endless_page(checked: list[Checked], tmp_path: Path) -> None:
    one = checked[0].report.per_image[0]
    many = tuple(replace(one, id=f"image {n}") for n in range(3000))
    large: GateReport = replace(checked[0].report, per_image=many, images=3000)
    write_report(tmp_path / "large", [Checked(large)], Verdict.PASSED)
    text = (tmp_path / "large" / "report.html").read_text()
    assert len(text) < 500_000
    assert "The 200 worst of 3000" in text
