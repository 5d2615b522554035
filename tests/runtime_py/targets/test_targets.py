"""What every target and engine must be, whoever adds one: named once, lazy, and found."""

import importlib
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.export.targets import EXPORTERS
from skinseg_mobile.runtime_py.engines.emulated.place import CPUS
from skinseg_mobile.runtime_py.engines.load import ENGINES
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.targets import TARGETS, jobs_named, left_out, target_of
from skinseg_mobile.runtime_py.targets.spec import Lazy

LOADED = """
import sys
from skinseg_mobile.runtime_py import load
load(sys.argv[1])
print("\\n".join(name for name in sys.modules if name.startswith("skinseg_mobile")))
"""
HEAVY = ("interpreter", "web", "browser", "arm64", "emulated")


def test_opening_onnx_imports_no_other_engine(dark: Path) -> None:
    command = [sys.executable, "-c", LOADED, str(dark)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = done.stdout.split()
    assert "skinseg_mobile.runtime_py.targets.onnx.engine" in found
    assert len(found) <= 29, found
    assert not [name for name in found if set(name.split(".")) & set(HEAVY)]


def test_specs_need_no_numpy() -> None:
    code = (
        "import sys, skinseg_mobile.runtime_py.targets as t; assert t.TARGETS;"
        " assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_target_is_named_once() -> None:
    for name, spec in TARGETS.items():
        assert spec.name == name
        assert target_of(Path("anywhere") / spec.file) is spec
        assert spec.default in spec.precisions
        assert spec.engines
        assert all(engine.targets == (name,) for engine in spec.engines)
    assert set(EXPORTERS) == set(TARGETS)


def test_each_precision_has_a_recipe() -> None:
    for name, exporter in EXPORTERS.items():
        assert set(exporter.recipes) == set(TARGETS[name].precisions)
        assert "numpy" in exporter.tools
    assert {p for spec in TARGETS.values() for p in spec.precisions} == set(Precision)


def test_what_is_lazy_is_there() -> None:
    calls: list[Any] = [spec.inspect for spec in TARGETS.values()]
    calls += [call for engine in ENGINES.values() for call in (engine.open, engine.lacks)]
    places = [c.func if isinstance(c, partial) else c for c in calls]
    named = [place for place in places if isinstance(place, Lazy)]
    assert len(named) >= len(TARGETS) + len(ENGINES)
    for lazy in named:
        module, _, name = lazy.place.partition(":")
        assert callable(getattr(importlib.import_module(module), name)), lazy


def test_engines_are_those_of_the_targets_and_two_families() -> None:
    own = [engine.name for spec in TARGETS.values() for engine in spec.engines]
    assert list(ENGINES)[: len(own)] == own
    assert [f"arm64:{cpu}" for cpu in CPUS] == [n for n in ENGINES if n.startswith("arm64:")]
    assert all(name == engine.name for name, engine in ENGINES.items())


@pytest.mark.parametrize(
    ("target", "precision", "sentence"),
    [
        (
            "pytorch",
            None,
            "no --target 'pytorch'. Choose one of onnx, tflite, coreml, coreai, executorch, all",
        ),
        ("tflit", None, r"no --target 'tflit'\. Did you mean tflite\?"),
        ("onnx", "int4", "no --precision 'int4'. Did you mean int8. Choose one of fp32, .*, all"),
        ("onnx", "pal4", "onnx cannot be pal4. It can be fp32, fp16, int8"),
    ],
)
def test_jobs_that_cannot_be(target: str, precision: str | None, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        jobs_named(target, precision)


def test_jobs() -> None:
    there = {name: spec for name, spec in TARGETS.items() if spec.missing is None}
    assert set(TARGETS) - set(there) == set(left_out("all"))
    assert jobs_named("all", None) == {name: [spec.default] for name, spec in there.items()}
    assert jobs_named("all", "int8-io") == {"tflite": [Precision.INT8_IO]}
    assert jobs_named("coreml", "all") == {"coreml": list(TARGETS["coreml"].precisions)}
