"""Published data sets, one file a layout, each turned into the one folder format."""

import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from skinseg_mobile.runtime_py.errors import InputError, choices
from skinseg_mobile.train.data.layouts.clinical import TEST, TRAIN, prepare_clinical
from skinseg_mobile.train.data.layouts.ham10000 import prepare_ham10000
from skinseg_mobile.train.data.layouts.hgr import prepare_hgr
from skinseg_mobile.train.data.layouts.isic import prepare_isic2017, prepare_isic2018
from skinseg_mobile.train.data.layouts.lfw import prepare_lfw
from skinseg_mobile.train.data.layouts.lvs import prepare_lvs
from skinseg_mobile.train.data.layouts.ph2 import prepare_ph2
from skinseg_mobile.train.data.layouts.prepared import PreparedData


class DataLayout(StrEnum):
    """The layouts that can be read; each has a file in `layouts/`."""

    ISIC2017 = "isic2017"
    ISIC2018 = "isic2018"
    HAM10000 = "ham10000"
    PH2 = "ph2"
    LFW = "lfw"
    LVS = "lvs"
    HGR = "hgr"
    CLINICAL = "clinical"


_LESIONS: Mapping[str, Callable[[Path, Path], PreparedData]] = types.MappingProxyType(
    {
        DataLayout.ISIC2017: prepare_isic2017,
        DataLayout.ISIC2018: prepare_isic2018,
        DataLayout.HAM10000: prepare_ham10000,
        DataLayout.PH2: prepare_ph2,
    }
)
_SKIN: Mapping[str, Callable[[Path, Path, int | None], PreparedData]] = types.MappingProxyType(
    {DataLayout.LFW: prepare_lfw, DataLayout.LVS: prepare_lvs, DataLayout.HGR: prepare_hgr}
)


def prepare(
    layout: str, source: Path, out: Path, *, train: int | None = None, test: int | None = None
) -> PreparedData:
    """Write the new dataset folder `out` from `source`; `train` and `test` choose in MD5 order.

    Raises:
        InputError: an unknown layout, a number that it does not take, or what the layout refuses.
    """
    if layout not in list(DataLayout):
        known = choices(layout, DataLayout)
        raise InputError(f"The layout '{layout}' does not exist. {known}")
    if layout == DataLayout.CLINICAL:
        counts = (TRAIN if train is None else train, TEST if test is None else test)
        return prepare_clinical(source, out, *counts)
    if test is not None:
        raise InputError(
            f"--test belongs to the layout clinical, and {layout} has none. Leave it out."
        )
    if layout in _LESIONS:
        if train is not None:
            raise InputError(
                f"--train does not fit {layout}, which has a split of its own. Leave it out."
            )
        return _LESIONS[layout](source, out)
    return _SKIN[layout](source, out, train)
