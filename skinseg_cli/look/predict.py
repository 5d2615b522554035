"""`skinseg-mobile evaluate` and `predict`: scores and masks of a checkpoint or an artefact."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from skinseg_cli.options import Engine, Json, ShardOption
from skinseg_cli.panels import LOOK
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET

app = typer.Typer()
FINE_HELP = (
    "Hypercolumn checkpoints: run the MLP only where the mask is undecided; compare masks on"
)


@app.command(
    rich_help_panel=LOOK,
    epilog="Example: skinseg-mobile evaluate runs/student --data data/isic2017 --split valid",
)
def evaluate(
    net: Annotated[str, typer.Argument(help="Checkpoint, artefact or packaged name.")],
    data: Annotated[Path, typer.Option(help="Dataset folder.")],
    split: Annotated[
        str | None, typer.Option(help="train, dev, valid or test [default: valid, else all].")
    ] = None,
    engine: Engine = "auto",
    save_predictions: Annotated[
        Path | None, typer.Option(help="New .npz file for `parity --reference`.")
    ] = None,
    coarse_to_fine: Annotated[
        bool, typer.Option("--coarse-to-fine", help=f"{FINE_HELP} all images.")
    ] = False,
    shard: ShardOption = None,
    json: Json = False,
) -> None:
    """Score a net against a dataset's ground truth; --shard adds each image's counts to --json."""
    from skinseg_cli.dataset import open_dataset
    from skinseg_cli.tables import print_json, print_scores
    from skinseg_mobile.runtime_py.data.dataset import select, split_named
    from skinseg_mobile.runtime_py.errors import InputError
    from skinseg_mobile.runtime_py.predict.agreement import agreement
    from skinseg_mobile.runtime_py.predict.evaluate import evaluate as run
    from skinseg_mobile.runtime_py.predict.predictions import new_predictions
    from skinseg_mobile.runtime_py.storage.atomic import require_absent
    from skinseg_mobile.train.references.open_net import open_net

    if save_predictions:
        require_absent(save_predictions, ".npz")
    segmenter, digest = open_net(net, engine, coarse_to_fine=coarse_to_fine)
    dataset = open_dataset(data)
    whole = select(dataset, split_named(split) if split else None)
    samples = shard.select(whole) if shard else whole
    if not samples:
        raise InputError(f"Shard {shard} has no image, the set has {len(whole)}. Leave it out.")
    if save_predictions:
        ids = [sample.id for sample in samples]
        with new_predictions(digest, segmenter.label, ids, save_predictions) as keep:
            found = run(segmenter, samples, keep)
    else:
        found = run(segmenter, samples)
    agreed = None
    if coarse_to_fine:
        photos = {sample.id: sample.image for sample in samples}
        agreed = agreement(segmenter, open_net(net)[0], photos)
    if json:
        content = {**found.scores.as_dict(), "chosen": dataset.share(samples)}
        content |= {"agreement": agreed} if agreed else {}
        content |= {"shard": str(shard), "per_image": found.images} if shard else {}
        return print_json(content)
    title = f"{segmenter.label} on {data.name}, {dataset.share(samples)}, {segmenter.engine.name}"
    print_scores(title, found.scores)
    if agreed:
        print(agreed.sentence)


@app.command(
    rich_help_panel=LOOK, epilog="Example: skinseg-mobile predict photo.jpg --out predictions"
)
def predict(
    images: Annotated[list[Path], typer.Argument(help="Image files.")],
    net: Annotated[str, typer.Option(help="Checkpoint, artefact or packaged name.")] = DEFAULT_NET,
    out: Annotated[Path, typer.Option(help="New folder to write; it must not exist.")] = Path(
        "predictions"
    ),
    engine: Engine = "auto",
    coarse_to_fine: Annotated[
        bool, typer.Option("--coarse-to-fine", help=f"{FINE_HELP} every tenth image.")
    ] = False,
    shard: ShardOption = None,
    json: Json = False,
) -> None:
    """Write a mask and an overlay PNG of each image, at the image's size; exit 2 if one failed."""
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.errors import InputError
    from skinseg_mobile.runtime_py.predict.agreement import agreement
    from skinseg_mobile.runtime_py.predict.write_masks import predict as run
    from skinseg_mobile.runtime_py.predict.write_masks import require_distinct
    from skinseg_mobile.train.references.open_net import open_net

    if shard:
        require_distinct(images)  # of all shards: their folders may be put together
        images = list(shard.select(sorted(images)))
    segmenter, _ = open_net(net, engine, coarse_to_fine=coarse_to_fine)
    found = run(segmenter, images, out)
    agreed = None
    if coarse_to_fine and found.predictions:
        sample = {str(p.photo): p.photo for p in found.predictions[::10]}
        agreed = agreement(segmenter, open_net(net)[0], sample)
    if json:
        print_json({**asdict(found), **({"agreement": agreed} if agreed else {})})
    else:
        rows = [
            (str(p.photo), f"{p.area:.1%}", p.mask.name, p.overlay.name) for p in found.predictions
        ]
        title = f"{segmenter.label}, {segmenter.engine.name}; written to {out}"
        print_table(("image", "#area", "mask", "overlay"), rows, title)
        if agreed:
            print(agreed.sentence)
    for failure in found.failures:
        named = "" if str(failure.photo) in failure.reason else f"{failure.photo}: "
        print(f"{named}{failure.reason}", file=sys.stderr)
    if found.failures:
        raise InputError(
            f"{len(found.failures)} of {len(images)} images have no mask. Mend those named above"
            f" or leave them out; the masks of the others are in {out}."
        )
