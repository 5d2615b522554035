"""Which width of a layout each convolution gives, and a layout with other widths.

A pruned net is described by its layout alone, so what a layout infers from widths must not change
with them: `Lean` adds a block's input where the widths are equal, and leaves out the expansion
where it would not expand. `same_form` tells whether new widths keep all of that.
"""

from collections.abc import Mapping
from dataclasses import replace

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.nets.lean import LeanLayout
from skinseg_mobile.train.nets.spec import NetSpec

Widths = Mapping[str, int]
"""Width by field: `stem`, `blocks.3.expanded`, `blocks.3.out`, `hidden.0`."""


def lean_layout(spec: NetSpec) -> LeanLayout:
    """Return the layout of a lean net.

    Raises:
        InputError: the net is of another family.
    """
    if not isinstance(spec.layout, LeanLayout):
        raise InputError(f"pruning is for lean nets, this is a {spec.family} one; train a lean net")
    return spec.layout


def fields_of(layout: LeanLayout) -> dict[str, str]:
    """Return the field by the name of each convolution whose width it is."""
    found = {"stem.0": "stem"}
    for index, expands in enumerate(_expands(layout)):
        *expanded, out = range(2 + expands)
        found |= {f"blocks.{index}.layers.{i}.0": f"blocks.{index}.expanded" for i in expanded}
        found[f"blocks.{index}.layers.{out}.0"] = f"blocks.{index}.out"
    found |= {f"head.project.{level}": "hidden.0" for level in range(len(layout.levels))}
    return found | {f"head.mlp.{3 * i}": f"hidden.{i + 1}" for i in range(len(layout.hidden) - 1)}


def widths_of(layout: LeanLayout) -> dict[str, int]:
    """Return every width of a layout by its field."""
    found = {"stem": layout.stem}
    for index, block in enumerate(layout.blocks):
        found |= {f"blocks.{index}.expanded": block.expanded, f"blocks.{index}.out": block.out}
    return found | {f"hidden.{index}": width for index, width in enumerate(layout.hidden)}


def with_widths(layout: LeanLayout, widths: Widths) -> LeanLayout:
    """Return the layout with each field in `widths`."""
    return replace(
        layout,
        stem=widths["stem"],
        blocks=tuple(
            replace(
                block,
                expanded=widths[f"blocks.{index}.expanded"],
                out=widths[f"blocks.{index}.out"],
            )
            for index, block in enumerate(layout.blocks)
        ),
        hidden=tuple(widths[f"hidden.{index}"] for index in range(len(layout.hidden))),
    )


def same_form(layout: LeanLayout, other: LeanLayout) -> bool:
    """Whether two layouts build the same layers but for their widths."""
    return _form(layout) == _form(other)


def _form(layout: LeanLayout) -> list[tuple[bool, bool]]:
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
