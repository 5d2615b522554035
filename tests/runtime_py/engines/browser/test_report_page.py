"""The page in a real browser: no request leaves it, tables sort, nothing is wider than a phone.

Needs Debian's `chromium`; CI installs it and sets SKINSEG_BROWSER=required.
"""

import html
import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from skinseg_mobile.runtime_py.engines.browser.chromium import find_browser
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.cases import Case
from skinseg_mobile.runtime_py.gate.evaluate_artifact import Checked, report_on_net
from skinseg_mobile.runtime_py.gate.report import not_run
from skinseg_mobile.runtime_py.gate.reports.folder import page
from skinseg_mobile.runtime_py.gate.strips import strips_of
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from tests.dark import dark_probability, disc, write_dark

CHROMIUM = find_browser()
REQUIRED = os.environ.get("SKINSEG_BROWSER") == "required"
PHONE = 390
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not REQUIRED, reason="not run: no chromium here (apt-get install chromium)"
)
Browse = Callable[..., str]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a passed, a failed and a skipped artefact."""
    folder = tmp_path_factory.mktemp("page")
    net = load(write_dark(folder / "dark"))
    cases = [
        Case(f"disc {n}", photo, truth, dark_probability(photo), {"kind": "a"})
        for n in range(12)
        for photo, truth in [disc(n, (400, 480))]
    ]
    wrong = [replace(c, reference=np.roll(c.reference, 1 + n, 1)) for n, c in enumerate(cases)]
    judged = [report_on_net(net, Precision.FP32, group, "checkpoint") for group in (cases, wrong)]
    checked = [
        Checked(found, strips_of(net, group[:2], found.per_image))
        for found, group in zip(judged, (cases, wrong), strict=True)
    ]
    missing = not_run("dark (coreml fp16)", Precision.FP16, "needs macOS", "coreml:cpu")
    (folder / "report.html").write_text(page([*checked, Checked(missing)], Verdict.FAILED))
    return folder / "report.html"


def browse(url: str, folder: Path, *options: str) -> str:
    """Run chromium once without a window and return what it prints."""
    command = [
        CHROMIUM or "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=2000", *options, url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def with_script(report: Path, folder: Path, script: str) -> str:
    """Return the page's DOM after a script ran at its end."""
    text = report.read_text().replace("</body>", f"<script>{script}</script></body>")
    changed = folder / "changed.html"
    changed.write_text(text)
    return browse(changed.as_uri(), folder, "--dump-dom")


def title(dom: str) -> Any:
    """Return the JSON that a script left in the page's title."""
    found = re.search(r"<title>(.*?)</title>", dom)
    assert found is not None
    return json.loads(html.unescape(found[1]))


def test_no_request_leaves_the_page(report: Path, tmp_path: Path) -> None:
    script = """
      const loaded = performance.getEntriesByType("resource").map(entry => entry.name);
      document.title = JSON.stringify(loaded.filter(name => !name.startsWith("data:")));
    """
    assert title(with_script(report, tmp_path, script)) == []


@pytest.mark.parametrize(("clicks", "first"), [(1, "least"), (2, "most")])
def test_tables_sort_by_number(report: Path, tmp_path: Path, clicks: int, first: str) -> None:
    script = f"""
      const table = document.querySelector("details table");
      const button = table.querySelectorAll("th button")[4];
      for (let i = 0; i < {clicks}; i++) button.click();
      const values = [...table.tBodies[0].rows].map(row => parseFloat(row.cells[4].textContent));
      document.title = JSON.stringify([button.parentNode.getAttribute("aria-sort"), values]);
    """
    order, values = title(with_script(report, tmp_path, script))
    assert order == {"least": "ascending", "most": "descending"}[first]
    assert values == sorted(values, reverse=first == "most")
    assert len(set(values)) > 2


def test_nothing_is_wider_than_a_phone(report: Path, tmp_path: Path) -> None:
    """A frame of a phone's width, since a window has a least width of its own."""
    script = f"""
      const frame = document.createElement("iframe");
      frame.width = {PHONE}; frame.height = 2000; frame.style.border = "0";
      frame.srcdoc = document.documentElement.outerHTML.replace(/<script[^]*?<\\/script>/g, "");
      frame.onload = () => {{
        const inside = frame.contentDocument.documentElement;
        document.title = JSON.stringify([frame.contentWindow.innerWidth, inside.scrollWidth]);
      }};
      document.body.replaceChildren(frame);
    """
    assert title(with_script(report, tmp_path, script)) == [PHONE, PHONE]


@pytest.mark.parametrize("dark_mode", [False, True])
def test_screenshots_are_drawn_in_both_schemes(
    report: Path, tmp_path: Path, dark_mode: bool
) -> None:
    shot = tmp_path / "shot.png"
    options = ["--blink-settings=preferredColorScheme=0"] if dark_mode else []
    browse(report.as_uri(), tmp_path, f"--screenshot={shot}", "--window-size=1280,1600", *options)
    with Image.open(shot) as image:
        pixels = np.asarray(image.convert("L"))
    assert pixels.shape == (1600, 1280)
    assert (pixels[-1, 0] < 60) == dark_mode
    assert len(np.unique(pixels)) > 50
