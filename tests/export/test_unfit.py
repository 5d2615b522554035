"""What a net or an option does not go with is said before anything is converted."""

from pathlib import Path

import pytest

from skinseg_mobile.export.export import ExportOptions, export
from skinseg_mobile.export.source import Source
from skinseg_mobile.export.targets import EXPORTERS
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.train.checkpoint import Checkpoint, load_checkpoint


@pytest.mark.parametrize("target", TARGETS)
def test_the_student_goes_with_every_precision(target: str, student: Checkpoint) -> None:
    source = Source(student, None)
    assert not any(EXPORTERS[target].unfit(source, p) for p in TARGETS[target].precisions)


@pytest.mark.parametrize("precision", [Precision.PAL6, Precision.PAL4])
def test_small_weights_make_no_palette(precision: Precision, tiny: Path, tmp_path: Path) -> None:
    checkpoint = load_checkpoint(tiny)
    with pytest.raises(InputError, match=f"No weight of tiny has more than 6144 .* {precision}"):
        export(checkpoint, {"coreml": [precision]}, tmp_path)
    told: list[str] = []
    options = ExportOptions(leave_out=told.append)
    assert not export(checkpoint, {"coreml": [precision]}, tmp_path, options)
    (line,) = told
    assert line.startswith(f"coreml {precision} was left out: No weight of tiny")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"], "nothing is half-written"
