"""The page that people write, there and back, and what it may not say."""

from pathlib import Path

import pytest

from skinseg_mobile.export.adopt.foreign_model import read_foreign
from skinseg_mobile.export.adopt.guess import Guess, guess
from skinseg_mobile.export.adopt.page import (
    contract_of,
    contradictions,
    impossible,
    read_page,
    text_of,
)
from skinseg_mobile.runtime_py.contract import OURS, ColourOrder, Contract, Filter, Fit, OutputKind
from skinseg_mobile.runtime_py.errors import InputError
from tests.export.adopt.graphs import write_graph

EVERY = Contract(
    Fit.LETTERBOX,
    Filter.ALIGNED,
    114,
    ColourOrder.BGR,
    (103.939, 116.779, 123.68),
    (1.0, 2.0, 1 / 3),
    OutputKind.SOFTMAX,
    1,
    True,
)


def page(folder: Path, text: str) -> Path:
    (folder / "contract.toml").write_text(text)
    return folder / "contract.toml"


@pytest.mark.parametrize("contract", [OURS, EVERY])
def test_a_page_says_a_whole_contract(contract: Contract, tmp_path: Path) -> None:
    found = read_page(page(tmp_path, text_of(contract, 0.3)))
    assert contract_of(found, Guess(Contract(mean=(9.0, 9.0, 9.0)))) == (contract, 0.3)


def test_what_a_page_leaves_out_is_guessed(tmp_path: Path) -> None:
    found = read_page(page(tmp_path, '[input]\ncolour = "BGR"\n'))
    guessed = Guess(Contract(mean=(1.0, 2.0, 3.0), channel=1), 0.4)
    expected = Contract(mean=(1.0, 2.0, 3.0), channel=1, colour=ColourOrder.BGR)
    assert contract_of(found, guessed) == (expected, 0.4)


def test_scale_and_offset_stand_for_deviation_and_mean(tmp_path: Path) -> None:
    found = read_page(page(tmp_path, "[input]\nscale = 0.0078125\noffset = -1\n"))
    contract, _ = contract_of(found, Guess(OURS))
    assert contract.mean == (128.0, 128.0, 128.0)
    assert contract.deviation == (128.0, 128.0, 128.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[input]\nfit = 'stretch'", "squash, letterbox, centre-crop"),
        ("[input]\nmean = [1, 2]", "one number or three"),
        ("[input]\nmean = 1\nscale = 2", "keep one pair"),
        ("[input]\nscale = 0", "must not be 0"),
        ("[input]\ndeviation = 0", "deviation must not be 0"),
        ("[input]\ndeviation = 1e-308", "must give values of 1e+30 at most"),
        ("[input]\nmean = 1e308\ndeviation = 1e308", "must give values of 1e+30 at most"),
        ("[input]\npad = 300", "pad must be a level"),
        ("[output]\nthreshold = 1", "must be in (0, 1)"),
        ("[output]\nclass = 1", "unknown field class)"),
        ("[input]\ncolor = 'RGB'", "unknown field color; the nearest is colour)"),
        ("[model]\nname = 1", "unknown table [model]"),
        ("input = 3", "must be a table"),
        ("[input", "no contract"),
    ],
)
def test_what_a_page_may_not_say(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        contract_of(read_page(page(tmp_path, text)), Guess(OURS))
    assert said in str(refused.value)


def test_what_a_page_says_of_the_file_must_be_so(tmp_path: Path) -> None:
    model = read_foreign(write_graph(tmp_path / "a.onnx"))
    right = "[input]\nsize = [8, 8]\nlayout = 'NCHW'\ndtype = 'float32'\nquantization = [1.0, 0]"
    assert contradictions(read_page(page(tmp_path, right)), model) == []
    wrong = "[input]\nsize = [8, 9]\nlayout = 'NHWC'\n[output]\ndtype = 'int8'"
    assert contradictions(read_page(page(tmp_path, wrong)), model) == [
        "the input's size is 8×8, not 8×9",
        "the input's layout is NCHW, not NHWC",
        "the output's dtype is float32, not int8",
    ]
    wrong = read_page(page(tmp_path, "[output]\nkind = 'softmax'\nchannel = 5"))
    assert impossible(wrong.output, model.output.channels) == [
        "there is no channel 5: the last of the output's is 0",
        "kind is not softmax: the output has 1 channel",
    ]
    assert guess(model).contract.output is OutputKind.LOGITS
