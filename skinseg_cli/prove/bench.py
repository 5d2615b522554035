"""`skinseg-mobile bench`: latency, memory, size and operations, beside a baseline."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.bench.by_operation import OperationGroup
    from skinseg_mobile.runtime_py.bench.report import BenchReport, RunCost

from skinseg_cli.panels import PROVE

app = typer.Typer()
UNKNOWN = "–"
_GROUP_COLUMNS = ("operation", "at", "type", "#number", "#ms", "#share", "#M mult-adds", "#of peak")


@app.command(
    "bench",
    rich_help_panel=PROVE,
    epilog="Example: skinseg-mobile bench lean-isic2017 --repeats 20",
)
def bench(
    artefact: Annotated[str, typer.Argument(help="Artefact folder or packaged name.")],
    baseline: Annotated[
        str | None, typer.Option(help="Second artefact, timed in alternation, for ratios.")
    ] = None,
    repeats: Annotated[int, typer.Option(help="Timed inferences per artefact.")] = 50,
    threads: Annotated[
        int | None, typer.Option(help="Second thread count, after one thread [default: all CPUs].")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="Engine; simulators and emulators are not timed.")
    ] = "auto",
    operations: Annotated[
        bool,
        typer.Option(
            "--by-operation", help="Time each operation of a TFLite artefact, on one thread."
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure an artefact's latency, peak memory, size and operations on this machine.

    A phone gives other figures.
    """
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.bench.report import bench as run

    if operations:
        return _by_operation(artefact, baseline, repeats, threads, json=json)
    found = run(artefact, baseline, repeats=repeats, threads=threads, engine=engine)
    if json:
        return print_json(found)
    costs = [cost for cost in (found.cost, found.baseline) if cost]
    columns = ["", *(f"#{cost.artefact}" for cost in costs), *(["#ratio"] if found.ratios else [])]
    timed = f", {repeats} repeats" if any(cost.latencies for cost in costs) else ""
    print_table(columns, _rows(found, costs), f"{found.machine}{timed}")
    for sentence in found.not_run:
        print(f"not run: {sentence}")


def _by_operation(
    artefact: str, baseline: str | None, repeats: int, threads: int | None, *, json: bool
) -> None:
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.bench.by_operation import bench_by_operation
    from skinseg_mobile.runtime_py.errors import InputError

    if baseline is not None or threads not in (None, 1):
        raise InputError(
            f"--by-operation measures one artefact on one thread, got --baseline {baseline} and"
            f" --threads {threads}. Remove --baseline and --threads."
        )
    found = bench_by_operation(artefact, repeats)
    if json:
        return print_json(found)
    print_table(_GROUP_COLUMNS, [_group_row(group) for group in found.groups], found.title)
    for cost in found.not_integer:
        print(f"not on integer kernels: {cost.sentence}")


def _group_row(group: "OperationGroup") -> tuple[str, ...]:
    """Return a row of `_GROUP_COLUMNS`."""
    of_peak = f"{group.share_of_peak:.0%}" if group.share_of_peak is not None else UNKNOWN
    work = f"{group.multiply_adds / 1e6:.1f}" if group.multiply_adds else UNKNOWN
    return (
        group.operation,
        group.side,
        group.dtype,
        str(group.number),
        f"{group.ms:.3f}",
        f"{group.share:.1%}",
        work,
        of_peak,
    )


def _rows(found: "BenchReport", costs: "list[RunCost]") -> list[tuple[str, ...]]:
    ratios = {name: f"{value:.2f}" for name, value in found.ratios.items()}
    lines = [_lines(cost) for cost in costs]
    names = dict.fromkeys(name for line in lines for name in line)
    return [
        (
            name,
            *(line.get(name, UNKNOWN) for line in lines),
            *([ratios.get(name, "")] if ratios else []),
        )
        for name in names
    ]


def _lines(cost: "RunCost") -> dict[str, str]:
    """Return what a table says of one artefact, by the names that ratios have."""
    from skinseg_mobile.runtime_py.bench.report import latency_name

    memory, file = cost.peak_memory_bytes, cost.model_bytes
    lines = {
        latency_name(item.threads): f"{item.p50_ms:.2f} ms (p95 {item.p95_ms:.2f})"
        for item in cost.latencies
    }
    lines["peak memory"] = f"{memory / 1e6:.1f} MB" if memory is not None else UNKNOWN
    lines["model file"] = f"{file / 1e6:.2f} MB"
    lines["parameters"] = f"{cost.parameters:,}" if cost.parameters else UNKNOWN
    lines["multiply-adds"] = f"{cost.multiply_adds / 1e9:.3f} G" if cost.multiply_adds else UNKNOWN
    if cost.delegation:
        share, parts = cost.delegation.share, cost.delegation.parts
        lines["run by XNNPACK"] = f"{share:.0%} in {parts} part{'s' if parts != 1 else ''}"
    return lines | {f"  {kind}": str(number) for kind, number in cost.operations.items()}
