"""How many elements a sliding window adds before and after each spatial axis.

valid       none
custom      as written: before, after of axis 0, before, after of axis 1, …
same        output length = ceil(input / stride); the odd element goes behind
same_lower  the same, the odd element goes in front

Source: MIL `conv` and `pool` docs; `ops/defs/_utils.py` of coremltools.
"""

from collections.abc import Sequence

from skinseg_mobile.runtime_py.errors import InputError

Pads = list[tuple[int, int]]


def window_padding(
    pad_type: str,
    pad: Sequence[int] | None,
    *,
    lengths: Sequence[int],
    windows: Sequence[int],
    strides: Sequence[int],
) -> Pads:
    """Return (before, after) for each spatial axis; `windows` are dilated kernel sizes.

    Raises:
        InputError: an unknown `pad_type`, or `pad` of the wrong length.
    """
    if pad_type == "valid":
        return [(0, 0)] * len(lengths)
    if pad_type == "custom":
        if pad is None or len(pad) != 2 * len(lengths):
            raise InputError(f"The custom padding is {pad}. It needs {2 * len(lengths)} numbers.")
        return list(zip(pad[::2], pad[1::2], strict=True))
    if pad_type not in ("same", "same_lower"):
        raise InputError(
            f"The padding is '{pad_type}'. Known are valid, same, same_lower and custom."
        )
    totals = [
        max(0, (-(-length // stride) - 1) * stride + window - length)
        for length, window, stride in zip(lengths, windows, strides, strict=True)
    ]
    if pad_type == "same":
        return [(total // 2, total - total // 2) for total in totals]
    return [(total - total // 2, total // 2) for total in totals]
