"""Computes the next results while one is used: decoders and NumPy let other threads run."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
MOST_THREADS = 4
"""Each holds an image: one of 108 megapixels takes 0.3 GB, and its overlay as much."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ahead(
    function: Callable[[T], R], items: Iterable[T], threads: int | None = None
) -> Generator[tuple[T, Future[R]]]:
    """Yield each item in order with its result, at most `threads` of which are begun.

    An error is raised by the result, where it is asked for. One processor computes one at a time.
    """
    most = threads or min(cores(), MOST_THREADS)
    begun: deque[tuple[T, Future[R]]] = deque()
    with ThreadPoolExecutor(most) as pool:
        try:
            for item in items:
                begun.append((item, pool.submit(function, item)))
                if len(begun) >= most:
                    yield begun.popleft()
            while begun:
                yield begun.popleft()
        finally:
            for _, result in begun:
                result.cancel()
