"""Nothing leaves the machine: no file appears in the home folder, no socket leads off this machine.

strace sees what native code does; an audit hook of Python would not.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest
from PIL import Image

from tests.dark import disc
from tests.releases import write_releases

STRACE = [
    *("strace", "-f", "-qq", "-yy", "--seccomp-bpf"),
    *("-e", "trace=connect,sendto,sendmsg,sendmmsg"),
]
INTERNET = re.compile(r"sa_family=AF_INET|<(TCP|UDP)(v6)?:.*->")
HERE = re.compile(r"inet_addr\(\"127\.|inet_pton\(AF_INET6, \"::1\"|->(127\.|\[::1\])")
ROUTE = re.compile(r"connect\(\d+<UDP")
"""Sends nothing: Chromium connects a datagram socket to see whether IPv6 has a route."""


@pytest.fixture(scope="module")
def traced() -> None:
    """Skip where no process may be traced."""
    if which("strace") is None or subprocess.run([*STRACE, "true"], check=False).returncode:
        pytest.skip("not run: no strace here, or no right to trace")


def calls_abroad(log: str) -> list[str]:
    """Return the lines of a trace that name an address which is not this machine's."""
    lines = [line for line in log.splitlines() if INTERNET.search(line)]
    return [line for line in lines if not HERE.search(line) and not ROUTE.search(line)]


def trace(folder: Path, program: list[str]) -> list[str]:
    """Run a program with an empty home and return its calls that lead off this machine."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    hidden = ("ORT_", "XDG_", "CI", "PYTEST", "GITHUB_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
    done = subprocess.run(
        [*STRACE, "-o", str(folder / "trace"), *program],
        cwd=folder,
        env={**kept, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return calls_abroad((folder / "trace").read_text())


@pytest.mark.slow
def test_export_gate_and_predict_send_nothing_and_leave_nothing(
    traced: None, tmp_path: Path
) -> None:
    Image.fromarray(disc(1)[0]).save(tmp_path / "image.png")
    (tmp_path / "gate.toml").write_text('[run]\nartefacts = ["artefacts/*"]\nworkers = 2\n')
    for line in (
        "export lean-isic2017-tiny --target all",
        "gate gate.toml",
        "predict image.png --net artefacts/lean-isic2017-tiny-onnx-int8",
    ):
        command = [sys.executable, "-m", "skinseg_cli", *line.split()]
        assert trace(tmp_path, command) == []
    assert list((tmp_path / "home").rglob("*")) == []


@pytest.mark.slow
def test_a_dossier_sends_nothing_and_leaves_nothing(traced: None, tmp_path: Path) -> None:
    """Its libraries are made for services: Hugging Face's hub, Sigstore, Croissant's web pages."""
    write_releases(tmp_path)
    releases = ["--from", "released", "--to", "next", "--key", "team.key", "--out", "dossier"]
    command = [sys.executable, "-m", "skinseg_cli", "dossier"]
    assert trace(tmp_path, [*command, *releases]) == []
    assert trace(tmp_path, [*command, "verify", "dossier"]) == []
    assert len(list((tmp_path / "dossier").iterdir())) == 13
    assert list((tmp_path / "home").rglob("*")) == []


def test_the_trace_sees_what_leads_off_this_machine(traced: None, tmp_path: Path) -> None:
    code = """
import socket
for host in ("192.0.2.1", "127.0.0.1"):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        asked = socket.socket(socket.AF_INET, kind)
        asked.settimeout(0.1)
        try:
            asked.connect((host, 9))
            asked.send(b"x")
        except OSError:
            pass
"""
    datagram, stream = trace(tmp_path, [sys.executable, "-c", code])
    assert "sendto" in datagram
    assert "connect" in stream
    assert "192.0.2.1" in datagram
    assert "192.0.2.1" in stream
