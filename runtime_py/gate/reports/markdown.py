"""Reports -> Markdown for a CI summary: verdict, one row an artefact, why, what was not run."""

from collections.abc import Sequence

from skinseg_mobile.runtime_py.gate.judge import GateReport, not_run_sentences
from skinseg_mobile.runtime_py.gate.verdict import Verdict
from skinseg_mobile.runtime_py.numbers import four, signed

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
    parts += ["## Not run", "\n".join(missing)] if missing else []
    return "\n\n".join(part for part in parts if part) + "\n"


def _row(report: GateReport) -> str:
    megabytes = report.facts.megabytes
    cells = (
        report.artefact,
        MARK[report.verdict],
        report.engine,
        str(report.images),
        four(report.jaccard_artefact),
        signed(report.delta_jaccard),
        four(report.agreement_mean),
        "–" if megabytes is None else f"{megabytes:.2f}",
    )
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    escaped = "".join(f"\\{c}" if c in "\\`*_|[]<>#" else c for c in text)
    return " ".join(escaped.split())
