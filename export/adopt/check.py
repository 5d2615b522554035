"""Is this the contract that a file was made for? The usual mistakes are tried around it.

A reference is sharp: all ways to feed and to read the file (values, colour, output) are tried with
each other, then all frames (fit, filter), then the first again. Ground truth is not, and a net may
meet another truth by accident, fed in a strange way: there one part is changed at a time, from the
given contract on, and all at once where that leads to nothing that fits.

A part of the contract that was given stays where the images cannot tell it from a better one by
more than chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from skinseg_mobile.export.adopt.trials import (
    Score,
    Trials,
    best_of,
    differing,
    put_back,
)
from skinseg_mobile.export.adopt.values import MEANS, USUAL, Values, is_twice, name_of, twice
from skinseg_mobile.runtime_py.contract import ColourOrder, Contract, Filter, Fit, said

LEAST_JACCARD, LEAST_AGREEMENT = 0.3, 0.7
"""Below these no contract fits: means over the images."""
ABOVE_TRIVIAL = 0.05
"""By which the mean Jaccard must pass that of a mask which is positive everywhere."""
PARTS = ("filter", "pad", "fit", "colour", "values", "inverted", "channel", "output")


@dataclass(frozen=True)
class CheckedContract:
    """One line of the table: a contract, what it is beside the best one, and how it fits."""

    what: str
    contract: Contract
    jaccard: float | None
    """Of masks and truth, the mean."""
    difference: float | None
    """Mean |Δp| from the reference."""
    agreement: float | None
    """Jaccard of masks and the reference's masks, the mean."""
    plausible: bool
    told: bool
    """Whether the images tell it from the best one: that fits better by more than chance."""


@dataclass(frozen=True)
class ContractCheck:
    """What was found: the contract that fits best, and what is wrong with the one given."""

    images: int
    fits: bool
    best: CheckedContract
    given: CheckedContract
    others: tuple[CheckedContract, ...]
    """The best one with one part changed, the likeliest first."""
    wrong: tuple[str, ...]
    """A sentence for each part of the given contract that does not fit."""
    wrong_images: tuple[str, ...]
    """A sentence where truth or reference belong to other images than these."""


def check_contract(
    trials: Trials, given: Contract, declared: Values | None = None
) -> ContractCheck:
    """Try the usual mistakes around a contract.

    `declared` is what the file itself says of its values; ground truth alone cannot overrule it.
    """
    sure = declared if trials.score(given).difference is None else None
    best = _kept(trials, _found(trials, given, sure), given, sure)
    others = sorted(
        (_line(trials, what, other, best) for what, other in _deviations(trials, best)),
        key=lambda line: (not line.plausible, _error(line)),
    )
    wrong = [_sentence(trials, part, best, given) for part in differing(best, given)]
    line = _line(trials, "fits best", best, best)
    return ContractCheck(
        len(trials.images),
        _fits(trials, trials.score(best)),
        line,
        _line(trials, "given", given, best),
        tuple(others),
        tuple(wrong),
        tuple(_unturned(trials, best)),
    )


def _found(trials: Trials, given: Contract, sure: Values | None) -> Contract:
    if trials.score(given).difference is None:
        start = _with(given, sure, given.colour) if sure else given
        near = _climbed(trials, start, moves_values=sure is None)
        if sure or _fits(trials, trials.score(near)):
            return near
    return _searched(trials, given)


def _climbed(trials: Trials, given: Contract, *, moves_values: bool) -> Contract:
    """Change the part that gains most, as long as one gains more than chance."""
    best = given
    for _ in PARTS:
        others = [
            other
            for _, other in _deviations(trials, best)
            if (other.mean, other.deviation) != MEANS
            if moves_values or differing(other, best) != ["values"]
        ]
        old = trials.score(best)
        better = [(c, trials.score(c)) for c in others if _betters(trials.score(c), old)]
        if not better:
            return best
        best = best_of(better, given)
    return best


def _betters(new: Score, old: Score) -> bool:
    if new.plausible != old.plausible:
        return new.plausible
    return new.beats(old)


def _searched(trials: Trials, given: Contract) -> Contract:
    best = _best_fed(trials, given, given)
    framed = [replace(best, fit=fit, filter=kind) for fit in Fit for kind in Filter]
    best = best_of([(c, trials.score(c)) for c in framed], given)
    return _best_fed(trials, best, given)


def _best_fed(trials: Trials, start: Contract, given: Contract) -> Contract:
    """Return the best way to feed and read the file in one frame."""
    usual = dict.fromkeys([(given.mean, given.deviation), *USUAL.values()])
    fed = [_with(start, values, colour) for values in usual for colour in ColourOrder]
    every = [other for contract in fed for other in trials.readings(contract)]
    return best_of([(c, trials.score(c)) for c in every], given)


def _with(contract: Contract, values: Values, colour: ColourOrder) -> Contract:
    return replace(contract, mean=values[0], deviation=values[1], colour=colour)


def _kept(trials: Trials, best: Contract, given: Contract, sure: Values | None) -> Contract:
    """Return the best contract with what was given, where the images cannot tell them apart."""
    for part in PARTS:
        same = put_back(best, part, given)
        if same == best or _is_beyond(trials, same) or (part == "values" and sure):
            continue
        score = trials.score(same)
        if score.plausible and not trials.score(best).beats(score):
            best = same
    return best


def _is_beyond(trials: Trials, contract: Contract) -> bool:
    """Whether the file lacks the channel."""
    return contract.channel >= trials.model.output.channels


def _deviations(trials: Trials, best: Contract) -> Iterator[tuple[str, Contract]]:
    """Yield the best contract with one part changed, by the usual mistake that this is."""
    return ((what, other) for what, other in _variants(trials, best) if other != best)


def _variants(trials: Trials, best: Contract) -> Iterator[tuple[str, Contract]]:
    for values in USUAL.values():
        yield f"values {name_of(values)}", _with(best, values, best.colour)
    yield "normalised twice", _with(best, twice((best.mean, best.deviation)), best.colour)
    for colour in ColourOrder:
        yield f"colour {colour}", replace(best, colour=colour)
    for kind in Filter:
        yield f"filter {kind}", replace(best, filter=kind)
    for fit in Fit:
        yield f"fit {fit}", replace(best, fit=fit)
    for other in trials.readings(best):
        parts = differing(other, best)
        if len(parts) == 1:
            yield f"{parts[0]} {said(getattr(other, parts[0]))}", other


def _sentence(trials: Trials, part: str, best: Contract, given: Contract) -> str:
    """Say what is wrong with a part, and what putting it right gains."""
    same = put_back(best, part, given)
    if part == "values":
        right, wrong = (best.mean, best.deviation), (given.mean, given.deviation)
        what = f"values are {name_of(right)}, not {name_of(wrong)}"
        if is_twice(right, wrong):
            what += " (levels are normalised twice)"
    else:
        right, wrong = getattr(best, part), getattr(given, part)
        what = f"{part} is {said(right)}, not {said(wrong)}"
    if _is_beyond(trials, same):
        return f"{what}: the file has {trials.model.output.channels} channels"
    old = trials.score(same)
    if part == "output" and not old.plausible:
        return f"{what}: the file's values cannot be {said(wrong)}"
    return f"{what}: {_change(old, trials.score(best))}"


def _unturned(trials: Trials, best: Contract) -> list[str]:
    """Return a sentence where truth or reference were made of images that EXIF did not turn."""
    if trials.turned is None:
        return []
    turned, stored = (some.score(best) for some in trials.turned)
    if not stored.beats(turned):
        return []
    what = "ground truth" if turned.difference is None else "the reference"
    count = turned.error.size
    return [f"EXIF turns {count} of the images, and {what} ignores it: {_change(turned, stored)}"]


def _change(old: Score, new: Score) -> str:
    if old.difference is not None and new.difference is not None:
        return f"mean |Δp| {old.difference.mean():.4f} → {new.difference.mean():.4f}"
    return f"Jaccard {1 - old.error.mean():.3f} → {1 - new.error.mean():.3f}"


def _line(trials: Trials, what: str, contract: Contract, best: Contract) -> CheckedContract:
    score = trials.score(contract)
    told = not score.plausible or trials.score(best).beats(score)
    jaccard, difference, agreement = (
        None if found is None else float(np.nanmean(found))
        for found in (score.jaccard, score.difference, score.agreement)
    )
    return CheckedContract(what, contract, jaccard, difference, agreement, score.plausible, told)


def _error(line: CheckedContract) -> float:
    return line.difference if line.difference is not None else 1 - (line.jaccard or 0.0)


def _fits(trials: Trials, score: Score) -> bool:
    if not score.plausible:
        return False
    if score.agreement is not None:
        return bool(score.agreement.mean() >= LEAST_AGREEMENT)
    shares = [float(image.truth.mean()) for image in trials.images if image.truth is not None]
    least = max(LEAST_JACCARD, float(np.mean(shares)) + ABOVE_TRIVIAL)
    return bool(1 - score.error.mean() >= least)
