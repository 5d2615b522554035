"""Renders how every row stands as one table: Markdown, JSON, HTML and the terminal's.

The paper's figures stand in columns of the paper, ours in columns that name task and set: the two
are never one column, and a row that was not run has dashes of ours.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.numbers import four
from skinseg_mobile.runtime_py.storage.atomic import to_json, write_file
from skinseg_mobile.train.reproduce.papers import PaperRow
from skinseg_mobile.train.reproduce.plan import Plan
from skinseg_mobile.train.reproduce.run import MeasuredRow, Outcome, Status

TEMPLATES = Path(__file__).parent / "templates"
NOTHING = "–"
SHORT = ("system", "Jaccard", "pooled", "trained on")
OURS = {
    "jaccard_mean": "Jaccard",
    "jaccard_thresholded": "≥0.65",
    "jaccard_pooled": "pooled",
    "dice_mean": "Dice",
    "accuracy": "accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
}


@dataclass(frozen=True)
class Table:
    """Cells as text; columns that start with `#` hold numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def table_of(plan: Plan, outcomes: Mapping[str, Outcome]) -> Table:
    """Return the paper's table with ours beside it."""
    columns = (
        "system",
        *(f"#paper: {name}" for name in plan.paper.rows[0].printed),
        f"#{_ours_on(outcomes)}: Jaccard",
        *(f"#ours: {name}" for name in list(OURS.values())[1:]),
        "ours: trained on",
    )
    rows = tuple(
        (row.system, *_printed(row, plan.paper.digits), *_ours(outcomes[row.name]))
        for row in plan.paper.rows
    )
    return Table(f"{plan.paper.title} ({plan.paper.name})", columns, rows, _notes(plan, outcomes))


def brief(table: Table) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the columns and rows that fit a terminal: the Jaccards, and how each row stands."""
    kept = [n for n, column in enumerate(table.columns) if column.endswith(SHORT)]
    columns = tuple(table.columns[n] for n in kept)
    return columns, [tuple(row[n] for n in kept) for row in table.rows]


def write_tables(plan: Plan, outcomes: Mapping[str, Outcome]) -> None:
    """Write table.md, table.json and table.html into the plan's folder."""
    table = table_of(plan, outcomes)
    write_file(plan.out / "table.md", _markdown(table))
    write_file(plan.out / "table.json", to_json(as_json(plan, outcomes)))
    write_file(plan.out / "table.html", _html(table))


def as_json(plan: Plan, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Return plain JSON values: the paper's facts under `printed`, ours under `measured`."""
    rows = [
        {
            "name": row.name,
            "system": row.system,
            "start": row.start,
            "preset": row.preset,
            "differs": row.differs,
            "printed": dict(row.printed),
            **asdict(outcomes[row.name]),
        }
        for row in plan.paper.rows
    ]
    return {
        "paper": plan.paper.name,
        "title": plan.paper.title,
        "printed_on": plan.paper.printed_on,
        "width_divisor": plan.width,
        "epochs_cut_to": plan.epochs,
        "seed": plan.seed,
        "notes": _notes(plan, outcomes),
        "rows": rows,
    }


def _ours_on(outcomes: Mapping[str, Outcome]) -> str:
    found = [o.measured for o in outcomes.values() if o.measured]
    return f"ours, {found[0].task}, {found[0].set} {found[0].split}" if found else "ours"


def _printed(row: PaperRow, digits: int) -> tuple[str, ...]:
    return tuple(f"{value:.{digits}f}" for value in row.printed.values())


def _ours(outcome: Outcome) -> tuple[str, ...]:
    found = outcome.measured
    if found is None:
        return (*[NOTHING] * len(OURS), outcome.status)
    figures = (four(getattr(found.scores, name)) for name in OURS)
    return (*figures, ", then ".join(found.trained_on))


def _notes(plan: Plan, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    measured = [o.measured for o in outcomes.values() if o.measured]
    return (
        f"Paper: {plan.paper.printed_on}. {plan.paper.note}",
        *_where(plan, measured),
        *_reductions(plan),
        *(
            f"{row.system}: {row.differs}."
            for row in plan.paper.rows
            if row.differs and outcomes[row.name].measured
        ),
        *(_open(row, outcomes[row.name]) for row in plan.paper.rows if not _is_done(row, outcomes)),
    )


def _where(plan: Plan, measured: list[MeasuredRow]) -> tuple[str, ...]:
    """Say once what our columns were measured on, and what that forbids."""
    if not measured:
        return ("Ours: nothing was measured yet.",)
    one = measured[0]
    devices = ", ".join(sorted({m.device for m in measured}))
    sentence = (
        f"Ours: {one.task}, {one.set} {one.split}, {one.scores.images} images, mean over images but"
        f" for the pooled column. {devices}, seed {plan.seed}."
    )
    if one.task != plan.paper.task:
        return (
            sentence,
            f"Ours marks {one.task}, the paper {plan.paper.task}: two tasks, whose figures must not"
            " be compared.",
        )
    return sentence, "The figures may only be compared where ours is the paper's own set."


def _reductions(plan: Plan) -> tuple[str, ...]:
    cut = [f"every width divided by {plan.width}"] if plan.width > 1 else []
    cut += [f"epochs cut to {plan.epochs}"] if plan.epochs else []
    if not cut:
        return ()
    return (f"Reduced: {' and '.join(cut)}. This proves the commands and says little else.",)


def _is_done(row: PaperRow, outcomes: Mapping[str, Outcome]) -> bool:
    return outcomes[row.name].status is Status.MEASURED


def _open(row: PaperRow, outcome: Outcome) -> str:
    return f"{row.system}: {outcome.status}, {outcome.reason}. {outcome.command}"


def _markdown(table: Table) -> str:
    align = ["--:" if column.startswith("#") else "---" for column in table.columns]
    lines = [
        f"# {table.title}",
        "",
        _line(column.lstrip("#") for column in table.columns),
        _line(align),
        *(_line(row) for row in table.rows),
        "",
        *(f"- {note}" for note in table.notes),
    ]
    return "\n".join(lines) + "\n"


def _line(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _html(table: Table) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("table.html").render(table=table)
