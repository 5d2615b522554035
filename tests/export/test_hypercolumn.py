"""The hypercolumn net at quarter width through every exporter and engine.

Weights are random, so masks prove nothing and probabilities are compared: fp32 within 1e-4.
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from skinseg_mobile.export.artefact import ExportOptions, export
from skinseg_mobile.runtime_py.artefact import load
from skinseg_mobile.runtime_py.diff import diff
from skinseg_mobile.runtime_py.formats import Precision, Target, Task
from skinseg_mobile.train.checkpoint import Record, save_checkpoint
from skinseg_mobile.train.engine import segmenter_of
from skinseg_mobile.train.nets.hypercolumn import HypercolumnLayout
from skinseg_mobile.train.nets.spec import Family, NetSpec
from skinseg_mobile.train.synth import draw
from tests.train.test_nets import QUARTER, with_random_statistics

pytestmark = pytest.mark.slow
PLAIN = HypercolumnLayout(QUARTER.widths, QUARTER.fc, QUARTER.hidden, batch_norm=False)


@pytest.mark.parametrize("layout", [QUARTER, PLAIN], ids=["batch norm", "plain"])
def test_every_target_computes_the_same(layout: HypercolumnLayout, tmp_path: Path) -> None:
    torch.manual_seed(0)
    spec = NetSpec(Family.HYPERCOLUMN, 64, layout)
    net = with_random_statistics(spec.build())
    checkpoint = save_checkpoint(Record("quarter", Task.LESION, spec), net, tmp_path / "net")
    reference = segmenter_of(checkpoint)
    photo = draw("lesion", 0, 0, 96).image
    expected = reference.at_net_size(photo)
    jobs = {target: [Precision.FP32] for target in Target}
    for written in export(checkpoint, jobs, tmp_path, ExportOptions(taps=True)):
        artefact = load(written.path)
        np.testing.assert_allclose(artefact.at_net_size(photo), expected, atol=1e-4)
        report = diff(artefact, reference, Precision.FP32, [photo])
        assert [stage.stage for stage in report.stages] == [
            *(f"level_{n}" for n in range(1, 7)),
            "head",
        ]
        assert report.first_divergence is None, report
