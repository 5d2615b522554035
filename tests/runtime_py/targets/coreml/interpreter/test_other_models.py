"""Packages of other kinds, as coremltools writes them, are refused in one plain line each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.runtime_py.targets.coreml.interpreter.conftest import quiet, refused

pytestmark = pytest.mark.slow
Make = Callable[[Any, Path], Path]


class Memory(nn.Module):
    """Adds up what it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.total: Tensor
        self.register_buffer("total", torch.zeros(1, 4))

    def forward(self, x: Tensor) -> Tensor:
        self.total.add_(x)
        return self.total * 2


def convert(
    ct: Any, net: nn.Module, kind: str = "mlprogram", name: str = "x", **options: Any
) -> Any:
    return ct.convert(
        torch.jit.trace(net.eval(), torch.zeros(1, 4)),
        convert_to=kind,
        inputs=[ct.TensorType(name=name, shape=(1, 4))],
        outputs=[ct.TensorType(name=f"{name}y")],
        skip_model_load=True,
        **options,
    )


def neural_network(ct: Any, folder: Path) -> Path:
    return saved(convert(ct, nn.ReLU(), "neuralnetwork"), folder / "a.mlpackage")


def old_file(ct: Any, folder: Path) -> Path:
    return saved(convert(ct, nn.ReLU(), "neuralnetwork"), folder / "a.mlmodel")


def pipeline(ct: Any, folder: Path) -> Path:
    models = [convert(ct, nn.ReLU()), convert(ct, nn.Sigmoid(), name="xy")]
    return saved(ct.utils.make_pipeline(*models), folder / "a.mlpackage")


def multifunction(ct: Any, folder: Path) -> Path:
    options = {"minimum_deployment_target": ct.target.iOS18}
    descriptor = ct.utils.MultiFunctionDescriptor()
    for name, net in (("one", nn.ReLU()), ("two", nn.Sigmoid())):
        part = saved(convert(ct, net, **options), folder / f"{name}.mlpackage")
        descriptor.add_function(str(part), "main", name)
    descriptor.default_function_name = "one"
    ct.utils.save_multifunction(descriptor, str(folder / "a.mlpackage"))
    return folder / "a.mlpackage"


def stateful(ct: Any, folder: Path) -> Path:
    state = ct.StateType(wrapped_type=ct.TensorType(shape=(1, 4)), name="total")
    ios = ct.target.iOS18
    model = convert(ct, Memory(), minimum_deployment_target=ios, states=[state])
    return saved(model, folder / "a.mlpackage")


def saved(model: Any, path: Path) -> Path:
    model.save(str(path))
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (neural_network, r"is of kind neuralNetwork\. Only ML Programs run here"),
        (old_file, r"a\.mlmodel is no folder with a Manifest\.json\. Give the folder of"),
        (pipeline, r"is of kind pipeline\. Only ML Programs run here"),
        (multifunction, r"has several functions\. Export the one you need"),
        (stateful, r"has states\. Export the model with its memory as inputs"),
    ],
)
def test_it_is_refused(make: Make, says: str, coremltools: Any, tmp_path: Path) -> None:
    with quiet():
        path = make(coremltools, tmp_path)
    refused(path, says)
