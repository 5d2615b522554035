"""Reports -> a folder that CI keeps: report.json, junit.xml, summary.md, report.html.

report.json is the record (`docs/report.schema.json` describes it); the others show it. The same
reports give the same bytes: there is no date in them.
"""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.gate.evaluate_artifact import Checked
from skinseg_mobile.runtime_py.gate.judge import GateReport
from skinseg_mobile.runtime_py.gate.reports.html import page
from skinseg_mobile.runtime_py.gate.reports.junit import junit
from skinseg_mobile.runtime_py.gate.reports.markdown import summary
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.storage.atomic import new_folder, plain, to_json, write_file

SCHEMA = "skinseg-mobile/gate-report"
SCHEMA_VERSION = 1


def write_report(out: Path, checked: Sequence[Checked], verdict: Verdict) -> None:
    """Write the four files into a new folder.

    Raises:
        InputError: `out` exists or cannot be written.
    """
    with new_folder(out) as folder:
        write_files(folder, checked, verdict)


def write_files(
    folder: Path, checked: Sequence[Checked], verdict: Verdict, html: str = "report.html"
) -> None:
    """Write the four files into a folder that is there."""
    reports = [item.report for item in checked]
    write_file(folder / "report.json", to_json(report_of(reports, verdict)))
    write_file(folder / "junit.xml", junit(reports))
    write_file(folder / "summary.md", summary(reports, verdict))
    write_file(folder / html, page(checked, verdict))


def report_of(reports: Sequence[GateReport], verdict: Verdict) -> dict[str, Any]:
    """Return what report.json holds."""
    return plain(
        {
            "schema": SCHEMA,
            "version": SCHEMA_VERSION,
            "tool": f"skinseg-mobile {version('skinseg-mobile')}",
            "verdict": verdict,
            "judgements": [report.as_dict() for report in reports],
        }
    )
