"""Reads the operations of a program's block in order, checking each against its signature.

const        -> constant
constexpr_*  -> decompressed constant
others       -> `Op`; literal arguments become constants of their own
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.targets.coreml.interpreter.constexpr import CONSTEXPR
from skinseg_mobile.runtime_py.targets.coreml.interpreter.dtypes import MISFITS
from skinseg_mobile.runtime_py.targets.coreml.interpreter.package import Package
from skinseg_mobile.runtime_py.targets.coreml.interpreter.program import (
    Constant,
    Op,
    TensorType,
    TypedName,
)
from skinseg_mobile.runtime_py.targets.coreml.interpreter.signatures import (
    REFUSED,
    TUPLES,
    Signature,
    signatures,
)
from skinseg_mobile.runtime_py.targets.coreml.interpreter.values import tensor_type, value
from skinseg_mobile.runtime_py.targets.coreml.interpreter.wire import Decoded


@dataclass
class MilBlock:
    """What has been read so far."""

    package: Package
    opset: int
    defined: frozenset[str]
    """Every name that any operation of the block defines, read or not: tells a cycle from a gap."""
    ops: list[Op] = field(default_factory=list[Op])
    constants: dict[str, Constant] = field(default_factory=dict[str, Constant])
    types: dict[str, TensorType] = field(default_factory=dict[str, TensorType])
    compressed: list[str] = field(default_factory=list[str])
    palettes: list[int] = field(default_factory=list[int])
    outputs: tuple[str, ...] = ()


def read_block(
    message: Decoded, inputs: tuple[TypedName, ...], opset: int, package: Package
) -> MilBlock:
    """Return the block, every operation of it checked.

    Raises:
        InputError: see `parse`.
    """
    if message["inputs"]:
        raise InputError(
            "The block of the model's function has inputs of its own. Export the model again."
        )
    block = MilBlock(package, opset, _names(message["operations"]))
    for named in inputs:
        _define(block, named)
    for operation in message["operations"]:
        _read(operation, block)
    for name in message["outputs"]:
        _require_defined(name, "the program's output", block)
    block.outputs = tuple(message["outputs"])
    return block


def _names(operations: Iterable[Decoded]) -> frozenset[str]:
    return frozenset(o.get("name", "") for operation in operations for o in operation["outputs"])


def _define(block: MilBlock, named: TypedName) -> None:
    if not named.name or named.name in block.types:
        raise InputError(
            f"The model makes the value '{named.name}' twice, or without a name. Export it again."
        )
    block.types[named.name] = named.type


def _read(operation: Decoded, block: MilBlock) -> None:
    kind: str = operation.get("type", "")
    outputs = tuple(
        TypedName(o.get("name", ""), tensor_type(o.get("type", {}), o.get("name", "")))
        for o in operation["outputs"]
    )
    if not outputs:
        raise InputError(f"An operation '{kind}' has no output. Export the model again.")
    if kind == "const":
        _read_const(operation, outputs, block)
        return
    signature = _signature(kind, block.opset, outputs[0].name)
    if operation["blocks"]:
        raise InputError(
            f"'{outputs[0].name}' ({kind}) holds a block. Control flow is not supported here."
        )
    in_attributes = kind.startswith("constexpr_") and signature.since < 8
    inputs = {
        **_bound(operation, outputs[0].name, block),
        **(_attributes(operation, outputs[0].name, block) if in_attributes else {}),
    }
    if not in_attributes:
        _require_only_a_name(operation, outputs[0].name)
    op = Op(kind, inputs, outputs)
    _check_parameters(op, signature, block.opset)
    for named in outputs:
        _define(block, named)
    if kind.startswith("constexpr_"):
        _decompress(op, block)
    else:
        block.ops.append(op)


def _read_const(operation: Decoded, outputs: tuple[TypedName, ...], block: MilBlock) -> None:
    name, attributes = outputs[0].name, operation["attributes"]
    extra = set(attributes) - {"name", "val"}
    if len(outputs) != 1 or "val" not in attributes or extra or operation["inputs"]:
        raise InputError(
            f"The constant '{name}' does not hold just one value, 'val'. Export the model again."
        )
    kind, held = value(attributes["val"], name, block.package)
    if kind != outputs[0].type:
        raise InputError(
            f"The constant '{name}' declares {outputs[0].type} and holds {kind}. Export the model"
            " again."
        )
    _define(block, outputs[0])
    block.constants[name] = held


def _signature(kind: str, opset: int, name: str) -> Signature:
    known = signatures(opset)
    if kind in known:
        return known[kind]
    if kind in REFUSED:
        raise InputError(
            f"'{name}' is a {kind} operation ({REFUSED[kind]}). Those are not supported here."
        )
    if kind in signatures(max(8, opset)):
        raise InputError(
            f"'{name}' is a {kind} operation, which CoreML{opset} does not have. Export the model"
            " again."
        )
    raise InputError(f"'{name}' is a '{kind}' operation, which MIL up to iOS 18 does not have.")


def _bound(operation: Decoded, name: str, block: MilBlock) -> dict[str, tuple[str, ...]]:
    """Return parameter -> names; a literal becomes a constant named after its place."""
    found: dict[str, tuple[str, ...]] = {}
    for parameter, argument in operation["inputs"].items():
        names: list[str] = []
        for at, binding in enumerate(argument["arguments"]):
            if "value" in binding:
                names.append(_literal(binding["value"], f"{name}:{parameter}:{at}", block))
            else:
                names.append(binding.get("name", ""))
                _require_defined(names[-1], f"'{name}' ({operation.get('type')})", block)
        found[parameter] = tuple(names)
    return found


def _attributes(operation: Decoded, name: str, block: MilBlock) -> dict[str, tuple[str, ...]]:
    """Return the attributes of an iOS16 constexpr as parameters."""
    return {
        key: (_literal(held, f"{name}:{key}", block),)
        for key, held in operation["attributes"].items()
        if key != "name"
    }


def _literal(message: Decoded, name: str, block: MilBlock) -> str:
    kind, held = value(message, name, block.package)
    _define(block, TypedName(name, kind))
    block.constants[name] = held
    return name


def _require_only_a_name(operation: Decoded, name: str) -> None:
    extra = sorted(set(operation["attributes"]) - {"name"})
    if extra:
        raise InputError(
            f"'{name}' ({operation.get('type')}) has the attribute '{extra[0]}', which is not"
            " supported here."
        )


def _require_defined(name: str, who: str, block: MilBlock) -> None:
    if name in block.types:
        return
    if name in block.defined:
        raise InputError(
            f"{who} uses '{name}' before it is made, so the program has a cycle. Export the model"
            " again."
        )
    raise InputError(f"{who} uses '{name}', which nothing makes. Export the model again.")


def _check_parameters(op: Op, signature: Signature, opset: int) -> None:
    who = f"'{op.name}' ({op.kind})"
    extra = sorted(set(op.inputs) - signature.known)
    missing = sorted(signature.required - set(op.inputs))
    if extra:
        raise InputError(
            f"{who} has the parameter '{extra[0]}', which CoreML{opset} does not have. Export the"
            " model again."
        )
    if missing:
        raise InputError(f"{who} lacks its parameter '{missing[0]}'. Export the model again.")
    for parameter, names in op.inputs.items():
        if not names or (len(names) > 1 and parameter not in TUPLES):
            raise InputError(
                f"{who} has {len(names)} values for '{parameter}' instead of one. Export the model"
                " again."
            )


def _decompress(op: Op, block: MilBlock) -> None:
    held = {parameter: block.constants.get(names[0]) for parameter, names in op.inputs.items()}
    running = [parameter for parameter, constant in held.items() if constant is None]
    if running:
        raise InputError(
            f"'{op.name}' ({op.kind}) decompresses '{running[0]}', which is no constant. Export the"
            " model again."
        )
    try:
        results = CONSTEXPR[op.kind](**held)
    except MISFITS as error:
        raise InputError(
            f"The parts of '{op.name}' ({op.kind}) do not fit together ({error}). Export the model"
            " again."
        ) from error
    arrays = results if isinstance(results, tuple) else (results,)
    if len(arrays) != len(op.outputs):
        raise InputError(
            f"'{op.name}' ({op.kind}) declares {len(op.outputs)} outputs and gives {len(arrays)}."
            " Export the model again."
        )
    for named, array in zip(op.outputs, arrays, strict=True):
        if array.dtype != named.type.dtype.storage or not named.type.admits(array.shape):
            raise InputError(
                f"'{named.name}' declares {named.type} and decompresses to {array.shape}. Export"
                " the model again."
            )
        block.constants[named.name] = array
    block.compressed.append(op.kind)
    palette = held.get("lut")
    if palette is not None and not isinstance(palette, str):
        block.palettes.append(palette.shape[-2] if palette.ndim > 1 else palette.size)
