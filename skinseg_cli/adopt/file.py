"""`skinseg-mobile adopt file`: an artefact around a model file from elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skinseg_cli.options import Json
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task

if TYPE_CHECKING:
    from skinseg_mobile.export.adopt.adopt_file import AdoptedFile
    from skinseg_mobile.export.adopt.check import CheckedContract, ContractCheck

EPILOG = (
    "Example: skinseg-mobile adopt file theirs.tflite --data images --name theirs --out"
    " artefacts/theirs"
)
app = typer.Typer()
SHOWN = 24
ALIKE = "fits as well"


@app.command("file", epilog=EPILOG)
def adopt_file(
    model: Annotated[Path, typer.Argument(help="Model file: .tflite, .onnx or .mlpackage.")],
    name: Annotated[str, typer.Option(help="What tables and reports call it.")],
    out: Annotated[Path, typer.Option(help="New artefact folder.")],
    contract: Annotated[
        Path | None, typer.Option(help="contract.toml [default: guessed from the file].")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="Checks the contract: checkpoint, artefact, saved predictions or model file."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Dataset folder: checks the contract, and gives the golden images."),
    ] = None,
    task: Annotated[
        Task | None, typer.Option(help="What the positive pixels are [default: lesion].")
    ] = None,
    licence: Annotated[str, typer.Option(help="The file's licence [default: unknown].")] = "",
    json: Json = False,
) -> None:
    """Make an artefact of a model file; exit 1 if its contract is wrong or none fits."""
    from skinseg_cli.prove.references import open_reference
    from skinseg_cli.tables import print_json
    from skinseg_mobile.export.adopt.adopt_file import Wanted
    from skinseg_mobile.export.adopt.adopt_file import adopt_file as run
    from skinseg_mobile.export.adopt.page import read_page

    if not name.strip():
        raise InputError("--name is empty. Give the artefact a name.")
    page = read_page(contract) if contract else None
    opened = open_reference(reference) if reference else None
    wanted = Wanted(name, page, opened, data, task, licence)
    found = run(model, wanted, out)
    if json:
        print_json(found)
    else:
        _print(found, out)
    raise typer.Exit(0 if found.adopted else 1)


def _print(found: "AdoptedFile", out: Path) -> None:
    from skinseg_mobile.export.adopt.page import text_of

    if found.check:
        _print_check(found.check)
    for reason in found.reasons:
        print(f"guessed {reason}: {found.reasons[reason]}")
    for sentence in found.wrong:
        print(f"wrong: {sentence}")
    if found.adopted:
        ran = f", ran once on {found.engine}" if found.engine else ", not run here"
        print(f"wrote {out}{ran}; its contract:\n")
    elif found.wrong and not (found.check and found.check.fits):
        return print(f"{found.model} was not adopted: the contract is wrong.")
    elif found.wrong:
        print(f"{found.model} was not adopted: the contract is wrong. This one fits:\n")
    else:
        print(f"{found.model} was not adopted: no contract fits. The nearest one is:\n")
    print(text_of(found.contract, found.threshold))
    if found.adopted and not found.check:
        print("Nothing checked this contract: add --data or --reference.")
    elif found.adopted and found.check and not all(line.told for line in found.check.others):
        print(f"The images do not check what '{ALIKE}': add images of other shapes or colours.")


def _print_check(check: "ContractCheck") -> None:
    from skinseg_cli.tables import print_table
    from skinseg_mobile.runtime_py.numbers import counted

    columns = ("contract", "#Jaccard", "#mean |Δp|", "#agreement", "")
    others = (_row(line, "" if line.told else ALIKE) for line in check.others[:SHOWN])
    rows = [_row(check.best), _row(check.given), *others]
    print_table(columns, rows, counted(check.images, "image"))


def _row(line: "CheckedContract", note: str = "") -> tuple[str, ...]:
    from skinseg_mobile.runtime_py.numbers import four

    if not line.plausible:
        note = "the values cannot be this"
    return line.what, four(line.jaccard), four(line.difference), four(line.agreement), note
