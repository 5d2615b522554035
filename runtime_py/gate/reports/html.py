"""Reports -> one self-contained HTML page: verdict first, then why, then everything else.

Pictures, style and the few lines of script are inside the file: it can be mailed, archived and
opened offline. Without script it is the same page, unsorted.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.gate.evaluate_artifact import Checked
from skinseg_mobile.runtime_py.gate.judge import GateReport
from skinseg_mobile.runtime_py.gate.reports.figures import SIZE, histogram, scatter
from skinseg_mobile.runtime_py.gate.strips import worst_ids
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.numbers import four, number, signed

TEMPLATES = Path(__file__).parent / "templates"
MOST_ROWS = 200
SYMBOL = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.NOT_RUN: "○"}


def page(checked: Sequence[Checked], verdict: Verdict) -> str:
    """Return the page."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"four": four, "signed": signed, "number": number}  # pyright: ignore[reportArgumentType]
    content: dict[str, Any] = {
        "verdict": verdict,
        "symbol": SYMBOL,
        "reports": [item.report for item in checked],
        "sections": [_section(item) for item in _failed_first(checked) if item.report.checks],
        "missing": [item.report for item in checked if not item.report.checks],
        "side": SIZE,
    }
    return environment.get_template("report.html").render(content)


def _value(report: GateReport, name: str) -> float | None:
    """Return a check's value; a device's report without one image has few checks."""
    return next((check.value for check in report.checks if check.name == name), None)


def _failed_first(checked: Sequence[Checked]) -> list[Checked]:
    return sorted(checked, key=lambda item: item.report.verdict is not Verdict.FAILED)


def _section(checked: Checked) -> dict[str, Any]:
    """Return one artefact's part: figures, the worst images, and its table of them."""
    report = checked.report
    images = {image.id: image for image in report.per_image}
    return {
        "report": report,
        "strips": checked.strips,
        "boundary": _value(report, "boundary"),
        "scatter": scatter(report.per_image) if images else None,
        "histogram": histogram(report.per_image) if images else None,
        "rows": [images[id_] for id_ in worst_ids(report, MOST_ROWS)],
    }
