"""Which widths a net may get: groups, fields, costs, and the choice within a budget."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skinseg_mobile.compress.prune.budget import (
    Cost,
    Term,
    int8_bytes,
    multiply_adds,
    parameters,
    value,
)
from skinseg_mobile.compress.prune.choose import GRANULE, Limit, by_importance, evenly, narrowed
from skinseg_mobile.compress.prune.cut import by_field, is_legal
from skinseg_mobile.compress.prune.groups import ChannelGroup, groups_of, prunable
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET, packaged_artefact
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.checkpoint import Checkpoint
from skinseg_mobile.train.nets.count import cost
from skinseg_mobile.train.nets.lean import LeanBlock, LeanLayout
from skinseg_mobile.train.nets.presets import NETS
from skinseg_mobile.train.nets.spec import NetSpec
from tests.compress.prune.nets import SPECS

EVERY = {**SPECS, "full lean": NETS["lean"].spec}


@pytest.mark.parametrize("name", EVERY)
def test_groups_are_all_widths_of_the_layout(name: str) -> None:
    spec = EVERY[name]
    groups = groups_of(spec.build(), spec)
    widths = {group.name: group.width for group in groups}
    assert by_field(groups, widths) == prunable(spec).width_of_fields()
    assert prunable(spec).with_widths(by_field(groups, widths)) == spec.layout


def test_what_is_added_is_one_group() -> None:
    groups = {group.name: group for group in groups_of(SPECS["lean"].build(), SPECS["lean"])}
    assert groups["stem"].fields == ("stem", "blocks.0.expanded", "blocks.0.out")
    assert groups["blocks.1.out"].fields == ("blocks.1.out", "blocks.2.out")
    assert groups["blocks.3.out"].readers == ("blocks.4.layers.0.0", "head.project.1")
    assert groups["hidden.0"].givers == ("head.project.0", "head.project.1")


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("less", [0, 8])
def test_costs_are_those_of_the_net_that_is_built(name: str, less: int) -> None:
    spec = EVERY[name]
    groups = groups_of(spec.build(), spec)
    widths = {group.name: group.width - less for group in groups}
    layout = prunable(spec).with_widths(by_field(groups, widths))
    found = cost(replace(spec, layout=layout))
    assert value(multiply_adds(spec, groups, {}), widths) == found.multiply_adds
    assert value(parameters(spec, groups), widths) == found.parameters


def test_the_estimated_file_is_about_the_packaged_one(student: Checkpoint) -> None:
    spec = student.record.spec
    groups = groups_of(spec.build(), spec)
    estimated = value(int8_bytes(spec, groups), {group.name: group.width for group in groups})
    packaged = packaged_artefact(DEFAULT_NET)
    assert packaged is not None
    assert estimated == pytest.approx(read_manifest(packaged).model_bytes, rel=0.05)


def test_a_price_weighs_the_layers_it_names() -> None:
    spec = SPECS["lean"]
    groups = groups_of(spec.build(), spec)
    widths = {group.name: group.width for group in groups}
    plain, priced = (multiply_adds(spec, groups, prices) for prices in ({}, {"blocks.1": 3.0}))
    named = tuple(term for term in plain if term.layer.startswith("blocks.1."))
    assert value(priced, widths) == value(plain, widths) + 2 * value(named, widths)


def form(layout: Any) -> tuple[list[str], list[bool]]:
    """What a net is beside its widths."""
    with torch.device("meta"):
        net = layout.build()
    return list(net.state_dict()), [block.residual for block in net.blocks]


blocks = st.builds(
    LeanBlock,
    expanded=st.sampled_from([8, 16, 24]),
    out=st.sampled_from([8, 16, 24]),
    stride=st.sampled_from([1, 2]),
)
layouts = st.builds(
    LeanLayout,
    stem=st.sampled_from([8, 16, 24]),
    blocks=st.tuples(blocks, blocks),
    levels=st.just((1,)),
    hidden=st.just((8,)),
)


@given(layouts, layouts)
@settings(deadline=None)
def test_same_form_means_the_same_layers(one: LeanLayout, other: LeanLayout) -> None:
    strides = tuple(block.stride for block in one.blocks)
    other = replace(
        other,
        blocks=tuple(replace(b, stride=s) for b, s in zip(other.blocks, strides, strict=True)),
    )
    assert (one.form() == other.form()) == (form(one) == form(other))


@pytest.mark.parametrize(
    ("layout", "group"),
    [
        (LeanLayout(16, (LeanBlock(24, 8, 3, 2),), (0,), (8,)), "blocks.0.expanded"),
        (LeanLayout(16, (LeanBlock(48, 24),), (0,), (8,)), "blocks.0.out"),
    ],
    ids=["an expansion would vanish", "a residual would appear"],
)
def test_widths_that_would_change_the_net_are_stepped_over(layout: LeanLayout, group: str) -> None:
    spec = NetSpec("lean", 64, layout)
    groups = groups_of(spec.build(), spec)
    full = {g.name: g.width for g in groups}
    only = Limit("channels", (Term("", 1, (group,)),), full[group] - 1)
    found = narrowed(full, [only], evenly(full), lambda widths: is_legal(spec, groups, widths))
    assert found == {**full, group: 8}  # 16 is the stem's


def linear(*names: str) -> Cost:
    return tuple(Term(name, 1, (name,)) for name in names)


def lone(name: str, width: int) -> ChannelGroup:
    return ChannelGroup((name,), width, (name,), (), ())


def test_the_least_importance_per_cost_goes_first() -> None:
    groups = [lone("a", 16), lone("b", 16)]
    even = torch.ones(16)
    skewed = torch.cat((torch.full((8,), 0.1), torch.ones(8)))
    limit = Limit("channels", linear("a", "b"), 24)
    rank = by_importance(groups, {"a": even, "b": skewed})
    assert narrowed({"a": 16, "b": 16}, [limit], rank, lambda _: True) == {"a": 16, "b": 8}
    dear = Limit("work", (Term("a", 9, ("a",)), Term("b", 1, ("b",))), 100)
    assert narrowed({"a": 16, "b": 16}, [dear], rank, lambda _: True) == {"a": 8, "b": 16}


def test_importance_counts_as_a_share_of_its_group() -> None:
    groups = [lone("a", 16), lone("b", 16)]
    found = {"a": torch.arange(16.0), "b": torch.ones(16)}
    for factor in (1e-6, 1e6):
        rank = by_importance(groups, {"a": found["a"] * factor, "b": found["b"]})
        limit = Limit("channels", linear("a", "b"), 24)
        assert narrowed({"a": 16, "b": 16}, [limit], rank, lambda _: True) == {"a": 8, "b": 16}


def test_uniform_takes_the_same_share_of_each() -> None:
    full = {"a": 32, "b": 64, "c": 96}
    limit = Limit("channels", linear(*full), 96)
    found = narrowed(full, [limit], evenly(full), lambda _: True)
    assert found == {"a": 16, "b": 32, "c": 48}


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(8, 99), min_size=1),
    st.floats(0.3, 1),
)
def test_budgets_are_met_within_a_granule(full: dict[str, int], keep: float) -> None:
    limit = Limit("channels", linear(*full), max(keep * sum(full.values()), 8 * len(full)))
    found = narrowed(full, [limit], evenly(full), lambda _: True)
    assert limit.most - GRANULE < sum(found.values()) <= limit.most
    assert all(width == full[name] or width % GRANULE == 0 for name, width in found.items())


def test_a_budget_that_cannot_be_met_says_how_near_it_came() -> None:
    limit = Limit("channels", linear("a", "b"), 15)
    with pytest.raises(InputError, match=r"15 channels cannot be reached.*nearest is 16"):
        narrowed({"a": 20, "b": 30}, [limit], evenly({"a": 20, "b": 30}), lambda _: True)


def test_other_families_are_refused_before_they_run() -> None:
    with pytest.raises(
        InputError, match="lean and hypercolumn nets, and this one is of the family unet"
    ):
        groups_of(torch.nn.Identity(), NETS["unet"].spec)
