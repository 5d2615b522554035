"""What lasts for a whole run is made once: vendors' tables, and what imports leave in memory.

A net of three operations is exported for three targets in five seconds in place of nine.
"""

import functools
import gc
import sys

MANY = 100


def make_tables_once() -> None:
    """Keep two tables that torch 2.13 makes anew; the lowest versions may have other names.

    It asks its dispatcher for all operations 35 times a decomposition, and reads all translations
    of onnxscript for each ONNX file.
    """
    import torch._export.utils as operations
    from torch.onnx._internal.exporter import _registration as translations

    for owner, name in (
        (operations, "_materialize_cpp_cia_ops"),
        (translations.ONNXRegistry, "from_torchlib"),
    ):
        if make := getattr(owner, name, None):
            setattr(owner, name, staticmethod(functools.cache(make)))


class Imports:
    """Left out of each search for garbage; coremltools asks for one at every conversion."""

    def __init__(self) -> None:
        self.known = 0

    def leave_out(self) -> None:
        """Do so with what was imported since the last time."""
        if len(sys.modules) > self.known + MANY:
            gc.collect()
            gc.freeze()
            self.known = len(sys.modules)
