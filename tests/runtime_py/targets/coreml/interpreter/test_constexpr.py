"""Decompressed weights against coremltools' `decompress_weights`: equal bit for bit."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter import constexpr, load_package
from tests.runtime_py.targets.coreml.interpreter.conftest import Converted, quiet

pytestmark = pytest.mark.slow

Compress = Callable[[Any, Any], Any]


class Plain(torch.nn.Module):
    """Two layers whose weights every form of compression accepts."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(3, 32, 3, 1, 1)
        self.second = torch.nn.Conv2d(32, 16, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(image)))


@pytest.fixture(scope="session")
def plain16(converted: Callable[..., Converted]) -> Converted:
    torch.manual_seed(4)
    return converted(Plain(), 16, "FLOAT16")


@pytest.fixture(scope="session")
def plain18(converted: Callable[..., Converted]) -> Converted:
    torch.manual_seed(5)
    return converted(Plain(), 18, "FLOAT32")


def quantized(**options: Any) -> Compress:
    def compress(cto: Any, model: Any) -> Any:
        config = cto.OpLinearQuantizerConfig(weight_threshold=0, **options)
        return cto.linear_quantize_weights(model, cto.OptimizationConfig(global_config=config))

    return compress


def palettized(**options: Any) -> Compress:
    def compress(cto: Any, model: Any) -> Any:
        config = cto.OpPalettizerConfig(weight_threshold=0, **options)
        return cto.palettize_weights(model, cto.OptimizationConfig(global_config=config))

    return compress


def pruned(cto: Any, model: Any) -> Any:
    config = cto.OpMagnitudePrunerConfig(target_sparsity=0.5, weight_threshold=0)
    return cto.prune_weights(model, cto.OptimizationConfig(global_config=config))


def pruned_then_quantized(cto: Any, model: Any) -> Any:
    config = cto.OpLinearQuantizerConfig(weight_threshold=0, mode="linear_symmetric")
    whole = cto.OptimizationConfig(global_config=config)
    return cto.linear_quantize_weights(pruned(cto, model), whole, joint_compression=True)


def pruned_then_palettized(cto: Any, model: Any) -> Any:
    config = cto.OpPalettizerConfig(weight_threshold=0, nbits=4)
    whole = cto.OptimizationConfig(global_config=config)
    return cto.palettize_weights(pruned(cto, model), whole, joint_compression=True)


def palettized_then_quantized(cto: Any, model: Any) -> Any:
    config = cto.OpLinearQuantizerConfig(weight_threshold=0, granularity="per_tensor")
    whole = cto.OptimizationConfig(global_config=config)
    table = palettized(nbits=6, mode="uniform")(cto, model)
    return cto.linear_quantize_weights(table, whole, joint_compression=True)


AFFINE, LUT, SPARSE = (
    f"constexpr_{kind}" for kind in ("affine_dequantize", "lut_to_dense", "sparse_to_dense")
)
SCALE = "constexpr_blockwise_shift_scale"
IOS16: dict[str, tuple[Compress, str]] = {
    "int8": (quantized(mode="linear_symmetric"), AFFINE),
    "int8 with zero point": (quantized(mode="linear"), AFFINE),
    "uint8": (quantized(mode="linear", dtype="uint8"), AFFINE),
    "int8 per tensor": (quantized(granularity="per_tensor"), AFFINE),
    "palette 8": (palettized(nbits=8, mode="uniform"), LUT),
    "palette 6": (palettized(nbits=6, mode="kmeans"), LUT),
    "palette 4": (palettized(nbits=4, mode="kmeans"), LUT),
    "palette 2": (palettized(nbits=2, mode="uniform"), LUT),
    "palette 1": (palettized(nbits=1, mode="kmeans"), LUT),
    "sparse": (pruned, SPARSE),
}
IOS18: dict[str, tuple[Compress, str]] = {
    "int8": (quantized(mode="linear_symmetric"), SCALE),
    "int4 per block": (quantized(dtype="int4", granularity="per_block", block_size=8), SCALE),
    "uint4 with offset": (quantized(dtype="uint4", mode="linear"), SCALE),
    "palette 3": (palettized(nbits=3, mode="kmeans"), LUT),
    "palette 4, grouped": (
        palettized(nbits=4, granularity="per_grouped_channel", group_size=8),
        LUT,
    ),
    "palette 4, vectors": (palettized(nbits=4, mode="kmeans", cluster_dim=4), LUT),
    "palette, scaled": (
        palettized(nbits=4, mode="kmeans", enable_per_channel_scale=True),
        SCALE,
    ),
    "sparse": (pruned, SPARSE),
    "sparse int8": (pruned_then_quantized, "constexpr_sparse_blockwise_shift_scale"),
    "sparse palette": (pruned_then_palettized, "constexpr_lut_to_sparse"),
    "quantized palette": (palettized_then_quantized, SCALE),
}


@pytest.mark.parametrize("form", IOS16)
def test_ios16_weights_are_bit_equal(form: str, plain16: Converted, tmp_path: Path) -> None:
    compress, kind = IOS16[form]
    assert kind in compare(compress, plain16, tmp_path, np.float16)


@pytest.mark.parametrize("form", IOS18)
def test_ios18_weights_are_bit_equal(form: str, plain18: Converted, tmp_path: Path) -> None:
    compress, kind = IOS18[form]
    assert kind in compare(compress, plain18, tmp_path, np.float32)


def compare(compress: Compress, package: Converted, tmp_path: Path, dtype: Any) -> tuple[str, ...]:
    """Compare every decompressed weight; return the kinds of compression that the file holds."""
    import coremltools.optimize.coreml as cto

    with quiet():
        model = compress(cto, copy.deepcopy(package.model))
        model.save(str(tmp_path / "small.mlpackage"))
        dense: Any = cto.decompress_weights(model)
    program = load_package(tmp_path / "small.mlpackage")
    expected = {
        op.outputs[0].name: op.outputs[0].val
        for op in dense._mil_program.functions["main"].operations
        if op.op_type == "const" and getattr(op.outputs[0].val, "size", 0) > 64
    }
    assert len(expected) >= 2
    for name, weight in expected.items():
        ours = program.constants[name]
        assert isinstance(ours, np.ndarray)
        assert weight.dtype == dtype
        assert ours.astype(dtype).tobytes() == weight.tobytes(), name
    return program.compressed


def test_a_cast_widens() -> None:
    half = np.array([1.5, 65504, 6e-8], np.float16)
    assert np.array_equal(constexpr.cast(half, "fp32"), half.astype(np.float32))
    with pytest.raises(InputError, match="Only fp32"):
        constexpr.cast(half, "int8")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: constexpr.lut_to_dense(np.zeros(3, np.uint8), np.zeros(8), np.array([8])), "pal"),
        (lambda: constexpr.lut_to_dense(np.zeros(3, np.uint8), np.zeros(16), np.array([8])), "one"),
        (lambda: constexpr.sparse_to_dense(np.zeros(2), np.array([1, 1, 1])), "as many values"),
        (lambda: constexpr.sparse_to_dense(np.zeros(1), np.array([1]), np.array([9])), "mask bit"),
        (lambda: constexpr.blockwise_shift_scale(np.zeros((4, 4)), np.ones((3, 1))), "blocks"),
        (lambda: constexpr.blockwise_shift_scale(np.zeros((4, 4)), np.ones(4)), "one scale axis"),
        (lambda: constexpr.lut_to_dense(np.full((2, 2), 9), np.zeros((1, 1, 4, 1))), "inside"),
    ],
)
def test_parts_that_do_not_fit_are_refused(call: Callable[[], Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        call()
