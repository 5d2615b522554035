"""Tables for people; `--json` prints the same numbers for programs."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from skinseg_cli.own_process import stdout_of_json
from skinseg_mobile.runtime_py.gate.report import GateReport, not_run_sentences
from skinseg_mobile.runtime_py.gate.verdict import Check, Verdict
from skinseg_mobile.runtime_py.metrics.overlap import Scores
from skinseg_mobile.runtime_py.numbers import four, number, signed
from skinseg_mobile.runtime_py.progress import printable
from skinseg_mobile.runtime_py.storage.atomic import plain

VERDICT_STYLE = {
    Verdict.PASSED: "bold green",
    Verdict.FAILED: "bold red",
    Verdict.NOT_RUN: "yellow",
}


def print_json(value: Any) -> None:
    """Print one JSON object or list on stdout, in ASCII where that is not UTF-8."""
    stdout = stdout_of_json()
    encoding = stdout.encoding or "utf-8"  # a StringIO in its place has none
    ascii_ = not encoding.lower().startswith("utf")
    print(json.dumps(plain(value), indent=2, ensure_ascii=ascii_, allow_nan=False), file=stdout)


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str | Text]], title: str = ""
) -> None:
    """Print a table; columns named with a leading `#` hold numbers and are aligned right.

    Strings are printed as they are: a file may be called `[red].jpg`.
    """
    if title:  # as a table's own title it would be wrapped at the table's width
        console().print(_text(title, "table.title"))
    table = Table(header_style="bold")
    for column in columns:
        table.add_column(
            column.lstrip("#"),
            justify="right" if column.startswith("#") else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(_text(cell) if isinstance(cell, str) else cell for cell in row))
    console().print(table)


def print_scores(label: str, scores: Scores) -> None:
    """Print a set's scores and its groups'."""
    columns = (
        "",
        "#images",
        "#Jaccard",
        "#≥0.65",
        "#pooled",
        "#Dice",
        "#accuracy",
        "#sensitivity",
        "#specificity",
    )
    groups = [
        (f"  {column} = {value}", found)
        for column, values in scores.groups.items()
        for value, found in values.items()
    ]
    print_table(columns, [_score_row(name, s) for name, s in [("all", scores), *groups]], label)


def print_parity(report: GateReport) -> None:
    """Print one parity report, verdict first."""
    out = console()
    out.print(_verdict(report).append(printable(f"  {report.artefact}"), "default"))
    for reason in report.reasons:
        out.print(_text(f"  {reason}"))
    if report.verdict is Verdict.NOT_RUN:
        return
    rows = [
        ("engine", "", report.engine, ""),
        ("reference", "", report.reference, ""),
        *(("operations", "", part.sentence, "") for part in report.placement),
        ("images", "", _images(report), ""),
        ("Jaccard of the artefact", "", four(report.jaccard_artefact), ""),
        *map(_check_row, report.checks),
    ]
    print_table(("", "verdict", "#value", "limit"), rows)
    for check in report.checks:
        if check.verdict is Verdict.NOT_RUN:
            out.print(_text(f"{check.sentence}."))
    for sentence in (*report.looser_limits, *([report.claim] if report.claim else [])):
        out.print(_text(sentence))


def print_parity_rows(reports: Sequence[GateReport]) -> None:
    """Print several parity reports, one a line, then what their engines' results mean."""
    columns = (
        "artefact",
        "verdict",
        "engine",
        "#images",
        "#Jaccard",
        "#ΔJaccard",
        "#agreement",
        "#worst",
    )
    print_table(columns, [_parity_row(report) for report in reports])
    claims = dict.fromkeys((report.engine, report.claim) for report in reports if report.claim)
    for engine, claim in claims:
        console().print(_text(f"{engine}: {claim}"))


def print_gate(reports: Sequence[GateReport], verdict: Verdict) -> None:
    """Print a whole gate: verdict, a row for all that ran, why, and what was not run."""
    console().print(_verdict_text(verdict).append("  gate", "default"))
    ran = [report for report in reports if report.checks]
    if ran:
        print_parity_rows(ran)
    for report in ran:
        for reason in report.reasons:
            console().print(_text(f"{report.artefact}, {report.engine}: {reason}"))
    for sentence in dict.fromkeys(s for report in ran for s in report.looser_limits):
        console().print(_text(sentence))
    for sentence, names in not_run_sentences(reports).items():
        of = ", ".join(names) if len(names) <= 2 else f"{len(names)} artefacts"
        console().print(_text(f"not run: {sentence} ({of})"))


def console() -> Console:
    """Return the terminal, or a wide page where the output is piped."""
    return Console(width=None if sys.stdout.isatty() else 120)


def _text(words: str, style: str = "") -> Text:
    """Return words without markup and without terminal codes."""
    return Text(printable(words), style)


def _images(report: GateReport) -> str:
    empty = report.images - report.images_scored
    return f"{report.shown_images}{f', {empty} without a positive pixel' if empty else ''}"


def _verdict(report: GateReport | Check) -> Text:
    return _verdict_text(report.verdict)


def _verdict_text(verdict: Verdict) -> Text:
    return Text(verdict, VERDICT_STYLE[verdict])


def _check_row(check: Check) -> tuple[str | Text, ...]:
    value = "–" if check.value is None else f"{number(check.value)}{check.unit}"
    where = f" ({check.where})" if check.where else ""
    return (check.title, _verdict(check), f"{value}{where}", check.wanted)


def _parity_row(report: GateReport) -> tuple[str | Text, ...]:
    numbers = (
        four(report.jaccard_artefact),
        signed(report.delta_jaccard),
        four(report.agreement_mean),
        four(report.agreement_worst),
    )
    return (report.artefact, _verdict(report), report.engine, report.shown_images, *numbers)


def _score_row(name: str, scores: Scores) -> tuple[str, ...]:
    values = (
        scores.jaccard_mean,
        scores.jaccard_thresholded,
        scores.jaccard_pooled,
        scores.dice_mean,
        scores.accuracy,
        scores.sensitivity,
        scores.specificity,
    )
    return (name, str(scores.images), *map(four, values))
