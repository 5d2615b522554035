"""`skinseg-mobile device …`: golden images for an app, and this machine as a device."""

from pathlib import Path
from typing import Annotated

import typer

from skinseg_cli.options import Engine

app = typer.Typer(
    help="Golden images for an app, and reports of a device's results on them.",
    epilog="Example: skinseg-mobile device images lean-isic2017 golden",
    no_args_is_help=True,
)
Artefact = Annotated[str, typer.Argument(help="Artefact folder or packaged name.")]


@app.command("images", epilog="Example: skinseg-mobile device images lean-isic2017 golden")
def images(
    artefact: Artefact,
    out: Annotated[Path, typer.Argument(help="New folder for the PNG files.")],
) -> None:
    """Write an artefact's golden images as PNG files, as inputs for an app's self-test."""
    from skinseg_mobile.runtime_py.device.images import write_images
    from skinseg_mobile.runtime_py.engines.load import find_artefact

    print(f"wrote {write_images(find_artefact(artefact), out)} images to {out}")


@app.command("report", epilog="Example: skinseg-mobile device report lean-isic2017 report.json")
def report(
    artefact: Artefact,
    out: Annotated[Path, typer.Argument(help="New device-report.json.")],
    engine: Engine = "auto",
) -> None:
    """Run the golden images on this machine and write a device report."""
    from skinseg_mobile.runtime_py.device.images import run_here
    from skinseg_mobile.runtime_py.device.report import write_device_report
    from skinseg_mobile.runtime_py.engines.load import find_artefact
    from skinseg_mobile.runtime_py.storage.atomic import require_absent

    require_absent(out)
    write_device_report(run_here(find_artefact(artefact), engine), out)
    print(f"wrote {out}; check it with: skinseg-mobile parity {artefact} --predictions {out}")
