"""How much each stage of a net can lose: one stage alone is cut, and the net scored on dev.

Nothing is fine-tuned: the curves say where a cut hurts at once, not what a trained net would lose.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from skinseg_mobile.compress.chart import line_chart
from skinseg_mobile.compress.prune.broken import silence
from skinseg_mobile.compress.prune.budget import Term, multiply_adds, value
from skinseg_mobile.compress.prune.choose import GRANULE, Limit, Widths, evenly, narrowed
from skinseg_mobile.compress.prune.config import PruneConfig
from skinseg_mobile.compress.prune.cut import MeasuredChannels, is_legal, measure, taken_out
from skinseg_mobile.compress.prune.groups import ChannelGroup, groups_of
from skinseg_mobile.compress.prune.step import PruneInputs, read
from skinseg_mobile.runtime_py.data.dataset import Dataset
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.progress import track
from skinseg_mobile.runtime_py.storage.atomic import new_folder, plain, to_json, write_file
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.references.score import mean_jaccard

CUTS = (0.25, 0.5, 0.75)
REPORT = "sensitivity.json"
PICTURE = "sensitivity.svg"


@dataclass(frozen=True)
class Point:
    """One stage, cut alone."""

    stage: str
    cut: float
    """Share of the stage's channels that are gone: what 8 channels a layer allow."""
    saved: float
    """Share of the net's multiply-adds that this saves."""
    jaccard: float
    delta_jaccard: float


@dataclass(frozen=True)
class NetSensitivity:
    """The uncut net's mean Jaccard on dev, and what each cut makes of it."""

    name: str
    parent: str
    """Digest of the checkpoint."""
    jaccard: float
    points: tuple[Point, ...]


def sensitivity(
    checkpoint: Checkpoint,
    data: Dataset,
    config: PruneConfig,
    out: Path,
    cuts: Sequence[float] = CUTS,
) -> NetSensitivity:
    """Write the new folder `out` with the curves as JSON and as a picture.

    Raises:
        InputError: `out` exists, the family cannot be pruned, a cut is not in (0, 1), or `data`
            has no train or dev photographs.
    """
    for cut in cuts:
        if not 0 < cut < 1:
            raise InputError(f"A cut is {cut}. Choose numbers between 0 and 1.")
    with new_folder(out) as folder:
        found = _measured(read(checkpoint, data, config, None), cuts)
        write_file(folder / REPORT, to_json(plain(found)))
        write_file(folder / PICTURE, picture(found))
    return found


def _measured(source: PruneInputs, cuts: Sequence[float]) -> NetSensitivity:
    net, spec = source.parent.build(), source.parent.record.spec
    groups = groups_of(net, spec)
    silence(net, groups)
    found = measure(net, groups, source.measured, source.config)
    full = mean_jaccard(net, source.dev_split)
    widths = {group.name: group.width for group in found.groups}
    work = multiply_adds(spec, found.groups, {})
    points: list[Point] = []
    for stage, after in track(_alone(source, found, cuts), "cutting stages alone"):
        smaller, _ = taken_out(copy.deepcopy(net), spec, found, after)
        jaccard = mean_jaccard(smaller, source.dev_split)
        names = _stages(found.groups)[stage]
        gone = 1 - sum(after[name] for name in names) / sum(widths[name] for name in names)
        saved = 1 - value(work, after) / value(work, widths)
        points.append(Point(stage, gone, saved, jaccard, jaccard - full))
    record = source.parent.record
    return NetSensitivity(record.name, source.parent.digest, full, tuple(points))


def _alone(
    source: PruneInputs, found: MeasuredChannels, cuts: Sequence[float]
) -> list[tuple[str, Widths]]:
    """Return (stage, widths of the whole net) of each cut that the stage allows.

    Cuts that end alike are one.
    """
    spec = source.parent.record.spec
    full = {group.name: group.width for group in found.groups}
    legal = partial(is_legal, spec, found.groups)
    chosen: list[tuple[str, Widths]] = []
    for stage, names in _stages(found.groups).items():
        channels = tuple(Term("", 1, (name,)) for name in names)
        for cut in sorted(cuts):
            most = max((1 - cut) * value(channels, full), GRANULE * len(names))
            limit = Limit("channels", channels, most)
            try:
                widths = narrowed(full, [limit], evenly(full), legal)
            except InputError:  # its channels do not go in such small parts
                continue
            if (stage, widths) not in chosen and widths != full:
                chosen.append((stage, widths))
    return chosen


def _stages(groups: Sequence[ChannelGroup]) -> dict[str, list[str]]:
    """Return the names of groups by stage: blocks whose results are added, the head as one."""
    homes = {field: group for group in groups for field in group.fields}
    found: dict[str, list[str]] = {}
    for group in groups:
        home = homes.get(group.name.replace(".expanded", ".out"), group)
        names = found.setdefault(_label(home), [])
        names += [] if group.name in names else [group.name]
    return found


def _label(group: ChannelGroup) -> str:
    if group.name.startswith("hidden."):
        return "head"
    blocks = [field.split(".")[1] for field in group.fields if field.endswith(".out")]
    if not group.name.endswith(".out"):
        return group.name
    return f"blocks {blocks[0]} to {blocks[-1]}" if len(blocks) > 1 else f"block {blocks[0]}"


def picture(found: NetSensitivity) -> str:
    """Return the curves as SVG: every stage starts uncut, at 0."""
    stages = dict.fromkeys(point.stage for point in found.points)
    lines = {
        stage: [
            (0.0, 0.0),
            *((100 * p.cut, p.delta_jaccard) for p in found.points if p.stage == stage),
        ]
        for stage in stages
    }
    return line_chart(
        f"{found.name}: one stage cut alone, nothing fine-tuned",
        "channels of the stage that are gone, %",
        "ΔJaccard on dev",
        lines,
    )
