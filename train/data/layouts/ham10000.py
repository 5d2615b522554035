"""Turns HAM10000 with the lesion masks of Tschandl et al. into a dataset folder.

    SRC/HAM10000_images_part_1                    folder or .zip: ISIC_xxxxxxx.jpg
    SRC/HAM10000_images_part_2                    folder or .zip
    SRC/HAM10000_segmentations_lesion_tschandl    folder or .zip: ISIC_xxxxxxx_segmentation.png
    SRC/HAM10000_metadata                         also .csv or .tab: lesion_id,image_id,dx,…

The 10,015 images show 7,470 lesions, and no split is published. A tenth of the images becomes
`test`, a tenth `valid`, and a tenth of the rest `dev`, in MD5 order of the id; all images of a
lesion stand in one split. Columns: lesion, diagnosis, age, sex, localization.

Source: Tschandl, Rosendahl, Kittler, Sci. Data 5, 180161 (2018); masks: Tschandl et al., Nature
Medicine 26, 1229 (2020); both at doi.org/10.7910/DVN/DBW86T. Names agree in several public loaders;
no file of the set was at hand when this was written.
"""

from pathlib import Path

from skinseg_mobile.runtime_py.data.columns import families
from skinseg_mobile.runtime_py.data.dataset import first_whole, with_dev
from skinseg_mobile.runtime_py.data.split_table import Row, Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.data.layouts.files import files_of, require_pairs
from skinseg_mobile.train.data.layouts.isic import IMAGE, MASK
from skinseg_mobile.train.data.layouts.prepared import (
    PreparedData,
    copy_pairs,
    new_set,
    read_metadata,
    write_split,
)

_PARTS = ("HAM10000_images_part_1", "HAM10000_images_part_2")
_MASKS = "HAM10000_segmentations_lesion_tschandl"
_METADATA = "HAM10000_metadata"
_ENDS = ("", ".csv", ".tab")
_COLUMNS = {
    "lesion": "lesion_id",
    "diagnosis": "dx",
    **{c: c for c in ("age", "sex", "localization")},
}
_SHARE = 0.1


def prepare_ham10000(source: Path, out: Path) -> PreparedData:
    """Write the new dataset folder `out` from the published files in `source`.

    Raises:
        InputError: a part is not there, incomplete or damaged, or `out` exists.
    """
    tables = [path for end in _ENDS if (path := source / f"{_METADATA}{end}").is_file()]
    if not tables:
        raise InputError(
            f"{source} does not hold {_METADATA}, which names the lesion of each image. Download"
            " it, too."
        )
    rows = read_metadata(tables[0], "image_id", tuple(_COLUMNS.values()))
    with (
        files_of(source, IMAGE, _PARTS[0]) as first,
        files_of(source, IMAGE, _PARTS[1]) as second,
        files_of(source, MASK, _MASKS) as masks,
    ):
        images = {**first, **second}
        require_pairs(images, masks, (" and ".join(_PARTS), _MASKS))
        require_pairs(images, rows, (" and ".join(_PARTS), tables[0].name))
        values = {
            id_: {ours: rows[id_][theirs] for ours, theirs in _COLUMNS.items()} for id_ in images
        }
        splits = _splits(values)
        with new_set(out) as folder:
            copy_pairs(folder, images, masks)
            write_split(folder, splits, values)
    return PreparedData.of(out, splits)


def _splits(values: dict[str, dict[str, str]]) -> dict[str, Split]:
    family = families({id_: Row(Split.TRAIN, row) for id_, row in values.items()})
    splits = dict.fromkeys(values, Split.TRAIN)
    for split in (Split.TEST, Split.VALID):
        free = [id_ for id_, found in splits.items() if found is Split.TRAIN]
        chosen = first_whole(free, int(len(values) * _SHARE), family)
        splits |= dict.fromkeys(chosen, split)
    return with_dev(splits, family=family)
