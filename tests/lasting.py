"""What lasts for a whole run is made once: vendors' tables, and what imports leave in memory.

A net of three operations is exported for three targets in five seconds in place of nine.
"""

import functools
import gc
import sys
from typing import Any

MANY = 100


class Imports:
    """What tests have imported so far: they ask before each test, and pay for it once."""

    def __init__(self) -> None:
        self.known = 0

    def settle(self) -> None:
        """Leave what came since the last time out of each search for garbage.

        coremltools asks for one at every conversion.
        """
        if len(sys.modules) > self.known + MANY:
            _keep_tables()
            gc.collect()
            gc.freeze()
            self.known = len(sys.modules)


class _Unread:
    """A type whose parameters nobody reads."""

    def __getitem__(self, _: Any) -> "_Unread":
        return self


def _keep_tables() -> None:
    """Keep what torch 2.13 makes anew; the lowest versions may have other names.

    It asks its dispatcher for all operations 35 times a decomposition, reads all translations of
    onnxscript for each ONNX file, and builds the type of a function that it annotates within
    another 70,000 times a net.
    """
    if operators := sys.modules.get("torch._ops"):
        vars(operators)["Callable"] = _Unread()
    translations = sys.modules.get("torch.onnx._internal.exporter._registration")
    _keep(sys.modules.get("torch._export.utils"), "_materialize_cpp_cia_ops")
    _keep(getattr(translations, "ONNXRegistry", None), "from_torchlib")


def _keep(owner: Any, name: str) -> None:
    make = getattr(owner, name, None)
    if make and not isinstance(vars(owner)[name], staticmethod):
        setattr(owner, name, staticmethod(functools.cache(make)))
