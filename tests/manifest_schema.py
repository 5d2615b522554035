"""Writes `docs/manifest.schema.json` and manifests that every port must judge alike.

    python -m tests.manifest_schema

`tests/vectors/manifests.json` holds a valid manifest and changes of it, each with the ports that
must refuse it. The apps for the web and for Android read a part of the fields (`APP_READS`) and
ignore the others; Python and Swift read all and refuse what they do not know.
"""

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from skinseg_mobile.runtime_py.artifact.manifest import (
    COLOUR,
    FORMAT,
    Manifest,
    Provenance,
    TensorInfo,
)
from skinseg_mobile.runtime_py.contract import CONTRACT, OURS, Contract, OutputKind
from skinseg_mobile.runtime_py.images.pipeline import RESIZE_RULE
from skinseg_mobile.runtime_py.storage.from_json import is_optional
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.targets.spec import DTYPES

Json = dict[str, Any]
ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "docs" / "manifest.schema.json"
CASES = ROOT / "tests" / "vectors" / "manifests.json"
PARTS = {TensorInfo: "tensor", Provenance: "provenance", Contract: "contract"}
HASH = {"pattern": "^[0-9a-f]{64}$"}
RULES: Mapping[str, Json] = {
    "name": {"minLength": 1},
    "licence": {"minLength": 1},
    "target": {"enum": list(TARGETS)},
    "shape": {"minItems": 4, "maxItems": 4, "items": {"type": "integer", "minimum": 1}},
    "dtype": {"enum": list(DTYPES)},
    "layout": {"enum": ["NHWC", "NCHW"]},
    "scale": {"exclusiveMinimum": 0},
    "threshold": {"exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "resize": {"enum": [RESIZE_RULE, CONTRACT]},
    "colour": {"enum": [COLOUR, CONTRACT]},
    "pad": {"minimum": 0, "maximum": 255},
    "channel": {"minimum": 0},
    "format": {"enum": [FORMAT]},
}
"""What `__post_init__` and `parse_manifest` ask of a field beyond its kind."""


def schema() -> Json:
    """Return the JSON Schema of `manifest.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "manifest.json of a skinseg-mobile artefact",
        "description": (
            f"Format {FORMAT}. Beyond this schema, input must be one image of 3 channels and output"
            " one map of 1 channel and the input's size, and range must rise. With a contract,"
            " resize and colour are 'contract', and output may have another size and more"
            " channels. Written by python -m tests.manifest_schema."
        ),
        **_object(Manifest),
        "$defs": {name: _object(kind) for kind, name in PARTS.items()},
    }


def _object(kind: type[Any]) -> Json:
    hints, said = get_type_hints(kind), _docs(kind)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [f.name for f in fields(kind) if not is_optional(f)],
        "properties": {
            f.name: _field(f.name, hints[f.name])
            | ({"description": said[f.name]} if f.name in said else {})
            for f in fields(kind)
        },
    }


def _docs(kind: type[Any]) -> dict[str, str]:
    """Return the text below each field of a class."""
    (body,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in zip(body.body, body.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _field(name: str, kind: Any) -> Json:
    rules = {} if isinstance(kind, type) and issubclass(kind, Enum) else RULES.get(name, {})
    return _kind(kind) | rules | (HASH if name.endswith("sha256") else {})


def _kind(kind: Any) -> Json:
    arguments = get_args(kind)
    if kind in PARTS:
        return {"$ref": f"#/$defs/{PARTS[kind]}"}
    if get_origin(kind) is UnionType:
        return {"anyOf": [_kind(arguments[0]), {"type": "null"}]}
    if get_origin(kind) is dict:
        inner = {} if arguments[1] is Any else {"additionalProperties": _kind(arguments[1])}
        return {"type": "object", **inner}
    if get_origin(kind) is tuple:
        count = {} if arguments[1] is Ellipsis else {"minItems": len(arguments)}
        return {"type": "array", "items": _kind(arguments[0]), **count} | (
            {"maxItems": len(arguments)} if count else {}
        )
    if issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}[kind]}


APPS = ["web", "android"]
PORTS = ["python", *APPS, "swift"]
TENSOR_READS = ("name", "shape", "dtype", "layout", "scale", "zero_point")
APP_READS = [
    *("name", "task", "target", "precision", "model_sha256", "model_bytes", "golden_sha256"),
    *("input", *(f"input.{name}" for name in TENSOR_READS)),
    *("output", *(f"output.{name}" for name in TENSOR_READS)),
    *("licence", "threshold", "resize", "colour", "format"),
]
"""Fields without which the apps for the web and for Android refuse a manifest."""


def base() -> Json:
    """Return a valid manifest of 4 by 6 pixels with every field."""
    tensor = {"dtype": "float32", "layout": "NHWC", "scale": 1.0, "zero_point": 0}
    return {
        "name": "net",
        "task": "lesion",
        "target": "tflite",
        "precision": "int8",
        "model_sha256": "1" * 64,
        "model_bytes": 3,
        "golden_sha256": "2" * 64,
        "checkpoint": "net",
        "checkpoint_sha256": "3" * 64,
        "input": {"name": "image", "shape": [1, 4, 6, 3], "range": [0.0, 255.0], **tensor},
        "output": {"name": "probability", "shape": [1, 4, 6, 1], "range": [0.0, 1.0], **tensor},
        "licence": "Apache-2.0",
        "threshold": 0.5,
        "resize": RESIZE_RULE,
        "colour": COLOUR,
        "ios": None,
        "calibration": {"ids": ["a", "b"], "percentile": 99.9},
        "versions": {"python": "3.11"},
        "operations": {"CONV_2D": 2},
        "float_operations": {},
        "parameters": 10,
        "multiply_adds": 240,
        "taps": [],
        "provenance": {
            "weights_sha256": "4" * 64,
            "data": "discs",
            "data_sha256": "5" * 64,
            "train_ids_sha256": "6" * 64,
            "commit": "unknown",
            "calibration_ids_sha256": None,
            "parent": None,
        },
        "adopted": None,
        "contract": None,
        "contexts": None,
        "files": {"golden.npz": "2" * 64},
        "format": FORMAT,
    }


def document() -> Json:
    """Return what `tests/vectors/manifests.json` holds."""
    cases = [*_accepted(), *_missing(), *_of_another_kind(), *_against_a_rule()]
    return {"reads": dict.fromkeys(APPS, APP_READS), "base": base(), "cases": cases}


def changed(case: Json) -> Json:
    """Return the manifest of a case."""
    whole = base() | case["set"]
    return {name: value for name, value in whole.items() if name not in case["without"]}


def _case(name: str, valid: bool, refused_by: list[str], /, *without: str, **values: Any) -> Json:
    """Return a case; `valid` says what the schema alone finds."""
    return {
        "name": name,
        "valid": valid,
        "refused_by": refused_by,
        "set": values,
        "without": list(without),
    }


def _accepted() -> Iterator[Json]:
    given, result = base()["input"], base()["output"]
    optional = [n for n in base() if n not in _object(Manifest)["required"]]
    yield _case("every field", True, [])
    yield _case("required fields alone", True, [], *optional)
    for name in ("ios", "parameters", "multiply_adds", "calibration", "provenance"):
        yield _case(f"{name} is null", True, [], **{name: None})
    for name in ("task", "precision"):
        for word in _object(Manifest)["properties"][name]["enum"]:
            yield _case(f"{name} is {word}", True, [], **{name: word})
    yield _case("target is onnx", True, ["android"], target="onnx")
    yield _case("target is coreml", True, APPS, target="coreml", ios=16)
    for dtype in ("int8", "uint8"):
        stored = {"dtype": dtype, "scale": 0.25, "zero_point": -3}
        yield _case(f"input is {dtype}", True, [], input=given | stored)
    yield _case("input is float16", True, APPS, input=given | {"dtype": "float16"})
    first = {"layout": "NCHW", "shape": [1, 3, 4, 6]}
    yield _case("channels come first", True, [], input=given | first)
    yield _case("numbers without a point", True, [], input=given | {"scale": 1, "range": [0, 255]})
    yield _case("adopted, with our contract", True, [], adopted="theirs.tflite")
    compiled = {"hexagon-8gen3.onnx": "hexagon:8gen3"}
    files = base()["files"] | dict.fromkeys(compiled, "7" * 64)
    yield _case("a file compiled for a chip", True, ["swift"], contexts=compiled, files=files)
    yield _case("a contract of its own", True, [], **own_contract())
    own = own_contract(output=OutputKind.SOFTMAX, channel=1)
    two = {"output": result | {"shape": [1, 8, 9, 2]}}
    yield _case("softmax of a map of another size", True, [], **own, **two)
    large = [1, 5000, 6]
    yield _case(
        "a side of 5000, more than a phone's memory",
        True,
        ["android"],
        input=given | {"shape": [*large, 3]},
        output=result | {"shape": [*large, 1]},
    )


def own_contract(**values: Any) -> Json:
    """Return the fields of a manifest whose file has a contract of its own."""
    contract = json.loads(json.dumps(asdict(replace(OURS, **values))))
    return {
        "adopted": "theirs.tflite",
        "resize": CONTRACT,
        "colour": CONTRACT,
        "contract": contract,
    }


def _missing() -> Iterator[Json]:
    for name in _object(Manifest)["required"]:
        yield _case(f"without {name}", False, _readers(name), name)
    for outer, inner in _inner_fields():
        rest = {n: v for n, v in base()[outer].items() if n != inner}
        refused_by = _readers(f"{outer}.{inner}")
        yield _case(f"without {outer}.{inner}", False, refused_by, **{outer: rest})


def _of_another_kind() -> Iterator[Json]:
    """Yield `true` for each field, which none may be, and null for each that must be there."""
    for name in base():
        yield _case(f"{name} is true", False, _readers(name), **{name: True})
    for name in _object(Manifest)["required"]:
        yield _case(f"{name} is null", False, _readers(name), **{name: None})
    for outer, inner in _inner_fields():
        whole = base()[outer] | {inner: True}
        refused_by = _readers(f"{outer}.{inner}")
        yield _case(f"{outer}.{inner} is true", False, refused_by, **{outer: whole})


def _inner_fields() -> Iterator[tuple[str, str]]:
    for outer, kind in (("input", TensorInfo), ("output", TensorInfo), ("provenance", Provenance)):
        yield from ((outer, name) for name in _object(kind)["required"])


def _readers(name: str) -> list[str]:
    return PORTS if name in APP_READS else ["python", "swift"]


def _against_a_rule() -> Iterator[Json]:
    given, result = base()["input"], base()["output"]
    strict = ["python", "swift"]
    for name, value in {
        "format": FORMAT + 1, "target": "tensorrt", "resize": "nearest", "colour": "BGR",
        "model_bytes": 3.5,
    }.items():  # fmt: skip
        yield _case(f"{name} is {value}", False, PORTS, **{name: value})
    for value in (0, 1, -0.5, 2, "0.5"):
        yield _case(f"threshold is {value!r}", False, PORTS, threshold=value)
    for name, value in {
        "task": "mole", "precision": "fp8", "ios": "16", "taps": [1], "files": {"a": 1},
        "operations": {"a": 0.5}, "versions": {"a": 1}, "surprise": 1,
    }.items():  # fmt: skip
        yield _case(f"{name} is {value!r}", False, strict, **{name: value})
    for name in ("model_sha256", "golden_sha256"):
        yield _case(f"{name} is no hash: found when files are read", False, APPS, **{name: "abc"})
    for name in ("name", "licence"):
        yield _case(f"{name} is empty", False, ["web"], **{name: ""})
    for name, value in {
        "shape": [4, 6, 3], "layout": "HWC", "dtype": "float64", "scale": 0, "zero_point": 0.5,
    }.items():  # fmt: skip
        yield _case(f"input.{name} is {value}", False, PORTS, input=given | {name: value})
    yield _case("input.shape has a 0", False, PORTS, input=given | {"shape": [1, 0, 6, 3]})
    yield _case("input.range holds three", False, strict, input=given | {"range": [0, 1, 2]})
    yield _case("input.range falls", True, strict, input=given | {"range": [255, 0]})
    yield _case("input has an unknown field", False, strict, input=given | {"surprise": 1})
    yield from _of_contracts()
    yield _case("two images", True, PORTS, input=given | {"shape": [2, 4, 6, 3]})
    yield _case("four channels", True, PORTS, input=given | {"shape": [1, 4, 6, 4]})
    yield _case("a layout of another shape", True, PORTS, input=given | {"layout": "NCHW"})
    yield _case("two maps", True, PORTS, output=result | {"shape": [1, 4, 6, 2]})
    yield _case("output has another size", True, PORTS, output=result | {"shape": [1, 6, 4, 1]})


def _of_contracts() -> Iterator[Json]:
    own, strict = own_contract(), ["python", "swift"]
    yield _case("no contract where one is promised", True, PORTS, resize=CONTRACT, colour=CONTRACT)
    both = {"contract": own["contract"]}
    yield _case("a contract beside our rules", True, strict, **both)
    compiled = {"hexagon-8gen3.onnx": "hexagon:8gen3"}
    yield _case("a compiled file that files lacks", True, strict, contexts=compiled)
    other = {"golden.npz": "hexagon:8gen3"}
    yield _case("a compiled file of another name", True, strict, contexts=other)
    for name, value in {
        "fit": "stretch", "filter": "nearest", "pad": 256, "colour": "grey", "mean": [0.0],
        "output": "labels", "channel": -1, "inverted": 1, "surprise": 1,
    }.items():  # fmt: skip
        changed_ = {"contract": own["contract"] | {name: value}}
        yield _case(f"contract.{name} is {value}", False, PORTS, **{**own, **changed_})
    for name, value in {"deviation": [1.0, 0.0, 1.0], "channel": 1, "output": "softmax"}.items():
        changed_ = {"contract": own["contract"] | {name: value}}
        yield _case(f"contract.{name} cannot be {value}", True, PORTS, **{**own, **changed_})


def text_of_cases() -> str:
    """Return the cases' file, one case a line."""
    whole = document()
    head = "".join(f' "{name}": {json.dumps(whole[name])},\n' for name in ("reads", "base"))
    return (
        f'{{\n{head} "cases": [\n  ' + ",\n  ".join(map(json.dumps, whole["cases"])) + "\n ]\n}\n"
    )


def text_of_schema() -> str:
    """Return the schema's file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(text_of_schema())
    CASES.write_text(text_of_cases())
