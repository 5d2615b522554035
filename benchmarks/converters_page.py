"""Turns benchmarks/results/converters.json into docs/converters.md.

python -m benchmarks.converters_page
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.context import ROOT
from benchmarks.converted import BESIDE, TOGETHER
from benchmarks.converter_modules import CASES, Case
from skinseg_mobile.runtime_py.storage.atomic import write_file

RESULTS = ROOT / "benchmarks/results/converters.json"
PAGE = ROOT / "docs/converters.md"
TARGETS = {
    "onnx": "ONNX",
    "tflite": "TFLite",
    "coreml": "Core ML",
    "coreai": "Core AI",
    "executorch": "ExecuTorch",
}
NOT_RUN = "not run"
Row = Mapping[str, Any]
"""Outcomes by way."""

HEAD = """\
# Converters: what they get right, wrong, or refuse

For engineers who write a net for phones, or bring one ([your own model](your-own-model.md)). A
converter that computes an operation otherwise than torch rarely says so. Here {count} small modules
of segmentation nets went through the converter of each target, and each file ran in this toolkit's
engine of that target. Alone, without this toolkit's rewrites and refusals, the converters were:

{summary}

`export` rewrites an operation where that is exact, and refuses it by name where a target is known
to be wrong. Then it compares every float32 file with torch on golden images. So a net whose
converter is wrong here is either right after `export` or not written.

## What to avoid, and what to write instead
{advice}
## How to read the table
| cell | says |
|---|---|
| 4e-07 | right: the largest difference of the probability, of the spread of torch's |
| 4e-07 (alone: wrong 0.9) | right, since `export` writes the operation in other words |
| refused (alone: wrong 0.9) | `export` refuses it: the converter alone writes a wrong file |
| refused (alone: right) | `export` refuses it, though a file would be right ([why](#why-refused)) |
| refused (alone: refused) | nobody writes a file |
| **wrong 0.9** | the exported file is wrong |
| not run | not measured here |

A cell without "alone" was the same alone, or was not measured alone yet. "Wrong" begins at 0.002.
Three images are compared: noise, a drawn lesion, and skin that is almost even. *int8* is the mean
difference of the file with 8-bit weights and results, of all targets the largest; from 0.03 on it
counts as wrong, and "–" was not measured. Modules with steps have none: rounding moves them by a
whole step.

{runs}
The page is generated from [converters.json](../benchmarks/results/converters.json) by
`python -m benchmarks.converters`. Install Core AI and ExecuTorch with `make optional`, and run it
in `.venv-optional`; targets that are not installed keep their rows.

## Modules
{tables}
## The same files on other engines
Here the float32 file that `export` writes, right in the target's own engine, ran on another one.
{beside}

## Why refused
{reasons}"""

ADVICE = """\
- **Bilinear: give a size, not a factor.** Write `interpolate(x,
  size=y.shape[2:], mode="bilinear")`. With `scale_factor`, TFLite and ExecuTorch resize by output
  over input. That is another factor wherever input × factor is not whole, so also where an odd
  size is halved ([run it](../findings/bilinear-by-a-factor.sh)). A whole product, or
  `recompute_scale_factor=True`, is right everywhere.
- **Nearest: enlarge by whole numbers, or use bilinear.** Elsewhere the converters of TFLite and
  Core AI take other pixels than torch, and by a factor that makes no whole size so does Core
  ML's. XNNPACK has no nearest, so ExecuTorch is refused.
- **No antialiasing inside a net.** Core ML's converter drops it without a word. Resize the image
  before the net.
- **Transposed convolution: kernel = stride, no padding, no dilation**, such as 2×2 with stride 2.
  All converters agree on that. `export` turns any other padding into a crop. TFLite is wrong
  about output padding alone
  ([run it](../findings/litert-torch-transposed-convolution-output-padding.sh)).
- **Batch norm, not instance or group norm.** Batch norm disappears into convolutions. For the
  others `export` takes means of differences. Alone, ExecuTorch's kernel loses the contrast of an
  even image, or gives NaN ([run it](../findings/executorch-group-norm-of-an-even-image.sh)).
- **For Core ML: no batch norm behind a transposed convolution of groups.** Alone, coremltools gives
  channels each other's scales
  ([run it](../findings/coremltools-grouped-transposed-convolution-and-batch-norm.sh)); `export`
  folds the norm itself.
- **For Core ML: take a constant off once.** Taken off a convolution, it has the other sign
  wherever else it is read
  ([run it](../findings/coremltools-subtracting-a-constant-negates-it-elsewhere.sh)). Add its
  negative.
- **Average pooling: no `divisor_override`, no `ceil_mode`.** torch's ONNX exporter leaves the
  divisor out, and Core AI's converter fails where a size is rounded up. Core AI counts the
  padding that `count_include_pad=False` leaves out
  ([run it](../findings/coreai-average-pooling-counts-padding.sh)).
- **Pad with zeros, and with the convolution's own padding.** LiteRT's GPU takes any other value
  before a convolution for zero
  ([run it](../findings/litert-gpu-convolution-pads-with-zeros.sh)), and drops padding before an
  average ([run it](../findings/litert-gpu-drops-padding-before-average-pooling.sh)). Hexagon pads
  the sides with zeros where the edge should be repeated
  ([run it](../findings/onnxruntime-qnn-edge-padding-is-zero-at-the-sides.sh)).
- **For Hexagon: no padding of the image, and none as wide as a kernel.** Zeros at the right of the
  input become the beginning of the next row
  ([run it](../findings/onnxruntime-qnn-padding-at-the-right-is-the-next-row.sh)), and a convolution
  whose padding reaches its kernel's size is wrong, as one becomes that has zero bars before it
  ([run it](../findings/onnxruntime-qnn-padding-as-wide-as-the-kernel.sh)). Pad in the app.
- **Guards against division by zero: 1e-7 or more.** torch's ONNX exporter takes less for nothing
  ([run it](../findings/torch-onnx-export-drops-a-small-epsilon.sh)); `export` refuses it.
- **Maps first: `-x + 1`, not `1 - x`; `x ** -1`, not `1 / x`.** TFLite's converter swaps the two
  sides beside convolutions ([run it](../findings/litert-torch-swaps-a-number-minus-maps.sh)).
  `export` rewrites the difference, and refuses the quotient.
- **Max pooling: its own padding, no zeros before it.** ONNX Runtime and LiteRT's GPU take zeros for
  that padding, and lose them where values are negative
  ([run it](../findings/onnxruntime-max-pooling-loses-zeros-padded-before.sh)).
- **For Hexagon: no average pooling that leaves its padding out.** Maps of 28×28 to 56×56 become 0
  ([run it](../findings/onnxruntime-qnn-average-pooling-gives-zeros-at-28.sh)). Which sizes are
  wrong depends on the number of channels: of 16 also 12×12 to 26×26 and 80×80 to 112×112, of 64
  none. Nor one that rounds an odd size up
  ([run it](../findings/onnxruntime-qnn-average-pooling-loses-the-last-row.sh)).
- **For ncnn: means over height and width together.** pnnx loses the axis of a reduction over one
  ([run it](../findings/pnnx-reduction-over-one-axis.sh)), and ncnn's power of a negative number is
  not one: no norm over channels, no tanh GELU.
- **No max unpooling.** In Core AI all indices are 0. TFLite's file does not load, Core ML has no
  such operation.
- **ExecuTorch: keep to what XNNPACK takes.** Convolutions, bilinear, 2×2 pooling, means over the
  frame, ReLU, sigmoid and products are taken. Padding by reflection or by the edge, bicubic,
  nearest and average pooling with padding are not.
"""


def write_page(found: Mapping[str, Any], cases: Mapping[str, Case], path: Path = PAGE) -> None:
    """Write the page for what was measured."""
    write_file(path, page(found, cases))


def page(found: Mapping[str, Any], cases: Mapping[str, Case]) -> str:
    """Return the page's Markdown."""
    rows: Mapping[str, Mapping[str, Row]] = found["results"]
    return (
        HEAD.format(
            count=len(cases),
            summary=_summary(rows),
            advice=ADVICE,
            runs=_runs(found["runs"]),
            tables="\n".join(_tables(rows, cases)),
            beside="\n".join(beside(rows)),
            reasons="\n".join(_reasons(rows)),
        ).rstrip()
        + "\n"
    )


def _summary(rows: Mapping[str, Mapping[str, Row]]) -> str:
    parts: list[str] = []
    for target, name in TARGETS.items():
        found = [_alone(row.get(target, {})) for row in rows.values()]
        ran = [words for words in found if words != NOT_RUN]
        if ran:
            wrong, refused = (sum(w.startswith(word) for w in ran) for word in ("wrong", "refused"))
            parts.append(f"- {name}: {wrong} wrong and {refused} refused, of {len(ran)} modules")
    return "\n".join(parts)


def _runs(runs: Mapping[str, Any]) -> str:
    lines = ["| target | versions | commit |", "|---|---|---|"]
    for target, name in TARGETS.items():
        if run := runs.get(target):
            versions = ", ".join(f"{package} {v}" for package, v in run["versions"].items())
            lines.append(f"| {name} | {versions} | {run['commit']} |")
    return "\n".join([*lines, ""])


def _tables(rows: Mapping[str, Mapping[str, Row]], cases: Mapping[str, Case]) -> Iterator[str]:
    for group, names in groupby(cases, lambda name: cases[name].group):
        yield f"### {group}"
        yield f"| module | {' | '.join(TARGETS.values())} | int8 |"
        yield "|---" * (len(TARGETS) + 2) + "|"
        for name in names:
            row = rows.get(name, {})
            cells = [cell(row.get(target, {})) for target in TARGETS]
            yield f"| {name} | {' | '.join(cells)} | {_int8(row)} |"
        yield ""


def cell(row: Row) -> str:
    """Return what a reader sees of one module and one target.

    >>> cell({"ours": {"verdict": "right", "gap": 4.1e-7, "words": ""}})
    '4e-07'
    """
    if "ours" not in row:
        return NOT_RUN
    own, alone = _words(row["ours"]), _alone(row)
    shown = f"**{own}**" if own.startswith("wrong") else own
    if alone in (own, NOT_RUN) and own != "refused":
        return shown
    if _is_right(row.get("plain")):
        return f"{shown} (alone: right)" if own == "refused" else shown
    return f"{shown} (alone: {alone})"


def _is_right(outcome: Row | None) -> bool:
    return outcome is not None and outcome["verdict"] == "right"


def _alone(row: Row) -> str:
    """Return what the converter makes of it without us."""
    if "plain" not in row:
        return NOT_RUN
    return _words(row["ours"] if row["plain"]["verdict"] == "same" else row["plain"])


def _words(outcome: Row) -> str:
    verdict, gap = outcome["verdict"], outcome.get("gap")
    if verdict == "right":
        return f"{gap:.0e}"
    if verdict == "wrong":
        return f"wrong {gap:.1g}" if gap is not None else "wrong, no numbers"
    return "refused" if verdict in ("refused", "fails") else verdict


def _int8(row: Mapping[str, Row]) -> str:
    found = [cells["int8"] for cells in row.values() if "int8" in cells]
    ran = [outcome["gap"] for outcome in found if outcome["gap"] is not None]
    lost = sum(outcome["gap"] is None for outcome in found)
    wrong = any(outcome["verdict"] == "wrong" for outcome in found)
    text = f"{max(ran):.1g}" if ran else "–"
    text = f"**wrong {text}**" if wrong else text
    return f"{text} ({lost} refused)" if lost else text


def beside(rows: Mapping[str, Mapping[str, Row]]) -> Iterator[str]:
    """Yield what other engines compute wrong or do not take; what they compute right is counted."""
    for engine, target in BESIDE.items():
        found = {m: row[target][engine] for m, row in rows.items() if engine in row.get(target, {})}
        if not found:
            continue
        right = sum(outcome["verdict"] == "right" for outcome in found.values())
        yield ""
        yield f"`{engine}` computes {right} of {len(found)} right. The others:"
        yield ""
        yield "| module | result |"
        yield "|---|---|"
        for name, outcome in found.items():
            if outcome["verdict"] == "wrong":
                yield f"| {name} | **{_words(outcome)}** |"
        refused = [name for name, outcome in found.items() if _words(outcome) == "refused"]
        if refused:
            yield f"| {'; '.join(refused)} | not taken |"


def _reasons(rows: Mapping[str, Mapping[str, Row]]) -> Iterator[str]:
    for target, name in TARGETS.items():
        by_words: dict[str, list[str]] = {}
        for module, row in rows.items():
            for way, outcome in row.get(target, {}).items():
                if way in TOGETHER and outcome["verdict"] in ("refused", "fails"):
                    by_words.setdefault(_reason(outcome), []).append(module)
        if by_words:
            yield from (f"### {name}", "| modules | why |", "|---|---|")
            yield from (f"| {'; '.join(_once(found))} | {why} |" for why, found in by_words.items())
            yield ""


def _reason(outcome: Row) -> str:
    words = str(outcome["words"]).replace("|", "\\|").replace("<", "&lt;")
    return words if outcome["verdict"] == "refused" else f"the converter says `{words[:160]}`"


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


if __name__ == "__main__":
    write_page(json.loads(RESULTS.read_text()), CASES)
