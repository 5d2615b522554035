"""Results that are computed ahead: the same, in order, errors in their place, few at once."""

import threading
from operator import length_hint

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skinseg_mobile.runtime_py.images.ahead import ahead


def half(number: int) -> int:
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


@given(st.lists(st.integers(0, 9)), st.integers(1, 4))
def test_it_is_the_loop_itself(numbers: list[int], threads: int) -> None:
    found: list[tuple[int, object]] = []
    for number, result in ahead(half, numbers, threads):
        try:
            found.append((number, result.result()))
        except ValueError as error:
            found.append((number, str(error)))
    assert found == [(n, f"{n} is odd" if n % 2 else n // 2) for n in numbers]


def test_no_more_is_begun_than_there_are_threads() -> None:
    numbers = iter(range(100))
    for count, (number, _) in enumerate(ahead(half, numbers, 3)):
        assert number == count
        assert 100 - length_hint(numbers) <= count + 3


def test_who_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    results = ahead(half, range(0, 100, 2), 4)
    assert next(results)[1].result() == 0
    results.close()
    assert threading.active_count() == before


def test_an_error_stays_in_its_place() -> None:
    with pytest.raises(ValueError, match="1 is odd"):
        [result.result() for _, result in ahead(half, [0, 1, 2])]
