"""Which width of a layout each convolution gives, and a layout with other widths.

A pruned net is described by its layout alone, so what a layout infers from widths must not change
with them: `Lean` adds a block's input where the widths are equal, and leaves out the expansion
where it would not expand. `same_form` tells whether new widths keep all of that.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.hypercolumn import CONVOLUTIONS, HypercolumnLayout
from skinseg_mobile.train.nets.lean import LeanLayout
from skinseg_mobile.train.nets.spec import NetSpec

Widths = Mapping[str, int]
"""Width by field: `stem`, `blocks.3.expanded`, `blocks.3.out`, `hidden.0`; `widths.0`, `fc`."""
Prunable = LeanLayout | HypercolumnLayout


def prunable(spec: NetSpec) -> Prunable:
    """Return the layout of a net that can be pruned.

    Raises:
        InputError: the net is of another family.
    """
    if not isinstance(spec.layout, LeanLayout | HypercolumnLayout):
        raise InputError(
            f"pruning is for lean and hypercolumn nets, this is a {spec.family}; train one of them"
        )
    return spec.layout


def fields_of(layout: Prunable) -> dict[str, str]:
    """Return the field by the name of each convolution whose width it is."""
    lean = isinstance(layout, LeanLayout)
    stride = 3 if lean or layout.batch_norm else 2  # convolution, batch norm, activation
    levels = len(layout.levels) if lean else len(layout.widths) + 1
    return {
        **(_lean_trunk(layout) if lean else _vgg_trunk(layout, stride)),
        **{f"head.project.{level}": "hidden.0" for level in range(levels)},
        **{f"head.mlp.{stride * i}": f"hidden.{i + 1}" for i in range(len(layout.hidden) - 1)},
    }


def _lean_trunk(layout: LeanLayout) -> dict[str, str]:
    found = {"stem.0": "stem"}
    for index, expands in enumerate(_expands(layout)):
        *expanded, out = range(2 + expands)
        found |= {f"blocks.{index}.layers.{i}.0": f"blocks.{index}.expanded" for i in expanded}
        found[f"blocks.{index}.layers.{out}.0"] = f"blocks.{index}.out"
    return found


def _vgg_trunk(layout: HypercolumnLayout, stride: int) -> dict[str, str]:
    fields = [*(f"widths.{depth}" for depth in range(len(layout.widths))), "fc"]
    return {
        f"blocks.{depth}.{(depth > 0) + stride * i}": field  # a pooling layer is the first
        for depth, (field, count) in enumerate(zip(fields, (*CONVOLUTIONS, 2), strict=True))
        for i in range(count)
    }


def widths_of(layout: Prunable) -> dict[str, int]:
    """Return every width of a layout by its field."""
    hidden = {f"hidden.{index}": width for index, width in enumerate(layout.hidden)}
    if isinstance(layout, HypercolumnLayout):
        widths = {f"widths.{depth}": width for depth, width in enumerate(layout.widths)}
        return {**widths, "fc": layout.fc, **hidden}
    blocks = (
        ((f"blocks.{index}.expanded", block.expanded), (f"blocks.{index}.out", block.out))
        for index, block in enumerate(layout.blocks)
    )
    return {"stem": layout.stem, **dict(chain.from_iterable(blocks)), **hidden}


def with_widths(layout: Prunable, widths: Widths) -> Prunable:
    """Return the layout with each field in `widths`."""
    hidden = tuple(widths[f"hidden.{index}"] for index in range(len(layout.hidden)))
    if isinstance(layout, HypercolumnLayout):
        depths = tuple(widths[f"widths.{depth}"] for depth in range(len(layout.widths)))
        return replace(layout, widths=depths, fc=widths["fc"], hidden=hidden)
    blocks = tuple(
        replace(
            block,
            expanded=widths[f"blocks.{index}.expanded"],
            out=widths[f"blocks.{index}.out"],
        )
        for index, block in enumerate(layout.blocks)
    )
    return replace(layout, stem=widths["stem"], blocks=blocks, hidden=hidden)


def same_form(layout: Prunable, other: Prunable) -> bool:
    """Whether two layouts of one net build the same layers but for their widths."""
    return _form(layout) == _form(other)


def _form(layout: Prunable) -> list[tuple[bool, bool]]:
    if isinstance(layout, HypercolumnLayout):
        return []
    residuals = [
        block.stride == 1 and width == block.out
        for width, block in zip(_inputs(layout), layout.blocks, strict=True)
    ]
    return list(zip(_expands(layout), residuals, strict=True))


def _expands(layout: LeanLayout) -> list[bool]:
    blocks = zip(_inputs(layout), layout.blocks, strict=True)
    return [block.expanded != width for width, block in blocks]


def _inputs(layout: LeanLayout) -> list[int]:
    return [layout.stem, *(block.out for block in layout.blocks[:-1])]
