"""Whether a net gives numbers: NaN is above no threshold, so its mask looks like no lesion."""

from torch import Tensor

from skinseg_mobile.runtime_py.errors import InputError


def require_numbers(probability: Tensor) -> Tensor:
    """Return what a net gave.

    Raises:
        InputError: it is not finite: the net's training diverged.
    """
    if not probability.isfinite().all():
        raise InputError(
            "The net gives values that are no numbers: its training has diverged. Start anew"
            " with a lower --learning-rate."
        )
    return probability
