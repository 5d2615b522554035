"""What doctor says of the processor, from what Linux lists."""

import re
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.engines import processor
from skinseg_mobile.runtime_py.engines.emulated.place import CPUS, cpuinfo
from skinseg_mobile.runtime_py.engines.processor import (
    eight_bit_instructions,
    eight_bit_sentence,
    meaning,
    saturates,
)
from tests.refused import Run

X86 = "processor\t: 0\nmodel name\t: any avx2 one\nflags\t\t: fpu {}\nbugs\t\t: x\n"


@pytest.mark.parametrize(
    ("listed", "found", "cut"),
    [
        (X86.format("avx avx2 sse"), ("AVX2",), True),
        (X86.format("avx2 avx_vnni"), ("AVX2", "AVX-VNNI"), False),
        (X86.format("avx2 avx512_vnni"), ("AVX2", "AVX512-VNNI"), False),
        (X86.format("avx"), (), False),
        (cpuinfo(CPUS["cortex-a76"]), ("dotprod",), False),
        (cpuinfo(CPUS["cortex-a53"]), (), False),
        ("nothing of this kind", None, False),
    ],
)
def test_instructions(
    listed: str,
    found: tuple[str, ...] | None,
    cut: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "cpuinfo").write_text(listed)
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    assert eight_bit_instructions() == found
    assert saturates(found) == cut


def test_a_system_without_a_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    assert eight_bit_instructions() is None
    assert "unknown" in eight_bit_sentence()


@pytest.mark.parametrize(
    ("machine", "instructions", "words"),
    [
        ("x86_64", ("AVX2",), "AVX2 without VNNI; ONNX files with int8 weights"),
        ("x86_64", ("AVX2", "AVX512-VNNI"), "AVX2, AVX512-VNNI; sums .* are exact"),
        ("x86_64", (), "no AVX2, no VNNI; sums .* slower"),
        ("aarch64", ("dotprod",), "dotprod; sums .* are exact"),
        ("aarch64", (), "no dotprod; sums .* slower"),
    ],
)
def test_meaning(machine: str, instructions: tuple[str, ...], words: str) -> None:
    assert re.match(words, meaning(machine, instructions))


def test_doctor_says_it(run: Run) -> None:
    code, out, _ = run("doctor")
    assert code == 0
    assert " ".join(eight_bit_sentence().split()) in " ".join(out.split())
