"""Draws are functions of what they are for."""

import itertools

import torch

from skinseg_mobile.train.data.draws import Purpose, generator, seed_for


def test_every_key_has_a_seed_of_its_own() -> None:
    keys = itertools.product(Purpose, range(4), range(4), range(4))
    seeds = [seed_for(purpose, *key) for purpose, *key in keys]
    assert len(set(seeds)) == len(seeds) == len(Purpose) * 64
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_key_draws_the_same_again() -> None:
    one, other = (torch.rand(8, generator=generator(Purpose.VIEW, 3, 5)) for _ in range(2))
    assert torch.equal(one, other)
    assert not torch.equal(one, torch.rand(8, generator=generator(Purpose.PIXELS, 3, 5)))


def test_no_other_draw_disturbs_a_key() -> None:
    torch.manual_seed(1)
    expected = torch.rand(4, generator=generator(Purpose.ORDER, 9))
    torch.manual_seed(2)
    torch.rand(100)
    assert torch.equal(torch.rand(4, generator=generator(Purpose.ORDER, 9)), expected)
