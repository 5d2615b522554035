"""Reports -> a folder that CI keeps: report.json, junit.xml, summary.md, report.html.

report.json is the record (`docs/report.schema.json` describes it); the others show it. The same
reports give the same bytes: there is no date in them.
"""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from skinseg_mobile.runtime_py.gate.evaluate_artifact import Checked
from skinseg_mobile.runtime_py.gate.report import GateReport, not_run_sentences
from skinseg_mobile.runtime_py.gate.reports.figures import SIZE, histogram, scatter
from skinseg_mobile.runtime_py.gate.strips import worst_ids
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.numbers import four, number, signed
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


def junit(reports: Sequence[GateReport]) -> str:
    """Return the document; what was not run is `skipped` with its reason."""
    root = ET.Element("testsuites", name="skinseg-mobile gate")
    for report in reports:
        root.append(_suite(report))
    _count(root)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(report: GateReport) -> ET.Element:
    name = f"{report.artefact}, {report.engine}"
    suite = ET.Element("testsuite", name=_legal(name))
    for check in report.checks:
        suite.append(_case(name, check.name, check.verdict, check.sentence))
    if not report.checks:
        suite.append(_case(name, "run", report.verdict, "; ".join(report.reasons)))
    _count(suite)
    return suite


def _case(suite: str, name: str, verdict: Verdict, sentence: str) -> ET.Element:
    case = ET.Element("testcase", classname=_legal(suite), name=name)
    if verdict is not Verdict.PASSED:
        tag = "failure" if verdict is Verdict.FAILED else "skipped"
        ET.SubElement(case, tag, message=_legal(sentence))
    return case


def _count(element: ET.Element) -> None:
    found = list(element.iter("testcase"))
    element.set("tests", str(len(found)))
    for attribute, tag in (("failures", "failure"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in found)))


def _legal(text: str) -> str:
    """Return text without the control characters that XML 1.0 cannot hold."""
    return "".join(c for c in text if c.isprintable())


MARK = {Verdict.PASSED: "✅ passed", Verdict.FAILED: "❌ failed", Verdict.NOT_RUN: "⚪ not run"}
_HEAD = "| artefact | verdict | engine | images | Jaccard | ΔJaccard | agreement | MB |"
_RULE = "|---|---|---|---:|---:|---:|---:|---:|"


def summary(reports: Sequence[GateReport], verdict: Verdict) -> str:
    """Return the document."""
    ran = [j for j in reports if j.checks]
    failed = [f"- **{_cell(j.artefact)}** ({_cell(j.engine)}): {_cell(reason)}"
              for j in ran for reason in j.reasons]  # fmt: skip
    missing = [
        f"- {_cell(sentence)} ({_cell(', '.join(names))})"
        for sentence, names in not_run_sentences(reports).items()
    ]
    parts = [f"# Gate: {MARK[verdict]}", "\n".join([_HEAD, _RULE, *map(_row, ran)]) if ran else ""]
    parts += ["## Why", "\n".join(failed)] if failed else []
    looser = dict.fromkeys(sentence for report in ran for sentence in report.looser_limits)
    told = [j for j in ran if j.placement]
    parts += ["## Where operations ran", "\n".join([_PLACED, *map(_placed, told)])] if told else []
    parts += ["## Looser limits", "\n".join(f"- {_cell(s)}" for s in looser)] if looser else []
    parts += ["## Not run", "\n".join(missing)] if missing else []
    return "\n\n".join(part for part in parts if part) + "\n"


def _row(report: GateReport) -> str:
    megabytes = report.facts.megabytes
    cells = (
        report.artefact,
        MARK[report.verdict],
        report.engine,
        report.shown_images,
        four(report.jaccard_artefact),
        signed(report.delta_jaccard),
        four(report.agreement_mean),
        "–" if megabytes is None else f"{megabytes:.2f}",
    )
    return f"| {' | '.join(map(_cell, cells))} |"


_PLACED = "| artefact | engine | operations |\n|---|---|---|"


def _placed(report: GateReport) -> str:
    parts = "; ".join(part.sentence for part in report.placement)
    return f"| {' | '.join(map(_cell, (report.artefact, report.engine, parts)))} |"


def _cell(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    escaped = "".join(f"\\{c}" if c in "\\`*_|[]<>#" else c for c in text)
    return " ".join(escaped.split())


# Reports -> one self-contained HTML page: verdict first, then why, then everything else.
#
# Pictures, style and the few lines of script are inside the file: it can be mailed, archived and
# opened offline. Without script it is the same page, unsorted.


TEMPLATES = Path(__file__).parent / "templates"
MOST_ROWS = 200
SYMBOL = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.NOT_RUN: "○"}


def page(checked: Sequence[Checked], verdict: Verdict) -> str:
    """Return the page."""
    content: dict[str, Any] = {
        "verdict": verdict,
        "symbol": SYMBOL,
        "reports": [item.report for item in checked],
        "sections": [_section(item) for item in _failed_first(checked) if item.report.checks],
        "missing": [item.report for item in checked if not item.report.checks],
        "side": SIZE,
    }
    return page_template(TEMPLATES / "report.html").render(content)


def page_template(path: Path) -> Any:
    """Return a template that may use the parts, the style and the script of the gate's page."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([path.parent, TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"four": four, "signed": signed, "number": number}  # pyright: ignore[reportArgumentType]
    return environment.get_template(path.name)


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
        "rows": [images[id_] for id_ in worst_ids(report.per_image, MOST_ROWS)],
    }
