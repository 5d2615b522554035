"""Small nets, converted once a session; coremltools is silenced here and nowhere else."""

import logging
import shutil
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter import load_package
from tests.runtime_py.targets.coreml.interpreter.nets import Columns, Mobile, Unet

SIDE = 32
MODEL = Path("Data/com.apple.CoreML/model.mlmodel")
WEIGHTS = Path("Data/com.apple.CoreML/weights/weight.bin")
Image = NDArray[np.float32]


@dataclass(frozen=True)
class Converted:
    """A net and its saved package."""

    net: torch.nn.Module
    model: Any
    path: Path

    def expected(self, image: Image) -> NDArray[np.float32]:
        with torch.no_grad():
            return self.net(torch.from_numpy(image)).numpy()


@contextmanager
def quiet() -> Generator[None]:
    """coremltools warns of every newer library it meets."""
    logging.getLogger("coremltools").setLevel(logging.ERROR)
    with warnings.catch_warnings(action="ignore"):
        yield


@pytest.fixture(scope="session")
def coremltools() -> Any:
    with quiet():
        import coremltools

    return coremltools


@pytest.fixture(scope="session")
def converted(
    coremltools: Any, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Converted]:
    """Convert and save a net; image input, `ios` target, `precision` FLOAT16 or FLOAT32."""
    folder = tmp_path_factory.mktemp("packages")

    def convert(net: torch.nn.Module, ios: int, precision: str, colour: str = "RGB") -> Converted:
        path = folder / f"{len(list(folder.iterdir()))}.mlpackage"
        with quiet(), torch.no_grad():
            model = coremltools.convert(
                torch.jit.trace(net.eval(), torch.zeros(1, 3, SIDE, SIDE)),
                convert_to="mlprogram",
                inputs=[
                    coremltools.ImageType(
                        name="image", shape=(1, 3, SIDE, SIDE), color_layout=colour
                    )
                ],
                outputs=[coremltools.TensorType(name="result")],
                compute_precision=getattr(coremltools.precision, precision),
                minimum_deployment_target=getattr(coremltools.target, f"iOS{ios}"),
                skip_model_load=True,
            )
            model.save(str(path))
        return Converted(net, model, path)

    return convert


@pytest.fixture(scope="session")
def mobile(converted: Callable[..., Converted]) -> Converted:
    torch.manual_seed(0)
    return converted(Mobile(), 15, "FLOAT32", "BGR")


@pytest.fixture(scope="session")
def mobile_half(converted: Callable[..., Converted]) -> Converted:
    torch.manual_seed(0)
    return converted(Mobile(), 16, "FLOAT16")


@pytest.fixture(scope="session")
def columns(converted: Callable[..., Converted]) -> Converted:
    torch.manual_seed(1)
    return converted(Columns(), 17, "FLOAT32")


@pytest.fixture(scope="session")
def unet(converted: Callable[..., Converted]) -> Converted:
    torch.manual_seed(2)
    return converted(Unet(), 18, "FLOAT32")


@pytest.fixture(scope="session")
def image() -> Image:
    """(1, 3, 32, 32) float32 RGB, whole values of 0 to 255, no two channels alike."""
    return np.random.default_rng(3).integers(0, 256, (1, 3, SIDE, SIDE)).astype(np.float32)


@pytest.fixture
def package(columns: Converted, tmp_path: Path) -> Path:
    """A copy of a small package, to be damaged."""
    return Path(shutil.copytree(columns.path, tmp_path / "model.mlpackage"))


def refused(path: Path, says: str) -> None:
    """The package must be refused in one sentence that matches `says`."""
    with pytest.raises(InputError, match=says) as caught:
        load_package(path)
    assert "\n" not in str(caught.value)
