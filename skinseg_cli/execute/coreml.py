"""`skinseg-mobile coreml …`: read and run ML Program packages (`.mlpackage`), without a Mac."""

from pathlib import Path
from typing import Annotated

import typer

from skinseg_cli.options import Json

Package = Annotated[Path, typer.Argument(help="Core ML package: an .mlpackage folder.")]
app = typer.Typer(
    help="Read and run Core ML packages on any platform.",
    epilog="Example: skinseg-mobile coreml show model.mlpackage",
    no_args_is_help=True,
)


@app.command("show", epilog="Example: skinseg-mobile coreml show model.mlpackage")
def show(package: Package, json: Json = False) -> None:
    """List a package's inputs, outputs, operations and compressed weights."""
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.targets.coreml.summary import summarise

    found = summarise(package)
    if json:
        return print_json(found)
    rows = [(role, f.name, f.shapes, f.kind) for role, f in found.features]
    print_table(("", "name", "shape", "holds"), rows, f"{package.name}, opset {found.opset}")
    print_table(("operation", "#count"), [(k, str(n)) for k, n in found.operations.items()])
    if found.compressed:
        compressed = [(k, str(n)) for k, n in found.compressed.items()]
        print_table(("compressed weights", "#count"), compressed)


@app.command("run", epilog="Example: skinseg-mobile coreml run model.mlpackage -i image=photo.png")
def run(
    package: Package,
    inputs: Annotated[
        list[str],
        typer.Option("--input", "-i", help="NAME=FILE: an image or an .npy array; repeatable."),
    ],
    out: Annotated[Path | None, typer.Option(help="New .npz file for the outputs.")] = None,
    rounding: Annotated[
        str, typer.Option(help="Round each result to its declared type: declared or none.")
    ] = "declared",
    hazards: Annotated[
        bool, typer.Option("--hazards", help="List values outside float16's range.")
    ] = False,
    json: Json = False,
) -> None:
    """Run a package once; an image is resized to the size of its input."""
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.targets.coreml.summary import run_files

    found = run_files(package, inputs, rounding, out=out, with_hazards=hazards)
    if json:
        return print_json(found)
    columns = ("output", "shape", "dtype", "#least", "#mean", "#greatest")
    rows = [
        (o.name, str(o.shape), o.dtype, f"{o.least:.5g}", f"{o.mean:.5g}", f"{o.greatest:.5g}")
        for o in found.outputs
    ]
    print_table(columns, rows, f"{package.name}, rounding {rounding}")
    for hazard in found.hazards:
        print(hazard)
    if hazards and not found.hazards:
        print("Nothing leaves float16's range.")
