"""Engines: numbers in and out of a model's own dtype and layout, and who runs what."""

import gc
import itertools
import json
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.artifact.golden import read_golden
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, MANIFEST, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines import accelerators, ncnn
from skinseg_mobile.runtime_py.engines.emulated.place import VARIABLE
from skinseg_mobile.runtime_py.engines.load import (
    AUTO,
    ENGINES,
    available_engines,
    engine_for,
    find_artefact,
    load,
    open_engine,
)
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.spec import TensorInfo
from skinseg_mobile.runtime_py.targets.tensors import restore, store
from skinseg_mobile.runtime_py.vendors import vendor
from tests.dark import MODEL, dark_probability, disc, edit_manifest, hash_anew

INTEGERS = {"int8": (-128, 127), "uint8": (0, 255)}


def tensor_of(layout: str, dtype: str, channels: int, scale: float, zero: int) -> TensorInfo:
    shape = (1, 5, 7, channels) if layout == "NHWC" else (1, channels, 5, 7)
    return TensorInfo("t", shape, dtype, layout, (0.0, 255.0), scale, zero)


LAYOUTS = ("NHWC", "NCHW")
STORED = [
    ("float32", 1.0, 0),
    ("float16", 1.0, 0),
    ("uint8", 1.0, 0),
    ("int8", 1.0, -128),
    ("int8", 0.7, -3),
    ("uint8", 2.0, 10),
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("dtype", "scale", "zero"), STORED)
def test_store_equals_the_slow_loop(layout: str, dtype: str, scale: float, zero: int) -> None:
    real = (np.random.default_rng(0).random((5, 7, 3), np.float32) * 300 - 20).astype(np.float32)
    real[0, 0] = (0, 255, 0.5)
    info = tensor_of(layout, dtype, 3, scale, zero)
    found = store(real, info)
    assert found.shape == info.shape
    assert found.dtype == np.dtype(dtype)
    assert found.flags.c_contiguous
    for row, column, channel in itertools.product(range(5), range(7), range(3)):
        value = float(real[row, column, channel])
        if dtype in INTEGERS:
            low, high = INTEGERS[dtype]
            value = min(max(round(float(np.float32(value / scale)) + zero), low), high)
        place = (0, row, column, channel) if layout == "NHWC" else (0, channel, row, column)
        tolerance = 0 if dtype in INTEGERS else 0.13  # float16 has steps of 0.25 above 256
        assert abs(float(found[place]) - value) <= tolerance


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("dtype", "scale", "zero"), [*STORED, ("int8", 1 / 256, -128)])
def test_restore_equals_the_slow_loop(layout: str, dtype: str, scale: float, zero: int) -> None:
    generator = np.random.default_rng(0)
    info = tensor_of(layout, dtype, 1, scale, zero)
    if dtype in INTEGERS:
        stored = generator.integers(*INTEGERS[dtype], info.shape, endpoint=True).astype(dtype)
    else:
        stored = generator.random(info.shape).astype(dtype)
    found = restore(stored, info)
    assert found.shape == (5, 7)
    assert found.dtype == np.float32
    for row, column in itertools.product(range(5), range(7)):
        place = (0, row, column, 0) if layout == "NHWC" else (0, 0, row, column)
        real = (int(stored[place]) - zero) * scale if dtype in INTEGERS else float(stored[place])
        assert found[row, column] == pytest.approx(real, rel=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_what_is_stored_comes_back(dtype: str) -> None:
    real = np.arange(35, dtype=np.float32).reshape(5, 7)
    info = tensor_of("NCHW", dtype, 1, 1.0, 0)
    np.testing.assert_array_equal(restore(store(real[..., None], info), info), real)


def test_onnx_runtime_computes_the_formula(dark: Path) -> None:
    net = load(dark)
    photo, _ = disc(3, (90, 70))
    np.testing.assert_allclose(net.at_net_size(photo), dark_probability(photo), atol=1e-6)
    assert net.engine.name.startswith("onnxruntime ")


def test_litert_computes_the_golden_values(capfd: pytest.CaptureFixture[str]) -> None:
    net = load(DEFAULT_NET)
    golden = read_golden(find_artefact(DEFAULT_NET) / GOLDEN)
    assert net.engine.name.startswith("litert ")
    gap = np.abs(net.at_net_size(golden.images[0]) - golden.probabilities[0])
    assert gap.mean() < 0.02
    assert capfd.readouterr().err == "", "the vendor's announcements are no news to a user"


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_refuses_what_it_cannot_read(
    dark: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(dark / "nowhere"))
    monkeypatch.setenv("PATH", "")  # no browser
    monkeypatch.setattr(accelerators, "lacks_simulator", lambda: "no simulator")
    monkeypatch.setattr(ncnn, "lacks_converter", lambda: "no converter")
    manifest = read_manifest(dark)
    if name == "onnxruntime":
        assert open_engine(dark, manifest, name).name.startswith(name)
    elif "onnx" in ENGINES[name].targets:
        with pytest.raises(NotRunError):
            open_engine(dark, manifest, name)
    else:
        with pytest.raises(
            InputError, match=f"engine {name} runs .* files, and dark .onnx fp32. is onnx"
        ):
            open_engine(dark, manifest, name)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_not_available_has_a_reason(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = available_engines(target)
    if TARGETS[target].missing is None:
        assert engine_for(target).name in {engine.name for engine in found if engine.available}
    for engine in found:
        assert target in engine.targets
        assert engine.available == (engine.reason is None)
    web = {engine.name: engine.reason for engine in found if engine.name.endswith("-web")}
    assert len(web) == int(TARGETS[target].browsers)
    assert all("make web" in str(r) or "Chromium" in str(r) for r in web.values())


def test_auto_finds_an_engine_for_every_target(dark: Path) -> None:
    for target in TARGETS:
        assert target in engine_for(target).targets
    assert open_engine(dark, read_manifest(dark), AUTO).name.startswith("onnxruntime")


def test_an_unknown_engine(dark: Path) -> None:
    with pytest.raises(
        InputError, match=r"'tensorrt' does not exist\. Choose one of auto, onnxruntime"
    ):
        open_engine(dark, read_manifest(dark), "tensorrt")


@pytest.mark.parametrize(
    ("tensor", "wrong"),
    [
        ("input", {"name": "picture"}),
        ("input", {"dtype": "uint8"}),
        ("output", {"name": "mask"}),
        ("output", {"dtype": "int8"}),
        ("both", {"shape": [1, 64, 64]}),
    ],
)
def test_a_manifest_must_describe_its_model(dark: Path, tensor: str, wrong: dict[str, Any]) -> None:
    data = json.loads((dark / MANIFEST).read_text())
    for name, channels in (("input", 3), ("output", 1)):
        if tensor in (name, "both"):
            change = {"shape": [1, channels, 64, 64]} if tensor == "both" else wrong
            edit_manifest(dark, **{name: {**data[name], **change}})
    with pytest.raises(InputError, match=f"{MANIFEST} says that the model has"):
        load(dark)


def test_a_tap_must_be_in_the_model(dark: Path) -> None:
    edit_manifest(dark, taps=["head"])
    with pytest.raises(InputError, match="names the tap head, which its model lacks"):
        load(dark)


@pytest.mark.parametrize("content", [b"", b"\x08", b"not a model"])
def test_a_damaged_model_behind_a_right_hash(dark: Path, content: bytes) -> None:
    (dark / MODEL).write_bytes(content)
    hash_anew(dark)
    with pytest.raises(
        InputError, match=r"model\.onnx (does not load in|is not a whole) ONNX"
    ) as caught:
        load(dark)
    assert "\n" not in str(caught.value)


def test_a_model_that_loads_and_does_not_run(dark: Path) -> None:
    onnx: Any = vendor("onnx", "export")
    model = onnx.load(dark / MODEL)
    index = onnx.numpy_helper.from_array(np.array([7]), "index")  # of 3 channels
    model.graph.initializer.append(index)
    model.graph.node[0].input[0] = "picked"
    pick = onnx.helper.make_node("Gather", ["image", "index"], ["picked"], axis=1)
    model.graph.node.insert(0, pick)
    weight = onnx.numpy_helper.from_array(np.ones((1, 1, 1, 1), np.float32), "weight")
    model.graph.initializer[0].CopyFrom(weight)
    (dark / MODEL).write_bytes(model.SerializeToString())
    hash_anew(dark)
    with pytest.raises(InputError, match="does not run in ONNX Runtime"):
        load(dark).at_net_size(disc(0)[0])


def test_a_net_of_rectangular_input_keeps_its_sides(dark: Path) -> None:
    manifest = read_manifest(dark)
    wide = replace(
        manifest,
        input=replace(manifest.input, shape=(1, 3, 16, 32)),
        output=replace(manifest.output, shape=(1, 1, 16, 32)),
    )
    assert wide.side == (16, 32)


def test_golden_values_come_back(dark: Path) -> None:
    golden = read_golden(dark / GOLDEN)
    net = load(dark)
    for photo, probability in zip(golden.images, golden.probabilities, strict=True):
        np.testing.assert_allclose(net.at_net_size(photo), probability, atol=1e-6)


@pytest.mark.parametrize("target", ["onnx", "tflite"])
def test_an_engine_is_let_go_at_once(dark: Path, target: str) -> None:
    folder = dark if target == "onnx" else find_artefact(DEFAULT_NET)
    engine = open_engine(folder, read_manifest(folder), AUTO)
    left = weakref.ref(engine)
    gc.disable()  # nothing may wait for the collector, an emulator least of all
    try:
        del engine
        assert left() is None
    finally:
        gc.enable()
