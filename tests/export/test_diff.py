"""`diff` names the stage at which an artefact leaves its checkpoint, in every format."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from skinseg_mobile.export.export import ExportOptions, export
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision, Task
from skinseg_mobile.runtime_py.gate.evaluate_artifact import diff_artefact
from skinseg_mobile.train.checkpoint import Record, save_checkpoint
from skinseg_mobile.train.references.open_net import open_net
from tests.once import PRESENT, require_target
from tests.train.nets.test_nets import with_random_statistics
from tests.train.tiny import TINY

pytestmark = pytest.mark.slow
JOBS = {target: [Precision.FP32] for target in PRESENT}


@pytest.mark.parametrize("stage", [None, "level_2"])
def test_the_first_divergence_is_named(stage: str | None, tmp_path: Path) -> None:
    net = with_random_statistics(TINY.spec.build())
    record = Record("tiny", Task.LESION, TINY.spec)
    save_checkpoint(record, net, tmp_path / "healthy")
    if stage:
        with torch.no_grad():
            net.get_submodule("blocks.2.layers.1.0").get_parameter("weight").mul_(1.1)
    broken = save_checkpoint(replace(record, name="broken"), net, tmp_path / "broken")
    for written in export(broken, JOBS, tmp_path, ExportOptions(taps=True)):
        report = diff_artefact(str(written.path), open_net(str(tmp_path / "healthy"))[0])
        assert report.first_divergence == stage, (written.path.name, report)
        assert [s.stage for s in report.stages] == ["level_1", "level_2", "head"]


@pytest.mark.parametrize("stage", [None, "level_2"])
def test_a_coreai_file_needs_no_taps(stage: str | None, tmp_path: Path) -> None:
    """The vendor's logger tells what the shipped file computes."""
    require_target("coreai")
    net = with_random_statistics(TINY.spec.build())
    record = Record("tiny", Task.LESION, TINY.spec)
    save_checkpoint(record, net, tmp_path / "healthy")
    if stage:
        with torch.no_grad():
            net.get_submodule("blocks.2.layers.1.0").get_parameter("weight").mul_(1.1)
    shipped = save_checkpoint(replace(record, name="shipped"), net, tmp_path / "shipped")
    (written,) = export(shipped, {"coreai": [Precision.FP32]}, tmp_path)
    report = diff_artefact(written.path, open_net(str(tmp_path / "healthy"))[0])
    assert (report.first_divergence, report.logged) == (stage, True)
    assert [s.stage for s in report.stages] == ["level_1", "level_2", "head"]
    assert report.stages[0].snr_db > 100
    with pytest.raises(
        InputError, match=r"The stage '.*' is .*×.* in lean-isic2017-tiny \(checkpoint\)\. Name"
    ):
        diff_artefact(written.path, open_net("lean-isic2017-tiny")[0])


def test_an_artefact_without_taps_is_one_sentence(artefacts: dict[str, Path]) -> None:
    with pytest.raises(InputError, match="Export it with --taps"):
        diff_artefact(str(artefacts["onnx-fp32"]), open_net("lean-isic2017")[0])


def test_the_command_prints_and_exits(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    net = with_random_statistics(TINY.spec.build())
    save_checkpoint(Record("tiny", Task.LESION, TINY.spec), net, tmp_path / "tiny")
    arguments = ("--target", "onnx", "--precision", "fp32", "--taps", "--out", tmp_path / "a")
    assert run("export", tmp_path / "tiny", *arguments)[0] == 0
    code, out, _ = run("diff", tmp_path / "a/tiny-onnx-fp32-taps", "--against", tmp_path / "tiny")
    assert code == 0
    assert "first stage below" in out
    assert "dB: none" in out
    options = "--against", tmp_path / "tiny", "--engine", "litert"
    code, _, err = run("diff", tmp_path / "a/tiny-onnx-fp32-taps", *options)
    assert code == 2
    assert "runs tflite files" in err
