"""Run lengths and masks are the same thing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skinseg_mobile.runtime_py.images.image_file import Mask
from skinseg_mobile.runtime_py.testvectors.vectors import from_runs, runs


@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_there_and_back(mask: Mask) -> None:
    lengths = runs(mask)
    assert np.array_equal(from_runs(lengths, *mask.shape), mask)
    assert min(lengths[1:], default=1) > 0
