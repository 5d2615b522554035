"""A teacher writes soft masks once; labels, soft masks and unlabelled images become one tensor.

    masks (N, 2, H, W) uint8:  0 or 1 by the label, NO_LABEL where there is none
                               255 times the teacher's probability, if soft masks were given

Both channels go through the augmentation together: student, label and teacher see the same view.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from skinseg_mobile.compress.distil.config import DistilConfig
from skinseg_mobile.runtime_py.data.dataset import Dataset, Split, read_dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import require_absent
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.data.images import DecodedSplit, decode_split
from skinseg_mobile.train.data.soft_masks import SUFFIX, SoftMasks, soft_masks, write_soft_masks
from skinseg_mobile.train.references.score import for_inference

NO_LABEL = 2


def teach(
    teacher: Checkpoint, data: Dataset, out: Path, *, views: int = 8, bf16: bool = False
) -> SoftMasks:
    """Write the soft masks of the train split of `data` to the new file `out`.

    `views` as in `DistilConfig`; with `bf16` the teacher computes in bfloat16.

    Raises:
        InputError: `out` exists or is no .npz file, or there is no train photograph.
    """
    views = DistilConfig(views=views).views
    require_absent(out, SUFFIX)
    train = data.of(Split.TRAIN)
    if not train:
        raise InputError(
            f"{data.root} has no train images, and soft masks are made of them. Add a split.csv."
        )
    shown = decode_split(train, teacher.record.spec.input_size, "reading train", labelled=False)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    net = for_inference(teacher.build().to(device), device)
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    masks = soft_masks(net, shown, device, views=views, bf16=bf16)
    found = SoftMasks(shown.ids, masks, teacher.digest, data.digest())
    write_soft_masks(found, out)
    return found


def with_soft_masks(
    decoded: DecodedSplit, data: Dataset, teachers: Sequence[SoftMasks]
) -> DecodedSplit:
    """Return photographs with the mean of the soft masks that were made of `data` behind the label.

    Raises:
        InputError: none was, or one lacks a photograph.
    """
    fitting = _made_of(data, teachers)
    if not fitting:
        raise InputError(
            f"No soft masks were made of {data.root} as it is now. Write them with `skinseg-mobile"
            " compress soft-masks`; those of --unlabelled images with its --unlabelled."
        )
    soft = torch.stack([_resized(found, decoded) for found in fitting]).mean(0)
    return replace(decoded, masks=torch.cat((decoded.masks, soft.round().to(torch.uint8)), 1))


def require_fitting(teachers: Sequence[SoftMasks], sets: Sequence[Dataset]) -> None:
    """Refuse soft masks that were made of none of the sets.

    Raises:
        InputError: some were; the sentence names the file.
    """
    fitting = {found.data for data in sets for found in _made_of(data, teachers)}
    for found in teachers:
        if found.data not in fitting:
            raise InputError(
                f"The soft masks {found.name} were made of other images than those of"
                f" {' and '.join(str(data.root) for data in sets)}. Leave them out, or write them"
                " again with `skinseg-mobile compress soft-masks`."
            )


def _made_of(data: Dataset, teachers: Sequence[SoftMasks]) -> list[SoftMasks]:
    """Return those that were made of a set, with its own share of dev or with the usual one."""
    digests = {data.digest()}
    if any(found.data not in digests for found in teachers):
        digests.add(read_dataset(data.root).digest())
    return [found for found in teachers if found.data in digests]


def _resized(found: SoftMasks, decoded: DecodedSplit) -> Tensor:
    """Return (N, 1, H, W) float32 levels in [0, 255], in the photographs' order."""
    rows = {id_: row for row, id_ in enumerate(found.ids)}
    missing = [id_ for id_ in decoded.ids if id_ not in rows]
    if missing:
        raise InputError(f"The soft masks lack the image {missing[0]}. Write them again.")
    masks = torch.from_numpy(found.masks[[rows[id_] for id_ in decoded.ids]])[:, None].float()
    size = decoded.masks.shape[-2:]
    return F.interpolate(masks, size=size, mode="bilinear", align_corners=False)


def joined(labelled: DecodedSplit, unlabelled: DecodedSplit) -> DecodedSplit:
    """Return both as one split; ids get a prefix where they would be mistaken for each other."""
    ids = tuple(f"unlabelled/{id_}" for id_ in unlabelled.ids)
    return DecodedSplit(
        (*labelled.ids, *ids),
        torch.cat((labelled.images, unlabelled.images)),
        torch.cat((labelled.masks, unlabelled.masks)),
        (*labelled.truths, *unlabelled.truths),
    )
