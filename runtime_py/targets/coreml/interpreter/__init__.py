"""Reads and executes a saved Core ML ML Program (`.mlpackage`) on any platform.

package  Manifest.json, protobuf and weight file -> checked, decompressed `Program`
execute  the program's operations one by one in float32, rounded to the types the file declares

Documented MIL semantics of iOS 15 to 18; neither Core ML, coremltools nor torch is needed. What it
does not know it refuses by name. It checks conversion, weights, compression and preprocessing; it
is not a measurement on Apple hardware.
An example stands in docs/guide.md.
"""

from skinseg_mobile.runtime_py.targets.coreml.interpreter.executor import Rounding, execute
from skinseg_mobile.runtime_py.targets.coreml.interpreter.hazards import Hazard, hazards
from skinseg_mobile.runtime_py.targets.coreml.interpreter.parse import load_package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import Colour, Feature, Program

__all__ = [
    "Colour",
    "Feature",
    "Hazard",
    "Program",
    "Rounding",
    "execute",
    "hazards",
    "load_package",
]
