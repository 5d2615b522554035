"""Products of 8 bits are summed exactly by every processor, at the largest values there are."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from skinseg_mobile.export.targets.onnx.exact import make_exact
from skinseg_mobile.runtime_py.engines.processor import eight_bit_instructions, saturates
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.verdict import Verdict

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Layer:
    """A convolution in 8 bits, without padding; all scales are 1."""

    weight: Integers
    """(channels out, channels in a group, kernel, kernel), -127 to 127."""
    groups: int
    dilation: int = 1

    @property
    def channels(self) -> int:
        """Channels in."""
        return self.weight.shape[1] * self.groups

    def sums(self, image: Integers) -> Integers:
        """Return a (channels in, H, W) image's sums, product by product."""
        out, depth, kernel, _ = self.weight.shape
        shrink = self.dilation * (kernel - 1)
        height, width = image.shape[1] - shrink, image.shape[2] - shrink
        found = np.zeros((out, height, width), np.int64)
        for channel, own, row, column in np.ndindex(*self.weight.shape):
            read = channel // (out // self.groups) * depth + own
            top, left = row * self.dilation, column * self.dilation
            part = image[read, top : top + height, left : left + width]
            found[channel] += self.weight[channel, own, row, column] * part
        return found

    def model(self, bias: Integers) -> Any:
        """Return the QDQ model that gives sums + bias, cut to -128 to 127."""
        make, one, zero = helper.make_node, np.float32(1), np.uint8(0)
        ones, zeros = (np.full(len(bias), 1, np.float32), np.full(len(bias), 0, np.int8))
        values = {
            "one": one, "zero": zero, "middle": np.uint8(128), "ones": ones, "zeros": zeros,
            "zeros_32": zeros.astype(np.int32), "bias": bias.astype(np.int32),
            "weight": self.weight.astype(np.int8),
        }  # fmt: skip
        nodes = [
            make("QuantizeLinear", ["image", "one", "zero"], ["image_8"]),
            make("DequantizeLinear", ["image_8", "one", "zero"], ["read"]),
            make("DequantizeLinear", ["weight", "ones", "zeros"], ["weights"], axis=0),
            make("DequantizeLinear", ["bias", "ones", "zeros_32"], ["added"], axis=0),
            make(
                "Conv",
                ["read", "weights", "added"],
                ["sums"],
                group=self.groups,
                dilations=[self.dilation] * 2,
            ),
            make("QuantizeLinear", ["sums", "one", "middle"], ["sums_8"]),
            make("DequantizeLinear", ["sums_8", "one", "middle"], ["result"]),
        ]
        shape = [1, self.channels, None, None]
        given_, result = (
            helper.make_tensor_value_info(name, TensorProto.FLOAT, size)
            for name, size in (("image", shape), ("result", None))
        )
        stored = [numpy_helper.from_array(np.asarray(v), name) for name, v in values.items()]
        graph = helper.make_graph(nodes, "layer", [given_], [result], stored)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def computed(model: Any, image: Integers, *, optimized: bool = True) -> NDArray[np.float32]:
    options = onnxruntime.SessionOptions()
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    (found,) = cast(
        "list[NDArray[np.float32]]", session.run(None, {"image": image[None].astype(np.float32)})
    )
    return found[0]


def exact(model: Any) -> Any:
    make_exact(model, lambda tensor: pytest.fail(f"{tensor} is not computed in float"))
    return model


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    groups, out, depth = (draw(st.integers(1, most)) for most in (9, 3, 9))
    kernel, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    shape = (groups * out, depth, kernel, kernel)
    least = draw(st.sampled_from([-127, 0, 126]))
    extreme = draw(st.booleans())
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    weight = random.choice([least, 127], shape) if extreme else random.integers(least, 128, shape)
    return Layer(weight, groups, dilation)


@settings(max_examples=100, deadline=None)
@given(layers(), st.sampled_from([(0, 256), (254, 256)]), st.integers(0, 2**32))
def test_sums_are_whole_and_right(layer: Layer, span: tuple[int, int], seed: int) -> None:
    """To the last unit: the bias brings the first pixel's sums to zero, and others near to it."""
    image = np.random.default_rng(seed).integers(*span, (layer.channels, 9, 11))
    sums = layer.sums(image)
    bias = -sums[:, 0, 0]
    wanted = np.clip(sums + bias[:, None, None], -128, 127)
    np.testing.assert_array_equal(computed(exact(layer.model(bias)), image), wanted)


@pytest.mark.parametrize("groups", [1, 4])
def test_a_bias_that_fills_32_bits_leaves_room_for_the_sums(groups: int) -> None:
    """The quantizer gives such biases to channels of weights that are almost zero."""
    layer = Layer(np.full((4, 4 // groups, 3, 3), -127), groups)
    image = np.full((4, 9, 11), 255)
    bias = np.array([-(2**31) + 500, -(2**31) + 500, 2**31 - 500, 9 * 4 // groups * 127 * 255])
    wanted = [-128, -128, 127, 0]
    found = computed(exact(layer.model(bias)), image)
    assert [np.unique(channel).tolist() for channel in found] == [[value] for value in wanted]


def in_float(weight: NDArray[np.float32], bias: NDArray[np.float32], groups: int) -> Any:
    """Return a convolution that is left in float between 8 bits, as the quantizer writes it."""
    make, channels = helper.make_node, weight.shape[1] * groups
    values = {"fine": np.float32(2 / 255), "coarse": np.float32(6 / 255), "zero": np.uint8(0)}
    values |= {"low": np.float32(0), "high": np.float32(6), "weight": weight, "bias": bias}
    nodes = [
        make("QuantizeLinear", ["image", "fine", "zero"], ["image_8"]),
        make("DequantizeLinear", ["image_8", "fine", "zero"], ["read"]),
        make("Conv", ["read", "weight", "bias"], ["sums"], group=groups),
        make("Clip", ["sums", "low", "high"], ["clipped"]),
        make("QuantizeLinear", ["clipped", "coarse", "zero"], ["result_8"]),
        make("DequantizeLinear", ["result_8", "coarse", "zero"], ["result"]),
    ]
    given_, result = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, size)
        for name, size in (("image", [1, channels, None, None]), ("result", None))
    )
    stored = [numpy_helper.from_array(np.asarray(v), name) for name, v in values.items()]
    graph = helper.make_graph(nodes, "layer", [given_], [result], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


@pytest.mark.parametrize("least", [1e-12, 0.02])
def test_float_weights_stay_float_beside_a_channel_of_almost_none(least: float) -> None:
    """ONNX Runtime gives float weights between 8 bits one scale of 8 bits, where it may."""
    random = np.random.default_rng(0)
    weight = random.normal(0, 1, (4, 1, 3, 3)).astype(np.float32)
    weight[1] *= np.float32(least)
    weight[3] *= 100
    bias = np.array([1, 0.5, 2, 1], np.float32)
    image = random.integers(0, 3, (4, 9, 11))
    model = in_float(weight, bias, groups=4)
    wanted = computed(model, image, optimized=False)
    make_exact(model, lambda tensor: (0.0, 2.0))
    assert np.abs(computed(model, image) - wanted).max() <= 6.001 / 255  # a step, at ties


WORST = Layer(np.full((8, 16, 1, 1), 127), 1)


@pytest.mark.skipif(
    not saturates(eight_bit_instructions()), reason="only AVX2 without VNNI saturates"
)
def test_int8_weights_saturate() -> None:
    """The twin: the same layer as it was before it was made exact."""
    image = np.full((16, 9, 11), 255)
    bias = -WORST.sums(image)[:, 0, 0]
    assert (computed(exact(WORST.model(bias)), image) == 0).all()
    assert (computed(WORST.model(bias), image) == -128).all()


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        (WORST, np.uint8),
        (Layer(np.full((8, 1, 3, 3), 127), 8), np.int8),  # depthwise
        (Layer(np.full((16, 1, 3, 3), 127), 8), np.uint8),  # two channels out of each
        (Layer(np.full((8, 1, 3, 3), 127), 1), np.uint8),
    ],
)
def test_the_same_weights_are_stored(layer: Layer, kind: type) -> None:
    model = exact(layer.model(np.zeros(len(layer.weight), np.int64)))
    stored = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    weight, zero = stored["weight"], stored["zeros"]
    assert weight.dtype == zero.dtype == kind
    np.testing.assert_array_equal(
        weight.astype(int) - zero.astype(int)[:, None, None, None], layer.weight
    )


@pytest.mark.slow
@pytest.mark.parametrize("exported", ["artefacts", "tiny_artefacts"])
def test_students_pass_and_only_depthwise_weights_are_signed(
    exported: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(exported)["onnx-int8"]
    graph = onnx.load(folder / "model.onnx").graph
    stored = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    eight_bits = {
        node.output[0]: stored[node.input[0]]
        for node in graph.node
        if node.op_type == "DequantizeLinear" and node.input[0] in stored
    }
    weights = [
        eight_bits[n.input[1]] for n in graph.node if n.input[1:2] and n.input[1] in eight_bits
    ]
    assert {w.dtype.name for w in weights if w.shape[1] == 1} == {"int8"}
    assert {w.dtype.name for w in weights if w.shape[1] > 1} == {"uint8"}
    report = evaluate_artifact(folder).report
    assert report.verdict is Verdict.PASSED, report.reasons
