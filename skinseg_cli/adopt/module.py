"""`skinseg-mobile adopt module`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from skinseg_cli.options import Json
from skinseg_mobile.runtime_py.formats import Task

EPILOG = (
    "Example: skinseg-mobile adopt module mynets.unet:build --weights unet.pt --size 256"
    " --out runs/unet"
)
PROBABILITY = {
    "logits": "the sigmoid of channel",
    "probability": "channel",
    "softmax": "the softmax of all classes at channel",
}
app = typer.Typer()


@app.command(epilog=EPILOG)
def module(
    factory: Annotated[
        str,
        typer.Argument(
            metavar="PACKAGE.MODULE:FACTORY", help="Function or class that returns the net."
        ),
    ],
    weights: Annotated[
        Path, typer.Option(help="File of the weights: .safetensors, or .pt of a state dict.")
    ],
    size: Annotated[str, typer.Option(help="Input in pixels: 256, or HEIGHTxWIDTH.")],
    out: Annotated[Path, typer.Option(help="New checkpoint folder; it must not exist.")],
    arguments: Annotated[
        str, typer.Option(help="Keyword arguments of the factory, as a JSON object.")
    ] = "{}",
    input: Annotated[
        str,
        typer.Option(help="What the net reads: 0..255, 0..1, imagenet, or MEAN/STD (r,g,b/r,g,b)."),
    ] = "imagenet",
    colour: Annotated[str, typer.Option(help="Order of colours: RGB or BGR.")] = "RGB",
    output: Annotated[
        str, typer.Option(help="What the net gives: logits, probability or softmax.")
    ] = "logits",
    channel: Annotated[int, typer.Option(help="Channel of the mask; the first is 0.")] = 0,
    task: Annotated[Task, typer.Option(help="What the masks mark.")] = Task.LESION,
    name: Annotated[str | None, typer.Option(help="Name of the net [default: of --out].")] = None,
    threshold: Annotated[float, typer.Option(help="Probability from which a pixel counts.")] = 0.5,
    licence: Annotated[str, typer.Option(help="Licence of the weights.")] = "unknown",
    json: Json = False,
) -> None:
    """Make a checkpoint of a net that your own Python code builds."""
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.targets import TARGETS
    from skinseg_mobile.runtime_py.vendors import vendor

    vendor("torch", "train")
    from skinseg_mobile.export.operations import unfit
    from skinseg_mobile.export.source import Source
    from skinseg_mobile.train import adopt as adopting

    adoption = adopting.Adoption(
        size=adopting.size_named(size),
        arguments=adopting.arguments_named(arguments),
        input=input,
        colour=adopting.choice(adopting.ColourOrder, colour, "--colour"),
        output=adopting.choice(adopting.NetOutput, output, "--output"),
        channel=channel,
        task=task,
        threshold=threshold,
        licence=licence,
    )
    found = adopting.adopt_module(factory, weights, adoption, out, name)
    lacking = [*unfit(Source(found, None).nodes, TARGETS)]
    doubts = adopting.doubts(found)
    if json:
        named = {"checkpoint": out, "sha256": found.digest, "spec": found.record.spec}
        return print_json({**named, "unfit": lacking, "doubts": doubts})
    for doubt in doubts:
        print(f"Warning: {doubt}", file=sys.stderr)
    for item in lacking:
        print(f"Warning: {item}; {item.advice}", file=sys.stderr)
    height, width = found.record.spec.size
    reads = f"{colour} as {input}, {height}×{width}"
    print(f"wrote {out}: it reads {reads}; the probability is {PROBABILITY[output]} {channel}")
