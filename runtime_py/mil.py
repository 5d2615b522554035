"""The old name of `runtime_py.targets.coreml.interpreter`; it goes with the next release."""

import warnings

from skinseg_mobile.runtime_py.targets.coreml.interpreter import execute, load_package

__all__ = ["execute", "load_package"]
warnings.warn(
    "skinseg_mobile.runtime_py.mil is now skinseg_mobile.runtime_py.targets.coreml.interpreter",
    DeprecationWarning,
    stacklevel=2,
)
