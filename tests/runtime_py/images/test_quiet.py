"""Warnings of decoders in several threads: ignored inside, and as before when all have left."""

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from skinseg_mobile.runtime_py.images.quiet import Quiet


def test_filters_are_as_before_whoever_leaves_last() -> None:
    before, quiet = list(warnings.filters), Quiet()
    entered, left = threading.Event(), threading.Event()

    def other() -> None:
        with quiet:
            entered.set()
            assert left.wait(10)
            warnings.warn("a decoder's", stacklevel=1)

    with ThreadPoolExecutor(1) as pool:
        with quiet:
            ended = pool.submit(other)
            assert entered.wait(10)
        left.set()  # the thread that came first has left, the other one is inside
        ended.result()
    assert list(warnings.filters) == before


def test_an_error_leaves_the_filters_as_they_were() -> None:
    before, quiet = list(warnings.filters), Quiet()
    with pytest.raises(ValueError, match="damaged"), quiet:
        raise ValueError("damaged")
    assert list(warnings.filters) == before
