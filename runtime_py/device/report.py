"""`device-report.json`: what a device computed on an artefact's golden images.

The schema is documented for app teams in docs/device-report.md. Probabilities are base64 of the
net's own map, row by row from the top left, before any resize: h · w values of `dtype`,
little-endian.

    float32         the probability itself
    uint8, int8     probability = scale · (value − zero_point)
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.images.pipeline import Probability
from skinseg_mobile.runtime_py.storage.atomic import read_json, require_absent, to_json, write_file
from skinseg_mobile.runtime_py.storage.from_json import rebuild
from skinseg_mobile.runtime_py.targets.spec import Placed

FORMAT = 1
MOST_BYTES = 256 << 20
"""Largest report: some 1,000 images."""


class Dtype(StrEnum):
    """How a device wrote its probabilities."""

    FLOAT32 = "float32"
    UINT8 = "uint8"
    INT8 = "int8"


STORED: Mapping[Dtype, str] = {Dtype.FLOAT32: "<f4", Dtype.UINT8: "u1", Dtype.INT8: "i1"}


@dataclass(frozen=True)
class Encoding:
    """What the bytes of every probability map mean."""

    dtype: Dtype
    scale: float | None = None
    """For uint8 and int8, like `zero_point`."""
    zero_point: int | None = None

    def __post_init__(self) -> None:
        given = self.scale is not None and self.zero_point is not None
        absent = self.scale is None and self.zero_point is None
        if not (absent if self.dtype is Dtype.FLOAT32 else given):
            raise ValueError("scale and zero_point go with uint8 and int8, and with no other dtype")
        if self.scale is not None and not 0 < self.scale <= 1:
            raise ValueError(f"the scale is {self.scale}, outside (0, 1]")
        if self.zero_point is not None and not -128 <= self.zero_point <= 255:
            raise ValueError(f"the zero_point is {self.zero_point}, which is no {self.dtype}")


@dataclass(frozen=True)
class App:
    """The app that computed."""

    name: str
    version: str
    sha256: str | None = None
    """Of the .apk, .aab or .ipa, where it is known."""


@dataclass(frozen=True)
class DeviceImage:
    """One golden image on a device."""

    id: str
    milliseconds: float
    """The net alone, without decoding or resizing."""
    probability: str
    """Base64; see the module."""

    def __post_init__(self) -> None:
        if not self.milliseconds > 0:
            raise ValueError(f"milliseconds of {self.id} are {self.milliseconds}, not above 0")


@dataclass(frozen=True)
class DeviceReport:
    """What `device-report.json` says."""

    device: str
    os: str
    runtime: str
    """Engine and version, say "LiteRT 2.1.0"."""
    delegate: str
    """Where it ran, say "CPU, XNNPACK, 4 threads" or "Core ML, CPU_AND_NE"."""
    app: App
    model_sha256: str
    """The manifest's; the app has compared it with its file where its file is the model."""
    golden_sha256: str
    encoding: Encoding
    images: tuple[DeviceImage, ...]
    format: int = FORMAT
    placement: tuple[Placed, ...] = ()
    """Which part of the device computes what; empty where its runtime does not tell."""

    def __post_init__(self) -> None:
        counts = [count for part in self.placement for count in part.operations.values()]
        if min(counts, default=1) < 1:
            raise ValueError(f"placement counts {min(counts)} operations of a type, not 1 or more")

    def map_of(self, image: DeviceImage, height: int, width: int) -> Probability:
        """Return an image's probabilities (height, width) float32.

        Raises:
            InputError: no base64, or of another size.
        """
        dtype = np.dtype(STORED[self.encoding.dtype])
        try:
            content = base64.b64decode(image.probability, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InputError(
                f"The probability of {image.id} is no base64 ({error}). Encode it again."
            ) from error
        if len(content) != height * width * dtype.itemsize:
            raise InputError(
                f"The probability of {image.id} has {len(content)} bytes, and {height}×{width}"
                f" {self.encoding.dtype} values have {height * width * dtype.itemsize}. Send the"
                " net's own map."
            )
        return self._decoded(np.frombuffer(content, dtype)).reshape(height, width)

    def _decoded(self, stored: NDArray[np.generic]) -> Probability:
        if self.encoding.scale is None or self.encoding.zero_point is None:
            return stored.astype(np.float32)
        steps = stored.astype(np.float64) - self.encoding.zero_point
        return (steps * self.encoding.scale).astype(np.float32)


def encoded(probability: Probability) -> str:
    """Return a map as base64 of little-endian float32."""
    return base64.b64encode(probability.astype("<f4").tobytes()).decode()


def write_device_report(report: DeviceReport, path: Path) -> None:
    """Write a new report.

    Raises:
        InputError: it exists or cannot be written.
    """
    require_absent(path)
    write_file(path, to_json(asdict(report)))


def read_device_report(path: Path) -> DeviceReport:
    """Read a report.

    Raises:
        InputError: missing, damaged, too large, or of another format.
    """
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise InputError(
            f"{path} is larger than {MOST_BYTES >> 20} MiB. Send the golden images alone."
        )
    data = read_json(path)
    if data.get("format") != FORMAT:
        raise InputError(
            f"{path} has the format {data.get('format')} instead of {FORMAT}. See"
            " docs/device-report.md."
        )
    try:
        return rebuild(DeviceReport, data)
    except ValueError as error:
        raise InputError(
            f"{path} is no device report: {error}. See docs/device-report.md."
        ) from error
