"""The 8-bit instructions of this machine's processor, and what they mean for 8-bit files."""

import platform
import re
import types
from collections.abc import Mapping, Sequence
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
FLAGS: Mapping[str, str] = types.MappingProxyType(
    {
        "avx2": "AVX2",
        "avx_vnni": "AVX-VNNI",
        "avx512_vnni": "AVX512-VNNI",
        "asimddp": "dotprod",
    }
)
"""Name by Linux' flag."""
X86 = ("x86_64", "AMD64")


def eight_bit_instructions() -> tuple[str, ...] | None:
    """Return those of `FLAGS` that Linux lists; None where there is no such list."""
    try:
        listed = CPUINFO.read_text()
    except OSError:
        return None
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", listed, re.MULTILINE)
    if line is None:
        return None
    flags = line[1].split()
    return tuple(name for flag, name in FLAGS.items() if flag in flags)


def saturates(instructions: Sequence[str] | None) -> bool:
    """Whether ONNX Runtime adds two products of uint8 and int8 in 16 bits, which can be too few."""
    return instructions is not None and set(instructions) == {"AVX2"}


def eight_bit_sentence() -> str:
    """Say which instructions there are, and what follows.

    >>> eight_bit_sentence().startswith("8-bit instructions of this ")
    True
    """
    machine, found = platform.machine(), eight_bit_instructions()
    return f"8-bit instructions of this {machine}: {meaning(machine, found)}."


def meaning(machine: str, instructions: Sequence[str] | None) -> str:
    """Return the names and what follows from them.

    >>> meaning("x86_64", ("AVX2", "AVX-VNNI"))
    'AVX2, AVX-VNNI; sums of 8-bit products are exact'
    """
    if instructions is None:
        return "unknown; compare with another engine before trusting int8 results"
    names = ", ".join(instructions)
    if saturates(instructions):
        return (
            f"{names} without VNNI; ONNX files with int8 weights, which `export` no longer writes,"
            " may compute otherwise here than on phones"
        )
    if names:
        return f"{names}; sums of 8-bit products are exact"
    lacking = "AVX2, no VNNI" if machine in X86 else "dotprod"
    return f"no {lacking}; sums of 8-bit products are exact, but slower"
