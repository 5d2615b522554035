"""Images hold what pixel buffers hold; shapes stay within the limits of the package."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from skinseg_cli.execute.coreml import show
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter import execute, load_package
from skinseg_mobile.runtime_py.targets.coreml.summary import run_files
from tests.runtime_py.targets.coreml.interpreter.conftest import quiet

pytestmark = pytest.mark.slow

SHAPE = (1, 3, 8, 12)
Convert = Callable[..., Path]


class Probability(nn.Module):
    """A sigmoid of the mean colour: 164 values where the image has them."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid((x.mean(1, keepdim=True) - 127) / 40)


class Shift(nn.Module):
    """x + 100.5, as Apple's own example of an image output adds 100."""

    def forward(self, x: Tensor) -> Tensor:
        return x + 100.5


class Same(nn.Module):
    """x + 0, which is no constant for a converter."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 1.0 + 0.0


@pytest.fixture(scope="module")
def convert(coremltools: Any, tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Convert a net; `given` and `result` are a layout of colours, or None for an array."""
    folder = tmp_path_factory.mktemp("images")

    def make(
        net: nn.Module, given: str | None, result: str | None, shape: Any = SHAPE, **options: Any
    ) -> Path:
        path = folder / f"{len(list(folder.iterdir()))}.mlpackage"
        example = torch.zeros(shape if isinstance(shape, tuple) else SHAPE)
        image, array = coremltools.ImageType, coremltools.TensorType
        layout = coremltools.colorlayout.__members__
        with quiet():
            coremltools.convert(
                torch.jit.trace(net, example),
                convert_to="mlprogram",
                inputs=[
                    image(name="x", shape=shape, color_layout=layout[given], **options)
                    if given
                    else array(name="x", shape=shape)
                ],
                outputs=[
                    image(name="y", color_layout=layout[result]) if result else array(name="y")
                ],
                compute_precision=coremltools.precision.FLOAT32,
                minimum_deployment_target=coremltools.target.iOS17,
                skip_model_load=True,
            ).save(str(path))
        return path

    return make


def pixels(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(7).integers(0, 256, shape or SHAPE).astype(np.float32)


def run(path: Path, x: NDArray[Any], rounding: str = "declared") -> NDArray[Any]:
    return execute(load_package(path), {"x": x}, rounding)["y"]


def test_a_probability_given_out_as_an_image_is_0_or_1(convert: Convert) -> None:
    x = pixels()
    expected = Probability()(torch.from_numpy(x)).numpy()
    path = convert(Probability(), "RGB", "GRAYSCALE")
    found = run(path, x)
    assert found.dtype == np.uint8
    assert np.array_equal(found, expected > 0.5)
    assert set(np.unique(found)) == {0, 1}
    np.testing.assert_allclose(run(path, x, "none"), expected, atol=1e-5)


def test_a_gray_float16_image_keeps_halves(convert: Convert) -> None:
    x = pixels()
    found = run(convert(Probability(), "RGB", "GRAYSCALE_FLOAT16"), x)
    expected = Probability()(torch.from_numpy(x)).numpy()
    assert found.dtype == np.float16
    np.testing.assert_allclose(found, expected, atol=5e-4)
    half = np.full((1, 1, 8, 12), 0.3, np.float16)
    assert np.array_equal(
        run(convert(Same(), "GRAYSCALE_FLOAT16", None, half.shape), half), half.astype(np.float32)
    )


@pytest.mark.parametrize("colours", ["RGB", "BGR"])
def test_values_of_an_image_are_clipped_and_rounded(colours: str, convert: Convert) -> None:
    x = pixels()
    found = run(convert(Shift(), colours, colours), x)
    assert found.dtype == np.uint8
    assert found.max() == 255
    assert np.array_equal(found, np.rint(x + 100.5).clip(0, 255))


@pytest.mark.parametrize("colours", ["RGB", "GRAYSCALE"])
@pytest.mark.parametrize("value", [0.5, -1, 256, 765, np.nan, np.inf])
def test_an_image_input_refuses_what_8_bits_cannot_hold(
    value: float, colours: str, convert: Convert
) -> None:
    x = pixels(1, 3 if colours == "RGB" else 1, 8, 12)
    path = convert(Same(), colours, None, x.shape)
    assert np.array_equal(run(path, x), x)
    x[0, 0, 3, 4] = value
    with pytest.raises(InputError, match="'x' is an image of 8 bits and was given values of"):
        run(path, x)


def test_scale_and_bias_are_operations_of_the_program(convert: Convert) -> None:
    x = pixels()
    path = convert(Same(), "BGR", None, scale=1 / 127.5, bias=[-1, -0.5, 0.25])
    biases = np.array([0.25, -0.5, -1], np.float32)[:, None, None]  # the file's order is BGR
    np.testing.assert_allclose(run(path, x)[:, ::-1], x / 127.5 + biases, atol=1e-5)


def flexible(coremltools: Any, kind: str) -> tuple[Any, list[Any], list[Any]]:
    """Return a shape, sides that it allows and sides that it does not."""
    if kind == "range":
        side = coremltools.RangeDim
        shape = coremltools.Shape((1, 3, side(4, 16, 8), side(8, 20, 12)))
        return shape, [(4, 8), (16, 20), (7, 13)], [(3, 8), (17, 8), (8, 7), (8, 21), (0, 0)]
    shape = coremltools.EnumeratedShapes([(1, 3, 8, 12), (1, 3, 16, 8)])
    return shape, [(8, 12), (16, 8)], [(8, 8), (16, 12), (12, 8), (9, 12)]


@pytest.mark.parametrize("colours", ["RGB", None])
@pytest.mark.parametrize("kind", ["range", "enumerated"])
def test_limits_of_flexible_shapes_hold(
    kind: str, colours: str | None, convert: Convert, coremltools: Any
) -> None:
    shape, allowed, refused = flexible(coremltools, kind)
    path = convert(Same(), colours, None, shape)
    for sides in allowed:
        x = pixels(1, 3, *sides)
        assert np.array_equal(run(path, x), x)
    for sides in refused:
        with pytest.raises(InputError, match=r"Give it an array of that shape"):
            run(path, np.zeros((1, 3, *sides), np.float32))
    (feature,) = load_package(path).inputs
    assert feature.default == SHAPE
    assert (
        feature.shapes
        == {
            "range": "(1, 3, 4..16, 8..20), default (1, 3, 8, 12)",
            "enumerated": "(1, 3, 8, 12) or (1, 3, 16, 8), default (1, 3, 8, 12)",
        }[kind]
    )


def test_show_says_image_colours_and_size(
    convert: Convert, coremltools: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = convert(Probability(), "BGR", "GRAYSCALE", flexible(coremltools, "range")[0])
    show(path)
    shown = capsys.readouterr().out
    for said in ("BGR image, 8 bits", "gray image, 8 bits", "(1, 3, 4..16, 8..20)", "1.."):
        assert said in shown
    assert "None" not in shown


@pytest.mark.parametrize(
    ("colours", "shape", "expected"),
    [
        ("RGB", (1, 3, 8, 12), (1, 3, 8, 12)),
        ("GRAYSCALE", (1, 1, 8, 12), (1, 1, 8, 12)),
        (None, (1, 1, 8, 12), (1, 1, 8, 12)),
        (None, (1, 8, 12, 3), (1, 8, 12, 3)),
        (None, (1, 8, 12, 1), (1, 8, 12, 1)),
        ("RGB", "range", (1, 3, 8, 12)),
        (None, "enumerated", (1, 3, 8, 12)),
    ],
)
def test_run_reads_an_image_for_any_input_that_can_be_one(
    colours: str | None,
    shape: Any,
    expected: tuple[int, ...],
    convert: Convert,
    coremltools: Any,
    tmp_path: Path,
) -> None:
    if isinstance(shape, str):
        shape, *_ = flexible(coremltools, shape)
    path = convert(Same(), colours, None, shape)
    orange = (200, 100, 0)
    Image.new("RGB", (30, 20), orange).save(tmp_path / "a.png")
    run_files(path, [f"x={tmp_path / 'a.png'}"], "declared", out=tmp_path / "out.npz")
    found = np.load(tmp_path / "out.npz")["y"]
    assert found.shape == expected
    grey = 0.299 * 200 + 0.587 * 100
    if 1 in expected[1:]:
        np.testing.assert_allclose(found, 118 if colours else grey, atol=1e-3)
    else:
        axis = expected.index(3)
        for channel, value in enumerate(orange):
            np.testing.assert_allclose(found.take(channel, axis), value, atol=1e-3)


@pytest.mark.parametrize("shape", [(1, 4, 8, 12), (2, 3, 8, 12), (8, 12)])
def test_run_asks_for_an_array_where_no_image_fits(
    shape: tuple[int, ...], convert: Convert, tmp_path: Path
) -> None:
    Image.new("L", (30, 20)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"takes .* and was given the image .*\. Give it an array"):
        run_files(convert(Same(), None, None, shape), [f"x={tmp_path / 'a.png'}"], "declared")
