"""Writes what files with contracts of their own are fed, and what becomes of their results.

    python -m tests.contract_cases

`tests/vectors/contracts.json` holds a small image and a small result for each case: every port
repeats the steps. No model is needed. The image is `large_photo` of the case's size; a port's
`stored` must be equal, `probability` within 1e-6, and `map` and `mask`, made of the probability
given here, equal again.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from skinseg_mobile.runtime_py.contract import ColourOrder, Contract, Filter, Fit, OutputKind
from skinseg_mobile.runtime_py.images.frame import fitted, mask_in, unfitted
from skinseg_mobile.runtime_py.targets.spec import TensorInfo
from skinseg_mobile.runtime_py.targets.tensors import restore, store
from skinseg_mobile.runtime_py.testvectors.vectors import large_photo, runs

Json = dict[str, Any]
CASES = Path(__file__).parent / "vectors" / "contracts.json"
IMAGENET = Contract(mean=(123.675, 116.28, 103.53), deviation=(58.395, 57.12, 57.375))
SIGNED = Contract(mean=(127.5, 127.5, 127.5), deviation=(127.5, 127.5, 127.5))
UNIT = Contract(deviation=(255.0, 255.0, 255.0))
BYTE = ("int8", 0.0184, -14)
"""Dtype, scale and zero point of a stored tensor."""
FLOAT = ("float32", 1.0, 0)


def document() -> Json:
    """Return what the file holds."""
    return {"format": 1, "cases": list(_cases())}


def _cases() -> Iterator[Json]:
    bilinear, softmax = Filter.BILINEAR, OutputKind.SOFTMAX
    logits = OutputKind.LOGITS
    yield _case("mean alone", Contract(mean=(10.0, 20.0, 30.0)))
    yield _case("bilinear, logits", replace(IMAGENET, filter=bilinear, output=logits))
    yield _case("bilinear of a smaller image", replace(UNIT, filter=bilinear), image=(3, 5))
    yield _case(
        "aligned corners, BGR, softmax",
        replace(IMAGENET, filter=Filter.ALIGNED, colour=ColourOrder.BGR, output=softmax, channel=1),
        channels=2,
    )
    yield _case(
        "asymmetric, bytes", replace(SIGNED, filter=Filter.ASYMMETRIC, output=OutputKind.BYTES)
    )
    for image in ((31, 17), (11, 40)):
        yield _case(
            f"letterbox of {image[0]} by {image[1]}",
            replace(
                UNIT, fit=Fit.LETTERBOX, filter=bilinear, pad=114, output=softmax, channel=2
            ),
            image=image, side=(4, 5), channels=3,
        )  # fmt: skip
        yield _case(
            f"letterbox of {image[0]} by {image[1]}, antialiased",
            Contract(Fit.LETTERBOX, colour=ColourOrder.BGR),
            image=image,
        )
        yield _case(
            f"crop of {image[0]} by {image[1]}",
            replace(UNIT, fit=Fit.CROP, filter=bilinear),
            image=image,
        )
        yield _case(
            f"crop of {image[0]} by {image[1]}, antialiased",
            Contract(Fit.CROP, channel=1, inverted=True, output=logits),
            image=image, side=(12, 14), channels=2,
        )  # fmt: skip
    yield _case(
        "8 bits, channels last",
        replace(SIGNED, filter=bilinear, output=logits),
        given=BYTE, result=("int8", 0.05, 3), layout="NHWC",
    )  # fmt: skip
    yield _case(
        "8 bits, softmax of the background",
        Contract(output=softmax, inverted=True),
        given=("uint8", 1.0, 0), result=("uint8", 0.03, 128), layout="NHWC", channels=2,
    )  # fmt: skip


def _case(
    name: str,
    contract: Contract,
    *,
    image: tuple[int, int] = (19, 23),
    side: tuple[int, int] | None = None,
    channels: int = 1,
    layout: str = "NCHW",
    given: tuple[str, float, int] = FLOAT,
    result: tuple[str, float, int] = FLOAT,
    threshold: float = 0.5,
) -> Json:
    """Return a case whose input has 8 by 10 pixels, and its result `side`, or as many."""
    photo, frame = large_photo(*image), contract.frame(8, 10)
    taken = _info("image", frame.height, frame.width, 3, layout, given)
    made = _info("map", *(side or (8, 10)), channels, layout, result)
    stored = store(fitted(photo, frame), taken, contract)
    raw = _result(made, contract)
    probability = restore(raw, made, contract).astype(np.float32)
    whole = unfitted(probability, image, frame)
    return {
        "name": name,
        "contract": json.loads(json.dumps(asdict(contract))),
        "threshold": threshold,
        "image": list(image),
        "input": _json(taken),
        "stored": stored.ravel().tolist(),
        "output": _json(made),
        "result": raw.ravel().tolist(),
        "probability": probability.ravel().tolist(),
        "map": whole.ravel().tolist(),
        "mask": list(runs(mask_in(probability, *image, frame, threshold))),
    }


def _info(
    name: str, height: int, width: int, channels: int, layout: str, kind: tuple[str, float, int]
) -> TensorInfo:
    last = layout == "NHWC"
    shape = (1, height, width, channels) if last else (1, channels, height, width)
    dtype, scale, zero_point = kind
    return TensorInfo(name, shape, dtype, layout, (0.0, 1.0), scale, zero_point)


def _json(info: TensorInfo) -> Json:
    return json.loads(json.dumps(asdict(info)))


def _result(info: TensorInfo, contract: Contract) -> np.ndarray[Any, Any]:
    """Return what a model might give: steps of an eighth, or levels, over the kind's range."""
    step = np.arange(int(np.prod(info.shape))).reshape(info.shape) * 29 % 65
    if info.dtype != "float32":
        limits = np.iinfo(info.dtype)
        return (step * 3 + limits.min).astype(info.dtype)
    low, high = {
        OutputKind.PROBABILITY: (0, 1),
        OutputKind.BYTES: (0, 255),
    }.get(contract.output, (-4, 4))
    return (low + step * (high - low) / 64).astype(np.float32)


def main() -> None:
    """Write the file."""
    lines = ",\n".join(json.dumps(case) for case in document()["cases"])
    CASES.write_text(f'{{"format": 1, "cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
