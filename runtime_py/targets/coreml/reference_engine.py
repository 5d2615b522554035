"""Runs `model.mlpackage` anywhere: our own executor, operation by operation from the saved file."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.engines.metadata import require_same
from skinseg_mobile.runtime_py.engines.protocol import (
    channels_first,
    require_described,
    restore,
    store,
)
from skinseg_mobile.runtime_py.targets.coreml.interpreter import (
    Feature,
    Rounding,
    execute,
    load_package,
)

NCHW = "NCHW"


class CoremlReferenceEngine:
    """A program and a rounding; see `runtime_py.mil`."""

    def __init__(self, path: Path, manifest: Manifest, rounding: Rounding) -> None:
        self.manifest = manifest
        self.rounding = rounding
        self.program = load_package(path)
        require_described(manifest, _tensors(self.program.inputs), _tensors(self.program.outputs))
        require_same(manifest, self.program.metadata)

    @property
    def name(self) -> str:
        """Engine and rounding."""
        return f"coreml-reference, rounding {self.rounding}"

    @property
    def claim(self) -> str:
        """What results of this engine mean, and what they do not."""
        rounded = (
            "results rounded to declared types"
            if self.rounding is Rounding.DECLARED
            else "nothing rounded"
        )
        return (
            "The saved package, executed op by op from its file by our reference executor"
            f" (documented MIL semantics, fp32 arithmetic, {rounded}). This checks conversion,"
            " weights, compression and preprocessing. It is not a measurement on Apple hardware."
        )

    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        return restore(self._run(tensor)[self.manifest.output.name], self.manifest.output)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """See `Engine`."""
        if not self.manifest.taps:
            return {}
        found = self._run(tensor)
        return {name: channels_first(found[name], NCHW) for name in self.manifest.taps}

    def _run(self, tensor: NDArray[np.float32]) -> dict[str, Any]:
        given = self.manifest.input
        return execute(self.program, {given.name: store(tensor, given)}, rounding=self.rounding)


def _tensors(features: tuple[Feature, ...]) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return the program's own tensors; an image is a buffer of 8 bits, which we never write."""
    return {
        feature.name: (
            tuple(length or 0 for length in feature.shape or ()),
            "uint8" if feature.colour else feature.dtype,
        )
        for feature in features
    }
