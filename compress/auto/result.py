"""What a search found, on disk and on the screen, before anything is said about the budget."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from skinseg_mobile.compress.auto.config import Budget
from skinseg_mobile.compress.auto.front import choose, front
from skinseg_mobile.compress.auto.plot import plots
from skinseg_mobile.compress.auto.search import Search
from skinseg_mobile.compress.measure_files import Row
from skinseg_mobile.runtime_py.data.dataset import Split
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import to_json, write_file
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.data.images import read_photographs
from skinseg_mobile.train.references.score import mean_jaccard

FRONT = "front.json"


@dataclass(frozen=True)
class Found:
    """All rows, those on the front, and the chosen one or why there is none."""

    parent_jaccard: float
    rows: Sequence[Row]
    front: Sequence[Row]
    chosen: Row | None
    unmet: str | None


def write(rows: Sequence[Row], settings: Search, budget: Budget, out: Path) -> Found:
    """Write `front.json` and a picture for each target into `out`; a newer search replaces them."""
    parent = _parent_jaccard(settings)
    chosen, unmet = None, None
    try:
        chosen = choose(rows, budget, parent)
    except InputError as error:
        unmet = str(error)
    found = Found(parent, rows, front(rows), chosen, unmet)
    write_file(out / FRONT, to_json({"budget": asdict(budget), **asdict(found)}))
    for target in TARGETS:
        for axis, picture in plots(rows, target).items():
            write_file(out / f"front-{target}-{axis}.svg", picture)
    return found


def _parent_jaccard(settings: Search) -> float:
    record = settings.parent.record
    dev = read_photographs(settings.data.of(Split.DEV), record.spec.input_size, "reading dev")
    return mean_jaccard(settings.parent.build(), dev)
