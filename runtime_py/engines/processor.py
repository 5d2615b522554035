"""The 8-bit instructions of this machine's processor."""

import re
import types
from collections.abc import Mapping
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


def eight_bit_instructions() -> tuple[str, ...]:
    """Return those of `FLAGS` that Linux lists; none where there is no /proc/cpuinfo."""
    try:
        listed = CPUINFO.read_text()
    except OSError:
        return ()
    lines: list[str] = re.findall(r"^(?:flags|Features)\s*:(.*)$", listed, re.MULTILINE)
    flags = set(lines[0].split()) if lines else set[str]()
    return tuple(name for flag, name in FLAGS.items() if flag in flags)
