"""TFLite files in LiteRT without a manifest: anybody's file, one thread, tensors by number."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.targets.tflite.delegation import Delegation, split
from skinseg_mobile.runtime_py.vendors import vendor, vendor_noise_to

Array = NDArray[Any]


class Interpreter:
    """One loaded file; calling it runs it on what it was last fed."""

    def __init__(self, content: bytes) -> None:
        litert = vendor("ai_edge_litert.interpreter", "")
        with vendor_noise_to(Path(os.devnull)):  # it announces its kernels
            self._held = litert.Interpreter(model_content=content, num_threads=1)
            self._held.allocate_tensors()

    def __call__(self) -> None:
        """Run."""
        self._held.invoke()

    def feed(self, values: Mapping[int, Array] | None = None, *, seed: int = 0) -> None:
        """Set the inputs by number, or draw them from 0 to 255 (int8: all its range)."""
        draw = np.random.default_rng(seed)
        for tensor in self._held.get_input_details():
            number, dtype = tensor["index"], tensor["dtype"]
            low, high = (-128, 128) if dtype == np.int8 else (0, 255)
            drawn = draw.uniform(low, high, tensor["shape"]).astype(dtype)
            self._held.set_tensor(number, drawn if values is None else values[number])

    def inputs(self) -> dict[int, Array]:
        """Return what it was last fed, by number."""
        return self._values(self._held.get_input_details())

    def results(self) -> dict[int, Array]:
        """Return the outputs of the last run, by number."""
        return self._values(self._held.get_output_details())

    def delegation(self) -> Delegation | None:
        """Return how LiteRT has split the file; None where this version does not tell."""
        tell = getattr(self._held, "_get_ops_details", None)
        return split(tell()) if tell else None

    def _values(self, details: list[dict[str, Any]]) -> dict[int, Array]:
        return {tensor["index"]: self._held.get_tensor(tensor["index"]) for tensor in details}
