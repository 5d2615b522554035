"""`skinseg-mobile vectors`: test vectors for every port of the contract."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skinseg_cli.options import Json
from skinseg_cli.panels import PROVE
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.testvectors.vectors import Photograph

app = typer.Typer()


@app.command(rich_help_panel=PROVE, epilog="Example: skinseg-mobile vectors vectors --raw")
def vectors(
    out: Annotated[Path, typer.Argument(help="New folder.")],
    artefact: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Artefact folder or packaged name; repeatable [default: {DEFAULT_NET}]."
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Dataset folder [default: 36 synthetic images].")
    ] = None,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Also write raw pixels, for ports without an image decoder."),
    ] = False,
    json: Json = False,
) -> None:
    """Write images with their tensors, probabilities, masks and areas, to test an app with."""
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.storage.atomic import require_absent
    from skinseg_mobile.runtime_py.testvectors.vectors import write_vectors

    require_absent(out)
    with tempfile.TemporaryDirectory() as folder:
        photographs = _from_dataset(data) if data else _drawn(Path(folder))
        found = write_vectors(photographs, artefact or [DEFAULT_NET], out, raw=raw)
    if json:
        return print_json(found)
    print(f"wrote {len(found)} vectors to {out}")


def _drawn(folder: Path) -> list["Photograph"]:
    from skinseg_mobile.train.synth.photographs import draw_photographs

    return draw_photographs(folder)


def _from_dataset(data: Path) -> list["Photograph"]:
    from skinseg_cli.dataset import open_dataset
    from skinseg_mobile.runtime_py.data.samples import read_pair
    from skinseg_mobile.runtime_py.testvectors.vectors import Photograph

    samples = open_dataset(data).samples
    return [Photograph(sample.image, read_pair(sample)[1]) for sample in samples]
