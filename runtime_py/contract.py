"""`Contract`: how an image becomes a net's input, and how its output becomes a probability.

Files that this project exports all follow `OURS`. A file that came from elsewhere has a contract
of its own, which stands in its manifest; docs/contract.md has the page that people write.

    image  fit + filter  (h, w, 3) RGB 0..255   colour, mean, deviation   the file's input
    output  channel, kind, inverted   probability (h, w)   the same fit and filter   image's size
"""

import math
from dataclasses import dataclass
from enum import StrEnum

CONTRACT = "contract"
"""What a manifest's `resize` and `colour` say where its `contract` says it: older readers refuse
the file by this word."""


class Fit(StrEnum):
    """How an image's frame becomes the input's."""

    SQUASH = "squash"
    """The whole frame, its aspect changed."""
    LETTERBOX = "letterbox"
    """The whole frame, its aspect kept, in the middle; the rest is `pad`."""
    CROP = "centre-crop"
    """The largest part in the middle that has the input's aspect; outside it nothing is positive.
    """


class Filter(StrEnum):
    """How pixels are resampled."""

    ANTIALIASED = "antialiased"
    """This project's own, docs/contract.md: a triangle that widens with the scale."""
    BILINEAR = "bilinear"
    """Two by two pixels, half-pixel centres: OpenCV, torch, TensorFlow 2."""
    ALIGNED = "aligned-corners"
    """Two by two pixels; the corners' centres fall on each other."""
    ASYMMETRIC = "asymmetric"
    """Two by two pixels without half-pixel centres: TensorFlow 1."""


class ColourOrder(StrEnum):
    """The channels of the input, in order."""

    RGB = "RGB"
    BGR = "BGR"


class OutputKind(StrEnum):
    """What the values of the output are."""

    PROBABILITY = "probability"
    LOGITS = "logits"
    """A sigmoid makes probabilities of them."""
    SOFTMAX = "softmax"
    """Logits of several channels; a softmax over them makes probabilities."""
    BYTES = "bytes"
    """Probabilities from 0 to 255."""


Three = tuple[float, float, float]
_MOST = 1e30
"""Of an input's values: float32 ends at 3e38."""


@dataclass(frozen=True)
class Frame:
    """Where an image's pixels lie in a net's input."""

    height: int
    width: int
    fit: Fit = Fit.SQUASH
    filter: Filter = Filter.ANTIALIASED
    pad: int = 0
    """Level of what is beside a letterboxed image, 0 to 255."""

    @property
    def key(self) -> str:
        """What files are called that hold an image in this frame."""
        return f"{self.height}x{self.width}-{self.fit}-{self.filter}-{self.pad}"


@dataclass(frozen=True)
class Contract:
    """One file's; its size, layout, dtype and quantization are those of its tensors."""

    fit: Fit = Fit.SQUASH
    filter: Filter = Filter.ANTIALIASED
    pad: int = 0
    """Level of what is beside a letterboxed image, 0 to 255."""
    colour: ColourOrder = ColourOrder.RGB
    mean: Three = (0.0, 0.0, 0.0)
    """value = (level − mean) / deviation: levels are 0 to 255, in the order of red, green, blue."""
    deviation: Three = (1.0, 1.0, 1.0)
    output: OutputKind = OutputKind.PROBABILITY
    channel: int = 0
    """Of the output: the one whose probability is wanted."""
    inverted: bool = False
    """Whether the channel is the background's."""

    def __post_init__(self) -> None:
        if not 0 <= self.pad <= 255:
            raise ValueError(f"pad must be a level of 0 to 255, got {self.pad}")
        if not all(math.isfinite(value) for value in (*self.mean, *self.deviation)):
            raise ValueError("mean and deviation must be finite numbers")
        if 0.0 in self.deviation:
            raise ValueError(f"deviation must not be 0, got {list(self.deviation)}")
        made = [(255 + abs(m)) / abs(d) for m, d in zip(self.mean, self.deviation, strict=True)]
        if max(map(abs, (*self.mean, *self.deviation, *made))) > _MOST:
            raise ValueError(f"mean and deviation must give values of {_MOST:g} at most")
        if self.channel < 0:
            raise ValueError(f"channel must be 0 or more, got {self.channel}")

    def frame(self, height: int, width: int) -> Frame:
        """Return the frame of an input of this size."""
        return Frame(height, width, self.fit, self.filter, self.pad)

    @property
    def own(self) -> str:
        """What differs from this project's contract: `fit is letterbox, colour is BGR`."""
        differing = [n for n in _FIELDS if getattr(self, n) != getattr(OURS, n)]
        return ", ".join(f"{n} is {said(getattr(self, n))}" for n in differing)


OURS = Contract()
"""What every file follows that this project exports."""
_FIELDS = tuple(Contract.__dataclass_fields__)


def said(value: object) -> str:
    """Return a field's value as sentences have it.

    >>> said((127.5, 127.5, 127.5)), said(True), said(Fit.CROP)
    ('127.5', 'true', 'centre-crop')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, tuple):
        return str(value)
    numbers = [f"{number:g}" for number in value]  # pyright: ignore[reportUnknownVariableType]
    return numbers[0] if len(set(numbers)) == 1 else f"[{', '.join(numbers)}]"
