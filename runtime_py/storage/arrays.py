"""Reads `.npz` files: the wanted arrays in the wanted kinds, never a pickled object.

numpy decodes an array only when it is asked for, and lets a dozen kinds of exception through
(zlib's, zipfile's, tokenize's, …); here every damage is one `ValueError`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import no_memory

Kind = tuple[str, int]
"""Type code without byte order (`u1`, `f4`, `b1`, `U` for text), and number of axes."""


def read_arrays(path: Path, kinds: Mapping[str, Kind]) -> dict[str, NDArray[Any]]:
    """Return the arrays that `kinds` names.

    Raises:
        ValueError: missing, damaged, pickled, or an array of another kind.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in kinds}
    except Exception as error:  # all of them mean "this file is no good"
        raise no_memory(error) or ValueError(str(error) or type(error).__name__) from error
    for name, (code, axes) in kinds.items():
        found = arrays[name]
        if not found.dtype.str[1:].startswith(code) or found.ndim != axes:
            raise ValueError(
                f"{name} must be {code} of {axes} axes, it is {found.dtype.str[1:]} of {found.ndim}"
            )
    return arrays
