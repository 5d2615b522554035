"""Engine `ncnn` of a worker: a net that pnnx has converted.

python ncnn_net.py ncnn FOLDER cpu|vulkan float32|float16 TENSORS

FOLDER holds `model.ncnn.param` and `model.ncnn.bin`; TENSORS is the greeting's `inputs` and
`outputs` as JSON, in the order of the file that they come from: ncnn numbers its own.
"""

import json
from collections import Counter
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.child.worker import NotTaken, main


class Ncnn:
    """A net on one thread, or on the first device that Vulkan finds."""

    def __init__(self, folder: str, unit: str, kind: str, tensors: str) -> None:
        self.ncnn: Any = import_module("ncnn")
        self.version, self.device = version("ncnn"), "this processor"
        self.inputs, self.outputs = json.loads(tensors)
        self.net = self.ncnn.Net()
        chosen, half = self.net.opt, kind == "float16"
        chosen.num_threads = 1
        chosen.use_fp16_packed = chosen.use_fp16_storage = chosen.use_fp16_arithmetic = half
        chosen.use_vulkan_compute = unit == "vulkan"
        if chosen.use_vulkan_compute:
            if not self.ncnn.get_gpu_count():
                raise RuntimeError("Vulkan finds no device")
            self.device = self.ncnn.get_gpu_info(0).device_name()
        self._require_known(Path(folder, "model.ncnn.param"))
        for load, name in ((self.net.load_param, "param"), (self.net.load_model, "bin")):
            if load(str(Path(folder, f"model.ncnn.{name}"))):
                raise RuntimeError(f"ncnn does not load the {name} file of pnnx")
        kinds = [(layer.type, layer.support_vulkan) for layer in self.net.layers()]
        if chosen.use_vulkan_compute:
            self.on, self.left = (
                dict(sorted(Counter(kind for kind, taken in kinds if taken is wanted).items()))
                for wanted in (True, False)
            )
            self.left.pop("Input", None)

    def _require_known(self, param: Path) -> None:
        """Raise NotTaken where pnnx has left operations that ncnn does not have."""
        _, _, *lines = param.read_text().splitlines()
        kinds = Counter(line.split()[0] for line in lines if line.strip())
        left = {kind: n for kind, n in kinds.items() if self.ncnn.layer_to_index(kind) < 0}
        if left:
            raise NotTaken(left)

    def run(self, name: str, value: Any) -> dict[str, Any]:
        """Return every output by name."""
        extractor = self.net.create_extractor()
        extractor.input("in0", self.ncnn.Mat(value[0]).clone())
        found = {}
        for number, (key, (shape, dtype)) in enumerate(self.outputs.items()):
            failed, result = extractor.extract(f"out{number}")
            if failed:
                raise RuntimeError(f"ncnn does not compute {key}")
            found[key] = np.array(result).astype(dtype).reshape(shape)
        return found


if __name__ == "__main__":
    main({"ncnn": Ncnn})
