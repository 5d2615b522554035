"""Every family, narrow: a training step, a checkpoint, then every exporter and engine.

Weights are all but random, so masks prove nothing and probabilities are compared: fp32 within 1e-4.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.full_size import spread
from skinseg_mobile.export.export import ExportOptions, export
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.gate.intermediate import FLOORS, diff
from skinseg_mobile.train.checkpoint import Record, save_checkpoint
from skinseg_mobile.train.nets.spec import NetSpec
from skinseg_mobile.train.objective import segmentation_loss
from skinseg_mobile.train.references.engine import segmenter_of
from skinseg_mobile.train.synth import draw
from tests.conformance.run import MINIMUM
from tests.once import PRESENT
from tests.train.families import NARROW
from tests.train.nets.test_nets import with_random_statistics

pytestmark = pytest.mark.slow
PINNED = json.loads(MINIMUM.read_text())
JOBS = {target: [Precision.FP32] for target in PRESENT if target != "coreai"}  # minutes an image


def trained_for_a_step(spec: NetSpec) -> nn.Module:
    torch.manual_seed(0)
    net = spread(with_random_statistics(spec.build())).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    before = nn.utils.parameters_to_vector(net.parameters()).detach()
    image = torch.rand(4, 3, *spec.size) * 255
    segmentation_loss(net(image), (image[:, :1] > 127).float()).backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, f"{name} has no gradient"
    optimizer.step()
    moved = nn.utils.parameters_to_vector(net.parameters()).detach() != before
    assert moved.float().mean() > 0.3  # a 7×7 kernel on a 2×2 map leaves most of itself alone
    return net.eval()


@pytest.mark.parametrize("name", [name for name in NARROW if name != "lean"])
def test_every_target_computes_the_same(name: str, tmp_path: Path) -> None:
    spec = NARROW[name]
    net = trained_for_a_step(spec)
    checkpoint = save_checkpoint(Record(name, Task.LESION, spec), net, tmp_path / "net")
    reference = segmenter_of(checkpoint)
    photo = draw("lesion", 0, 0, 96).image
    expected = reference.at_net_size(photo)
    assert expected.shape == spec.size
    assert np.ptp(expected) > 1e-3
    for written in export(checkpoint, JOBS, tmp_path, ExportOptions(taps=True)):
        if written.manifest.target == "coreml":  # our executor is proven for all it holds
            assert set(written.manifest.operations) - {"const"} <= set(PINNED["full"])
        artefact = load(written.path)
        np.testing.assert_allclose(artefact.at_net_size(photo), expected, atol=1e-4)
        report = diff(artefact, reference, FLOORS[Precision.FP32], [photo])
        assert report.stages[-1].stage == "head"
        assert report.first_divergence is None, report
