"""A teacher looks at every train photograph once: soft masks for many distillations."""

from pathlib import Path

import torch

from skinseg_mobile.runtime_py.data.dataset import Dataset, Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import require_absent
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.data.images import read_photographs
from skinseg_mobile.train.data.soft_masks import SUFFIX, SoftMasks, soft_masks, write_soft_masks
from skinseg_mobile.train.references.score import for_inference


def teach(teacher: Checkpoint, data: Dataset, out: Path) -> SoftMasks:
    """Write the soft masks of the train split of `data` to the new file `out`.

    Raises:
        InputError: `out` exists or is no .npz file, or there is no train photograph.
    """
    require_absent(out)
    if out.suffix != SUFFIX:
        raise InputError(f"{out} does not end in {SUFFIX}. Name a file of soft masks so.")
    train = data.of(Split.TRAIN)
    if not train:
        raise InputError(
            f"{data.root} has no train images, and soft masks are made of them. Add a split.csv."
        )
    shown = read_photographs(train, teacher.record.spec.input_size, "reading train", labelled=False)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    net = for_inference(teacher.build().to(device), device)
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    masks = soft_masks(net, shown, device)
    found = SoftMasks(shown.ids, masks, teacher.digest, data.digest())
    write_soft_masks(found, out)
    return found
