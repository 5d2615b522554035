"""Turns a published download into a dataset folder, by the name of its layout."""

import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.data.layouts.clinical import TEST, TRAIN, prepare_clinical
from skinseg_mobile.train.data.layouts.hgr import prepare_hgr
from skinseg_mobile.train.data.layouts.isic2017 import prepare_isic2017
from skinseg_mobile.train.data.layouts.lfw import prepare_lfw
from skinseg_mobile.train.data.layouts.lvs import prepare_lvs
from skinseg_mobile.train.data.layouts.prepared import PreparedData


class DataLayout(StrEnum):
    """The layouts that can be read; each has a file in `layouts/`."""

    ISIC2017 = "isic2017"
    LFW = "lfw"
    LVS = "lvs"
    HGR = "hgr"
    CLINICAL = "clinical"


_SKIN: Mapping[DataLayout, Callable[[Path, Path, int | None], PreparedData]] = (
    types.MappingProxyType(
        {DataLayout.LFW: prepare_lfw, DataLayout.LVS: prepare_lvs, DataLayout.HGR: prepare_hgr}
    )
)


def prepare(
    layout: str, source: Path, out: Path, *, train: int | None = None, test: int | None = None
) -> PreparedData:
    """Write the new dataset folder `out` from `source`; `train` and `test` choose in MD5 order.

    Raises:
        InputError: an unknown layout, a number that it does not take, or what the layout refuses.
    """
    if layout not in list(DataLayout):
        raise InputError(
            f"The layout '{layout}' does not exist. Choose one of {', '.join(DataLayout)}."
        )
    if layout == DataLayout.CLINICAL:
        counts = (TRAIN if train is None else train, TEST if test is None else test)
        return prepare_clinical(source, out, *counts)
    if test is not None:
        raise InputError(
            f"--test belongs to the layout clinical, and {layout} has none. Leave it out."
        )
    if layout == DataLayout.ISIC2017:
        if train is not None:
            raise InputError(
                "--train does not fit isic2017, which has an official split. Leave it out."
            )
        return prepare_isic2017(source, out)
    return _SKIN[DataLayout(layout)](source, out, train)
