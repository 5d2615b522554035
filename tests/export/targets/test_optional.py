"""What the exporters of Core AI and ExecuTorch write, read back; see also `test_artefacts`."""

import json
from pathlib import Path

import pytest
import torch

from skinseg_mobile.export.targets.coreai.convert import DATE, ReadBack, read_back
from skinseg_mobile.export.targets.executorch.convert import require_delegated
from skinseg_mobile.runtime_py.errors import SkinsegError

pytestmark = pytest.mark.slow


def computing(found: ReadBack) -> int:
    kinds = ("conv2d", "interpolate", "sigmoid")
    return sum(found.operations[kind] for kind in kinds)


def test_each_precision_is_in_the_asset(artefacts: dict[str, Path]) -> None:
    marks = {
        "fp32": set[str](),
        "fp16": {"cast"},
        "w8": {"blockwise_shift_scale"},
        "pal6": {"blockwise_shift_scale", "lut_to_dense"},
        "int8": {"blockwise_shift_scale", "quantize", "dequantize"},
    }
    every = set[str]().union(*marks.values())
    for precision, wanted in marks.items():
        found = read_back(artefacts[f"coreai-{precision}"] / "model.aimodel")
        assert set(found.operations) & every == wanted
        assert computing(found) == 42


def test_an_asset_notes_no_day_and_holds_texts_alone(artefacts: dict[str, Path]) -> None:
    text = (artefacts["coreai-fp32"] / "model.aimodel" / "metadata.json").read_text()
    noted = json.loads(text)
    assert noted["creationDate"] == DATE
    assert list(noted) == sorted(noted)
    assert {type(value) for value in noted["creatorDefinedMetadata"].values()} == {str}


def test_what_xnnpack_does_not_take_is_refused() -> None:
    class Sorted(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return image.sort(dim=1)[0]

    graph = torch.export.export(Sorted(), (torch.rand(1, 3, 4, 4),)).graph
    with pytest.raises(SkinsegError, match=r"XNNPACK does not take .*sort.* of the net"):
        require_delegated(graph)
