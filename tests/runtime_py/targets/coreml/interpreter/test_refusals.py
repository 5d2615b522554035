"""Programs that are foreign, broken or more than we support: refused by name, never run in part.

Each case takes a small package that loads, changes one thing in its protobuf, and expects one
sentence.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter import execute, load_package
from tests.runtime_py.targets.coreml.interpreter.conftest import MODEL, refused

pytestmark = pytest.mark.slow

Change = Callable[[Any], object]


@pytest.fixture
def edit(package: Path, coremltools: Any) -> Callable[[Change], Path]:
    """Change the package's protobuf through coremltools' own messages."""

    def apply(change: Change) -> Path:
        model = coremltools.proto.Model_pb2.Model()
        model.ParseFromString((package / MODEL).read_bytes())
        change(model)
        (package / MODEL).write_bytes(model.SerializeToString())
        return package

    return apply


def block(model: Any) -> Any:
    return model.mlProgram.functions["main"].block_specializations["CoreML7"]


def first(model: Any, kind: str) -> Any:
    return next(op for op in block(model).operations if op.type == kind)


def test_the_untouched_copy_loads(package: Path) -> None:
    assert load_package(package).opset == "CoreML7"
    assert load_package(str(package)).metadata["com.github.apple.coremltools.version"]


def blob(model: Any) -> Any:
    values = (op.attributes["val"] for op in block(model).operations if op.type == "const")
    return next(v.blobFileValue for v in values if v.HasField("blobFileValue"))


def set_offset(model: Any) -> None:
    blob(model).offset += 64


def set_file(name: str) -> Change:
    def change(model: Any) -> None:
        blob(model).fileName = name

    return change


def set_kind(name: str) -> Change:
    """Turn the model into another kind."""

    def change(model: Any) -> None:
        model.ClearField("mlProgram")
        getattr(model, name).SetInParent()

    return change


def set_attribute(kind: str, **fields: Any) -> Change:
    def change(model: Any) -> None:
        for name, value in fields.items():
            setattr(first(model, kind), name, value)

    return change


def rename_parameter(model: Any) -> None:
    op = first(model, "conv")
    op.inputs["rounding"].CopyFrom(op.inputs["groups"])


def drop_parameter(model: Any) -> None:
    del first(model, "conv").inputs["weight"]


def extra_attribute(model: Any) -> None:
    op = first(model, "relu")
    op.attributes["negative_slope"].CopyFrom(op.attributes["name"])


def two_arguments(model: Any) -> None:
    op = first(model, "relu")
    op.inputs["x"].arguments.add().name = op.inputs["x"].arguments[0].name


def cycle(model: Any) -> None:
    op = first(model, "relu")
    op.inputs["x"].arguments[0].name = op.outputs[0].name


def later(model: Any) -> None:
    last = block(model).operations[-1].outputs[0].name
    first(model, "relu").inputs["x"].arguments[0].name = last


def undefined(model: Any) -> None:
    first(model, "relu").inputs["x"].arguments[0].name = "nowhere"


def duplicate(model: Any) -> None:
    first(model, "relu").outputs[0].name = "image"


def undefined_output(model: Any) -> None:
    block(model).outputs[0] = "nowhere"


def extra_output(model: Any) -> None:
    block(model).outputs.append(first(model, "relu").outputs[0].name)


def older_opset(model: Any) -> None:
    first(model, "relu").type = "quantize"
    function = model.mlProgram.functions["main"]
    function.block_specializations["CoreML5"].CopyFrom(block(model))
    del function.block_specializations["CoreML7"]
    function.opset = "CoreML5"


def newer_opset(model: Any) -> None:
    model.specificationVersion = 6


def future_version(model: Any) -> None:
    model.specificationVersion = 10


def foreign_opset(model: Any) -> None:
    model.mlProgram.functions["main"].opset = "CoreML42"


def two_functions(model: Any) -> None:
    model.mlProgram.functions["other"].CopyFrom(model.mlProgram.functions["main"])


def nested_block(model: Any) -> None:
    first(model, "relu").blocks.add()


def no_output(model: Any) -> None:
    del first(model, "relu").outputs[:]


def list_type(model: Any) -> None:
    kind = first(model, "relu").outputs[0].type
    kind.ClearField("tensorType")
    kind.listType.SetInParent()


def bfloat(model: Any) -> None:
    first(model, "relu").outputs[0].type.tensorType.dataType = 13


def short_constant(model: Any) -> None:
    for op in block(model).operations:
        ints = op.attributes["val"].immediateValue.tensor.ints.values if op.type == "const" else []
        if len(ints) > 1:
            del ints[0]
            return


def other_type(model: Any) -> None:
    first(model, "const").outputs[0].type.tensorType.dataType = 23


def described_otherwise(model: Any) -> None:
    model.description.input[0].name = "picture"


def described_size(model: Any) -> None:
    model.description.input[0].type.imageType.width = 31


def optional_input(model: Any) -> None:
    model.description.input[0].type.isOptional = True


def described_type(model: Any) -> None:
    model.description.output[0].type.multiArrayType.dataType = 65552


def stateful(model: Any) -> None:
    model.description.state.add().name = "memory"


def updatable(model: Any) -> None:
    model.isUpdatable = True


CASES: dict[str, tuple[Change, str]] = {
    "wrong offset": (set_offset, "holds no weight at"),
    "blob outside": (set_file("@model_path/../../../secret.bin"), "lies outside the package"),
    "blob elsewhere": (set_file("/etc/passwd"), "does not begin with @model_path"),
    "blob missing": (set_file("@model_path/weights/other.bin"), "is missing"),
    "pipeline": (set_kind("pipeline"), "of kind pipeline"),
    "neural network": (set_kind("neuralNetwork"), "of kind neuralNetwork"),
    "tree": (set_kind("treeEnsembleClassifier"), "of kind treeEnsembleClassifier"),
    "no model": (lambda model: model.ClearField("mlProgram"), "of kind empty"),
    "unknown operation": (set_attribute("relu", type="relu9"), "is a 'relu9' operation"),
    "refused operation": (set_attribute("relu", type="lstm"), "recurrent nets"),
    "unknown parameter": (rename_parameter, "has the parameter 'rounding'"),
    "missing parameter": (drop_parameter, "lacks its parameter 'weight'"),
    "unknown attribute": (extra_attribute, "has the attribute 'negative_slope'"),
    "two arguments": (two_arguments, "has 2 values for 'x'"),
    "cycle of one": (cycle, "has a cycle"),
    "cycle": (later, "has a cycle"),
    "undefined": (undefined, "which nothing makes"),
    "duplicate": (duplicate, "twice"),
    "undefined output": (undefined_output, "which nothing makes"),
    "extra output": (extra_output, "describes the outputs"),
    "older opset": (older_opset, "quantize operation, which CoreML5 does not"),
    "newer opset": (newer_opset, "is newer than the model's specificationVersion 6"),
    "future version": (future_version, "of specificationVersion 10. Versions 6 to 9"),
    "foreign opset": (foreign_opset, "of opset 'CoreML42'. Known are"),
    "two functions": (two_functions, "has the functions"),
    "control flow": (nested_block, "holds a block"),
    "no output": (no_output, "has no output"),
    "list": (list_type, "is a listType"),
    "bfloat16": (bfloat, "element type number 13"),
    "short constant": (short_constant, "does not hold the"),
    "wrong type": (other_type, "declares .* and holds"),
    "other names": (described_otherwise, "describes the inputs"),
    "other size": (described_size, "in its description"),
    "optional": (optional_input, "is optional"),
    "other result": (described_type, "another type in its description"),
    "state": (stateful, "has states"),
    "updatable": (updatable, "is updatable"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_change_is_refused(case: str, edit: Callable[[Change], Path]) -> None:
    change, says = CASES[case]
    refused(edit(change), says)


def wrong_shape(model: Any) -> None:
    kind = first(model, "relu").outputs[0].type.tensorType
    kind.dimensions[3].constant.size += 1


def wrong_kind(model: Any) -> None:
    first(model, "relu").outputs[0].type.tensorType.dataType = 23


@pytest.mark.parametrize("change", [wrong_shape, wrong_kind])
def test_a_result_that_is_not_as_declared_stops_the_run(
    change: Change, edit: Callable[[Change], Path]
) -> None:
    program = load_package(edit(change))
    with pytest.raises(InputError, match=r"declares .* and gives"):
        execute(program, {"image": np.zeros((1, 3, 32, 32), np.float32)})
