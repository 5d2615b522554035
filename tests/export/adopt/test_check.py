"""The search itself, on a net of milliseconds: what truth can tell, and what only a reference can.

The net takes levels and means red, green and blue alike: no image can tell RGB from BGR.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.export.adopt.check import ContractCheck, check_contract
from skinseg_mobile.export.adopt.evidence import FEWER, IMAGES, trial_images
from skinseg_mobile.export.adopt.foreign_model import ForeignModel, read_foreign
from skinseg_mobile.export.adopt.trials import Trials
from skinseg_mobile.export.adopt.values import LEVELS, UNIT, Values
from skinseg_mobile.runtime_py.contract import OURS, ColourOrder, Contract, Filter, Fit, OutputKind
from skinseg_mobile.runtime_py.engines.load import load
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.runtime_py.gate.cases import Reference, net_reference, saved_reference
from skinseg_mobile.runtime_py.images.image_file import Photo
from skinseg_mobile.runtime_py.images.pipeline import Probability
from skinseg_mobile.runtime_py.predict.predictions import Predictions
from tests.dark import MODEL

IN_PARTS = replace(OURS, mean=UNIT[0], deviation=UNIT[1])
WRONG = [
    replace(OURS, inverted=True),
    replace(OURS, filter=Filter.ASYMMETRIC),
    replace(OURS, fit=Fit.LETTERBOX),
    replace(OURS, output=OutputKind.LOGITS),
    replace(OURS, channel=3),
    IN_PARTS,
]


def checked(
    model: ForeignModel,
    given: Contract,
    reference: Reference | None,
    data: Path | None,
    declared: Values | None = None,
) -> ContractCheck:
    images = trial_images(model, Task.LESION, reference, data)
    return check_contract(Trials(model, images, 0.5, 0.5), given, declared)


@pytest.mark.parametrize("given", WRONG, ids=lambda given: given.own)
def test_a_reference_tells_every_part(dark: Path, discs: Path, given: Contract) -> None:
    reference = net_reference(load(dark), "c" * 64)
    found = checked(read_foreign(dark / MODEL), given, reference, discs)
    assert found.best.contract == OURS
    assert found.fits
    assert found.best.difference == 0
    (sentence,) = found.wrong
    if given.output is OutputKind.LOGITS:
        assert sentence == "output is probability, not logits: the file's values cannot be logits"
    assert sentence.startswith(("inverted", "filter", "fit", "output", "channel", "values"))


def test_a_reference_that_marks_all_or_nothing_tells_nothing(dark: Path, discs: Path) -> None:
    """Under the wrong contract, a net's masks are often so."""
    for level in (0.1, 0.9):
        flat = replace(net_reference(load(dark), "c" * 64), probability=partial(_flat, level))
        images = trial_images(read_foreign(dark / MODEL), Task.LESION, flat, discs)
        with pytest.raises(InputError, match="marks all or nothing of each of the 4 images"):
            Trials(read_foreign(dark / MODEL), images, 0.5, 0.5).require_telling()


def _flat(level: float, _: str, photo: Photo) -> Probability:
    return np.full(photo.shape[:2], level, np.float32)


def test_what_no_image_can_tell_stays_as_it_was_given(dark: Path, discs: Path) -> None:
    reference = net_reference(load(dark), "c" * 64)
    given = replace(OURS, colour=ColourOrder.BGR)
    found = checked(read_foreign(dark / MODEL), given, reference, discs)
    assert (found.best.contract, found.wrong) == (given, ())
    assert [line.what for line in found.others if not line.told] == ["colour RGB"]


def test_truth_tells_values_and_leaves_the_filter_alone(dark: Path, discs: Path) -> None:
    given = replace(IN_PARTS, filter=Filter.BILINEAR)
    found = checked(read_foreign(dark / MODEL), given, None, discs)
    assert found.best.contract == replace(given, mean=LEVELS[0], deviation=LEVELS[1])
    assert found.best.difference is None
    assert found.wrong[0].startswith("values are 0..255, not 0..1 (levels are normalised twice)")
    assert "Jaccard 0." in found.wrong[0]


def test_truth_does_not_overrule_what_the_file_declares(dark: Path, discs: Path) -> None:
    """Here the file would declare the wrong thing; a reference finds that out."""
    model = read_foreign(dark / MODEL)
    found = checked(model, IN_PARTS, None, discs, declared=UNIT)
    assert found.best.contract.deviation == UNIT[1]
    reference = net_reference(load(dark), "c" * 64)
    found = checked(model, IN_PARTS, reference, discs, declared=UNIT)
    assert found.best.contract == OURS


def test_the_table_holds_each_other_contract_once(dark: Path, discs: Path) -> None:
    reference = net_reference(load(dark), "c" * 64)
    found = checked(read_foreign(dark / MODEL), OURS, reference, discs)
    others = [line.contract for line in found.others]
    assert OURS not in others
    assert {line.what for line in found.others} >= {
        "values 0..1", "colour BGR", "inverted true", "output logits", "filter bilinear",
        "filter aligned-corners", "filter asymmetric", "fit letterbox", "fit centre-crop",
    }  # fmt: skip
    errors = [line.difference or 0 for line in found.others if line.plausible]
    assert errors == sorted(errors)


def test_a_reference_alone_is_asked_about_synthetic_images(dark: Path) -> None:
    reference = net_reference(load(dark), "c" * 64)
    images = trial_images(read_foreign(dark / MODEL), Task.LESION, reference, None)
    assert len(images) == 16 <= IMAGES
    assert len(images) > FEWER
    aspects = {image.photo.shape[0] / image.photo.shape[1] for image in images}
    assert min(aspects) < 1 < max(aspects)
    assert trial_images(read_foreign(dark / MODEL), Task.LESION, None, None) == []


def test_predictions_of_other_images_are_refused(dark: Path, discs: Path) -> None:
    saved = saved_reference(Predictions("c" * 64, "app", {"face": np.zeros((4, 4), np.float32)}))
    with pytest.raises(InputError, match="no prediction of an image in"):
        trial_images(read_foreign(dark / MODEL), Task.LESION, saved, discs)
