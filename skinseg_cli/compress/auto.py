"""`skinseg-mobile compress auto`: a search over widths, input sizes and precisions."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skinseg_cli.options import Json
from skinseg_mobile.compress.auto.config import AutoConfig, ReleaseBudget

if TYPE_CHECKING:
    from skinseg_mobile.compress.auto.result import Found
    from skinseg_mobile.compress.measure_files import FileRow

EPILOG = (
    "Example: skinseg-mobile compress auto runs/student --data DATA --budget-mb 0.5"
    " --max-drop 0.01 --out runs/search"
)
DEFAULTS = AutoConfig()
app = typer.Typer()


@app.command(epilog=EPILOG)
def auto(
    checkpoint: Annotated[str, typer.Argument(help="Checkpoint folder or packaged name.")],
    data: Annotated[Path, typer.Option(help="Dataset folder: train rows train, dev rows compare.")],
    out: Annotated[Path, typer.Option(help="Search folder; an unfinished search continues.")],
    budget_mb: Annotated[
        float | None, typer.Option(help="Largest model file in MB [default: no limit].")
    ] = None,
    budget_ms: Annotated[
        float | None,
        typer.Option(
            help="Slowest inference in ms, one thread of this machine [default: no limit]."
        ),
    ] = None,
    max_drop: Annotated[
        float | None, typer.Option(help="Largest loss of Jaccard on dev [default: no limit].")
    ] = None,
    target: Annotated[
        str, typer.Option(help="Target that the budget applies to: onnx, tflite, coreml.")
    ] = "tflite",
    keep: Annotated[
        list[float] | None,
        typer.Option(help="Share of multiply-adds to keep; repeatable [default: 1, 0.5, 0.25]."),
    ] = None,
    size: Annotated[
        list[int] | None, typer.Option(help="Input side in pixels; repeatable [default: 192, 160].")
    ] = None,
    teacher: Annotated[
        list[str] | None,
        typer.Option(help="Teacher, as in `distil`; repeatable [default: CHECKPOINT]."),
    ] = None,
    epochs: Annotated[int, typer.Option(help="Epochs per candidate.")] = DEFAULTS.epochs,
    tuning_epochs: Annotated[
        int, typer.Option(help="Epochs of fine-tuning for 8 bits.")
    ] = DEFAULTS.tuning_epochs,
    seed: Annotated[int, typer.Option(help="Seed of sample order and augmentation.")] = 0,
    json: Json = False,
) -> None:
    """Search widths, input sizes and precisions; choose from the Pareto front within a budget."""
    config = AutoConfig(
        keeps=tuple(keep or DEFAULTS.keeps), sizes=tuple(size or DEFAULTS.sizes),
        epochs=epochs, tuning_epochs=tuning_epochs, seed=seed,
    )  # fmt: skip
    budget = ReleaseBudget(
        budget_mb=budget_mb, budget_ms=budget_ms, max_drop=max_drop, target=target
    )
    from skinseg_cli.dataset import open_dataset
    from skinseg_mobile.compress.auto.result import write
    from skinseg_mobile.compress.auto.search import Search, search
    from skinseg_mobile.compress.distil.teachers import find_teachers
    from skinseg_mobile.runtime_py.vendors import vendor
    from skinseg_mobile.train.references.find import find_checkpoint

    vendor("torch", "train")
    from skinseg_mobile.export.export import export

    parent = find_checkpoint(checkpoint)
    settings = Search(
        parent, open_dataset(data), find_teachers(teacher or [checkpoint]), config,
        export, lambda line: print(line, file=sys.stderr),
    )  # fmt: skip
    found = write(search(settings, out), settings, budget, out)
    _show(found, out, json)


def _show(found: "Found", out: Path, json: bool) -> None:
    """Print the front and the choice.

    Raises:
        InputError: no candidate keeps the budget; the front is printed and written all the same.
    """
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.compress.auto.result import FRONT

    if json:
        print_json(found)
    else:
        columns = ("candidate", "file", "#MB", "#G multiply-adds", "#ms", "#Jaccard", "gate")
        print_table(columns, [_cells(row) for row in found.front], "Pareto front, Jaccard on dev")
        print(f"wrote {out / FRONT} and its pictures; the parent's Jaccard is"
              f" {found.parent_jaccard:.4f}")  # fmt: skip
    if found.unmet:
        from skinseg_mobile.runtime_py.errors import InputError

        raise InputError(found.unmet)
    if found.chosen and not json:
        row = found.chosen
        print(f"chosen: {out / row.candidate}, {row.target} {row.precision}")


def _cells(row: "FileRow") -> tuple[str, ...]:
    time = "not measured" if row.milliseconds is None else f"{row.milliseconds:.2f}"
    return (
        row.candidate,
        f"{row.target} {row.precision}",
        f"{row.megabytes:.2f}",
        f"{row.multiply_adds / 1e9:.3f}",
        time,
        f"{row.jaccard:.4f}",
        row.verdict,
    )
