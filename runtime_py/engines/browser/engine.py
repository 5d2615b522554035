"""Runs `model.tflite` and `model.onnx` in a browser, with the web app's own code."""

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.artifact.manifest import parse_manifest
from skinseg_mobile.runtime_py.engines.browser.page import EnginePage
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets import target_of
from skinseg_mobile.runtime_py.targets.spec import ModelFile, Placed


class WebEngine:
    """One page with the model loaded, out of its artefact's folder."""

    def __init__(self, model: ModelFile) -> None:
        self.model = model
        self.target = target_of(model.path)
        self.page = EnginePage(model.path.parent, parse_manifest(model.path.parent))
        self.described = self.target.inspect(model.path)

    @property
    def name(self) -> str:
        """Library, version and browser."""
        kind = f"{self.target.engines[0].name}-web"
        version = self.page.ready.runtime.rpartition(" ")[2]
        return f"{kind} {version} in {self.page.ready.browser}"

    @property
    def claim(self) -> str:
        """What results of this engine mean, and what they do not."""
        return (
            "Computed by the reference web app in a browser on this machine"
            f" ({self.page.ready.delegate}). This checks the numbers of a browser and says nothing"
            " about a phone's speed."
        )

    @property
    def placement(self) -> tuple[Placed, ...]:
        """Nothing: the page names its delegate, not each operation."""
        return ()

    def __call__(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        found = self.page.ask(tensor.astype("<f4").tobytes())
        return np.frombuffer(found, "<f4").reshape(self.model.output.side)

    def stages(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return nothing without taps; the web app gives a model's probability alone."""
        if self.model.taps:
            raise InputError(
                "The web app gives no intermediate outputs. Look at them with another engine."
            )
        return {}
