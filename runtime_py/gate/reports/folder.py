"""Judgements -> a folder that CI keeps: report.json, junit.xml, summary.md, report.html.

report.json is the record (`docs/report.schema.json` describes it); the others show it. The same
judgements give the same bytes: there is no date in them.
"""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.gate.evaluate_artifact import Checked
from skinseg_mobile.runtime_py.gate.judge import Judgement
from skinseg_mobile.runtime_py.gate.reports.html import page
from skinseg_mobile.runtime_py.gate.reports.junit import junit
from skinseg_mobile.runtime_py.gate.reports.markdown import summary
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.storage.atomic import new_folder, plain, to_json, write_file

SCHEMA = "skinseg-mobile/gate-report"
SCHEMA_VERSION = 1


def verdict_of(judgements: Sequence[Judgement], required: Sequence[bool] = ()) -> Verdict:
    """Return the verdict of a whole gate.

    Failed where one failed. Else "not run" where one that is `required` did not run, or where
    nothing passed; by default only the latter.
    """
    found = [judgement.verdict for judgement in judgements]
    if Verdict.FAILED in found:
        return Verdict.FAILED
    asked = required or [False] * len(found)
    missing = any(v is Verdict.NOT_RUN and r for v, r in zip(found, asked, strict=True))
    return Verdict.PASSED if Verdict.PASSED in found and not missing else Verdict.NOT_RUN


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
    judgements = [item.judgement for item in checked]
    write_file(folder / "report.json", to_json(report_of(judgements, verdict)))
    write_file(folder / "junit.xml", junit(judgements))
    write_file(folder / "summary.md", summary(judgements, verdict))
    write_file(folder / html, page(checked, verdict))


def report_of(judgements: Sequence[Judgement], verdict: Verdict) -> dict[str, Any]:
    """Return what report.json holds."""
    return plain(
        {
            "schema": SCHEMA,
            "version": SCHEMA_VERSION,
            "tool": f"skinseg-mobile {version('skinseg-mobile')}",
            "verdict": verdict,
            "judgements": [judgement.as_dict() for judgement in judgements],
        }
    )
