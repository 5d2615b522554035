"""The demo's page: complete, one file, and safe with whatever an id holds."""

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.artefact import load
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.judge import not_run
from skinseg_mobile.runtime_py.page import ADDED, MISSED, Column, difference, write_page
from skinseg_mobile.runtime_py.parity import Case, judge_net
from tests.dark import dark_probability, disc


class Page(HTMLParser):
    """Collects what a page loads and shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href", "srcset")]
        if tag not in ("img", "br", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def case_of(number: int, id_: str) -> Case:
    photo, truth = disc(number, (400, 480))
    return Case(id_, photo, truth, dark_probability(photo))


@pytest.fixture
def page(dark: Path, tmp_path: Path) -> str:
    net = load(dark)
    cases = [case_of(0, "disc"), case_of(1, "<script>alert(1)</script>")]
    ran = judge_net(net, Precision.FP32, cases, "checkpoint")
    skipped = not_run("dark (coreml fp16)", Precision.FP16, "needs macOS & more")
    columns = [Column(ran, net), Column(skipped, None)]
    write_page(tmp_path / "deep" / "index.html", net, cases, columns)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["index.html"]
    return (tmp_path / "deep" / "index.html").read_text()


def test_everything_is_inside_the_file(page: str) -> None:
    found = Page(page)
    assert found.open == []
    assert len(found.sources) == 2 * 5  # photograph, truth, checkpoint, artefact, difference
    assert all(source.startswith("data:image/webp;base64,") for source in found.sources)
    assert not re.search(r"https?://|url\(|@import", page)
    assert not {"script", "link", "iframe"} & set(found.tags)


def test_pictures_open_and_are_small(page: str) -> None:
    for source in Page(page).sources:
        with Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) as image:
            assert image.size == (320, 267)


def test_verdicts_and_reasons_are_shown(page: str) -> None:
    words = Page(page).words
    assert "passed" in words
    assert "not run" in words
    assert "needs macOS & more" in words
    assert "<script>alert(1)</script>" in words


def test_colours_of_a_difference() -> None:
    mask, expected = np.zeros((2, 20, 60), bool)
    mask[:, 0:20] = expected[:, 0:20] = True
    mask[10, 30] = expected[10, 50] = True
    found = difference(mask, expected)
    assert (found[:, :20] == 90).all()
    assert (found[9:12, 29:32] == ADDED).all(), "a lone pixel would vanish on the page"
    assert (found[9:12, 49:52] == MISSED).all()
    assert np.count_nonzero(found[:, 20:].any(axis=2)) == 18


def test_a_failed_row_says_why(dark: Path, tmp_path: Path) -> None:
    net = load(dark)
    case = case_of(0, "disc")
    wrong = replace(case, reference=np.flipud(case.reference).copy(), truth=~case.truth)
    report = judge_net(net, Precision.FP32, [wrong], "checkpoint")
    write_page(tmp_path / "index.html", net, [wrong], [Column(report, net)])
    words = " ".join(Page((tmp_path / "index.html").read_text()).words)
    assert "failed" in words
    assert all(reason in words for reason in report.reasons)
