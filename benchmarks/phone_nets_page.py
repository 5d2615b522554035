"""Turns benchmarks/results/phone-nets.json into docs/phone-nets.md.

python -m benchmarks.phone_nets_page
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.context import ROOT
from benchmarks.markdown import table
from skinseg_mobile.runtime_py.storage.atomic import write_file

RESULTS = ROOT / "benchmarks/results/phone-nets.json"
PAGE = ROOT / "docs/phone-nets.md"
Found = dict[str, Any]
NONE = "–"

HEAD = """\
# Our students beside phone nets

For engineers who compare the cost of our students with other nets for phones, or who want to know
which operations take the time. Milliseconds are medians of the thread's CPU time on one thread.
They are not a phone's times; ratios carry further.

{nets}

- *×* is the median over the rounds of the time against that net in the same round.
- *Multiply-adds* are counted from the file's convolutions and fully connected layers.
- *Per byte* is multiply-adds over the bytes of weights and of all that operations read and write.
- *Of peak* is multiply-adds a second over those of a large fully connected layer in the same run:
  {peak}.
- Only cost is compared: nets that are not ours have random weights, except the selfie segmenter.
{not_run}
All nets ran in turn in one run: `{command}` at commit `{commit}` on {machine}, LiteRT {litert},
load average {load}. CPU time is wall-clock time on an idle machine; at a load average above 1 other
programs used the caches too. The page is generated from
[phone-nets.json](../benchmarks/results/phone-nets.json).

## What that means for a student
- **Keep operations on integers.** An operation that is not on integers gains nothing, and adds
  QUANTIZE or DEQUANTIZE at its border. Shorten the list under each table first: fold the image's
  normalisation into the first convolution, and leave early, high-resolution layers in float only
  where the Jaccard needs it.
- **Prefer 1×1 convolutions.** int8 gains most there, and a multiply-add costs least.
- **Prune expanded channels, at the highest resolution first, and prefer 3×3 to 5×5.** Depthwise
  convolutions stay far from the peak in either type: they use a value 9 or 25 times, a 1×1
  convolution uses it once for every channel of the result. Their share of the time is several times
  their share of the work.
- **Add levels in a head with as few channels, at as low a resolution, as the Jaccard allows.**
  Resizes and additions do no multiply-adds, but they take the time of the values they touch.

## By operation
Each operation of the file is cut out into a file of its own, gets the input that it has inside the
net, and is timed in turn with the whole (`skinseg-mobile bench ARTEFACT --by-operation`). A PAD
before a convolution runs as one with it, so both are one piece. *Type* is that of the int8 file.

{operations}"""


def main() -> None:
    """Write the page anew from the results."""
    print(write_page(RESULTS))


def write_page(path: Path) -> str:
    """Write the page and return its text."""
    found: Found = json.loads(path.read_text())
    results: Found = found["results"]
    page = HEAD.format(
        **{key: found[key] for key in ("command", "commit", "machine")},
        litert=found["versions"]["ai-edge-litert"],
        load=results["load average"],
        nets=_nets(results["nets"]),
        peak=" and ".join(f"{v / 1e9:.0f} G in {kind}" for kind, v in results["peak"].items()),
        not_run="".join(f"- **Not run**: {n}, {why}.\n" for n, why in results["not run"].items()),
        operations="\n".join(_by_operation(n, t) for n, t in results["operations"].items()),
    )
    write_file(PAGE, page)
    return page


def _nets(rows: Sequence[Found]) -> str:
    references = list(rows[0]["ratios"])
    columns = ["net", "", "input", "ms", "p95", *(f"× {name}" for name in references)]
    columns += ["MB", "parameters", "multiply-adds", "per byte", "of peak"]
    lines = (
        [
            row["net"],
            row["precision"],
            "×".join(map(str, row["size"])),
            f"{row['p50 ms']:.2f}",
            f"{row['p95 ms']:.2f}",
            *(f"{row['ratios'][name]:.2f}" for name in references),
            f"{row['megabytes']:.2f}",
            f"{row['parameters'] / 1e6:.2f} M",
            f"{row['multiply-adds'] / 1e9:.3f} G",
            f"{row['multiply-adds per byte']:.1f}",
            f"{row['share of peak']:.0%}",
        ]
        for row in rows
    )
    return table(columns, lines, columns[3:])


def _by_operation(name: str, timed: Mapping[str, Found]) -> str:
    """Return a student's table, fp32 beside int8, the slowest in int8 first."""
    fp32, int8 = (_alike(timed[precision]["groups"]) for precision in ("fp32", "int8"))
    work = sum(group["multiply_adds"] for group in timed["int8"]["groups"])
    keys = sorted(dict.fromkeys([*int8, *fp32]), key=lambda key: -_total(int8, key, "ms"))
    columns = ["operation", "at", "type", "number", "of work", "fp32 ms", "int8 ms", "of time"]
    columns += ["of peak", "int8 faster"]
    lines = (_line(key, fp32, int8, work, timed["int8"]["sum_ms"]) for key in keys)
    sums = ", ".join(
        f"{precision} {found['whole_ms']:.2f} ms whole and {found['sum_ms']:.2f} ms in"
        f" {len(found['operations'])} pieces"
        for precision, found in timed.items()
    )
    figures = table(columns, lines, columns[3:])
    return f"### {name}\n{sums}.\n\n{figures}\n\n{_not_integer(timed['int8'])}"


Alike = Mapping[tuple[str, str], Sequence[Found]]
"""Groups of operations, whatever their element type, by operation and resolution."""


def _alike(groups: Sequence[Found]) -> Alike:
    keys = dict.fromkeys((group["operation"], group["side"]) for group in groups)
    return {key: [g for g in groups if (g["operation"], g["side"]) == key] for key in keys}


def _total(groups: Alike, key: tuple[str, str], field: str) -> float:
    return sum(group[field] for group in groups.get(key, ()))


def _line(key: tuple[str, str], fp32: Alike, int8: Alike, work: int, sum_ms: float) -> list[str]:
    mine = int8.get(key, ())
    slow, fast = _total(fp32, key, "ms"), _total(int8, key, "ms")
    shares = [group["share_of_peak"] for group in mine]
    return [
        *key,
        " and ".join(group["dtype"] for group in mine),
        str(sum(group["number"] for group in mine)),
        f"{done / work:.1%}" if (done := _total(int8, key, "multiply_adds")) else NONE,
        f"{slow:.3f}" if slow else NONE,
        f"{fast:.3f}" if fast else NONE,
        f"{fast / sum_ms:.1%}",
        " and ".join(f"{share:.0%}" for share in shares if share is not None) or NONE,
        f"{slow / fast:.1f}×" if slow and fast else NONE,
    ]


def _not_integer(timed: Found) -> str:
    costs = timed["not_integer"]
    if not costs:
        return ""
    ms = sum(cost["ms"] for cost in costs)
    names = "\n".join(
        f"- {cost['operation']} at {'×'.join(map(str, cost['output'][1:3]))} ({cost['ms']:.3f} ms)"
        for cost in costs
    )
    share = f"{ms:.2f} ms, {ms / timed['sum_ms']:.0%} of the time"
    return f"**Not on integer kernels**: {share}:\n\n{names}\n"


if __name__ == "__main__":
    main()
