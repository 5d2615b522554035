"""A whole process: its exit code, its streams in every state, its signals, what it leaves."""

import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skinseg_cli.own_process import own_temporary_folder
from skinseg_mobile.runtime_py.engines.emulated.place import VARIABLE, default_place
from skinseg_mobile.runtime_py.errors import NotRunError, no_memory
from skinseg_mobile.runtime_py.progress import printable
from tests.dark import disc

Done = subprocess.CompletedProcess[bytes]
CLI = [sys.executable, "-m", "skinseg_cli"]
TITLE = "\x1b]0;taken\x07"
"""Sets a terminal's title."""


@pytest.fixture(autouse=True)
def heard_signals() -> Iterator[None]:
    """`nohup` and a script's `&` ignore signals, and so would all that is started here."""
    names = (signal.SIGINT, signal.SIGHUP)
    ignored = [name for name in names if signal.getsignal(name) is signal.SIG_IGN]
    for name in ignored:
        signal.signal(name, signal.SIG_DFL)
    yield
    for name in ignored:
        signal.signal(name, signal.SIG_IGN)


@pytest.fixture
def call(tmp_path: Path) -> Callable[..., Done]:
    """Run a command in a folder of this test's own, whose temporary folder is `tmp`."""
    (tmp_path / "tmp").mkdir()

    def run(*arguments: object, program: list[str] = CLI, **environment: str) -> Done:
        return subprocess.run(
            [*program, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "TMPDIR": str(tmp_path / "tmp"), **environment},
            capture_output=True,
            check=False,
        )

    return run


def shell(line: str) -> list[str]:
    return ["/bin/sh", "-c", f"exec {line}", "sh", *CLI]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1"])
def test_what_a_stream_cannot_encode_is_escaped(
    call: Callable[..., Done], dark: Path, encoding: str
) -> None:
    for arguments in (("parity", dark), ("parity", dark, "--json"), ("--help",)):
        done = call(*arguments, PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        text = done.stdout.decode(encoding)
        if "--json" in arguments:
            assert json.loads(text)["verdict"] == "passed"
        elif encoding == "ascii" and "parity" in arguments:
            assert r"\u0394Jaccard" in text


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('"$@" >&-', 0),
        ('"$@" >&- 2>&- <&-', 0),
        ('"$@" >/dev/full', 2),
    ],
)
def test_a_stream_that_is_closed_or_full(
    call: Callable[..., Done], dark: Path, line: str, code: int
) -> None:
    done = call("parity", dark, program=shell(line))
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert (b"A file or the output could not be used" in done.stderr) is line.endswith("full")
    assert done.stderr.count(b"\n") == (1 if code else 0)


def test_a_failed_check_is_1_and_nothing_else_is(call: Callable[..., Done], dark: Path) -> None:
    """Also where the reader has left."""
    (dark / "notes.txt").write_text("x")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*CLI, "verify", dark], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("error", ["RuntimeError('broken')", "EOFError()", "KeyError('a\\nb')"])
def test_a_fault_is_70_with_one_line_and_a_traceback(
    call: Callable[..., Done], dark: Path, tmp_path: Path, error: str
) -> None:
    """A broken install of a vendor is none of our errors."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "onnxruntime.py").write_text(f"raise {error}")
    path = f"{tmp_path / 'broken'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = call("parity", dark, PYTHONPATH=path)
    assert (done.returncode, done.stdout) == (70, b"")
    words = done.stderr.decode().strip()
    assert "\n" not in words
    named = re.search(r"with the command and (\S+), which", words)
    assert named is not None
    assert "onnxruntime.py" in Path(named[1]).read_text()


@pytest.mark.slow
def test_too_little_memory_is_one_sentence(call: Callable[..., Done], tmp_path: Path) -> None:
    large = Image.new("RGB", (10_000, 10_000), (200, 150, 140))
    large.save(tmp_path / "large.png", compress_level=1)
    limit = ["prlimit", f"--as={1_200_000 * 1024}", *CLI]
    done = call("predict", "large.png", program=limit)
    words = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b"")
    assert words.startswith("Error: There is too little memory")
    assert "Use smaller images" in words
    assert words.count("\n") == 1
    assert not (tmp_path / "predictions").exists()


@pytest.mark.parametrize(
    "words",
    [
        "[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory: you",
        "CUDA out of memory. Tried to allocate 2.00 GiB",
        "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : std::bad_alloc",
        "libtorch.so: failed to map segment from shared object",
    ],
)
def test_words_of_vendors_for_too_little_memory(words: str) -> None:
    assert words[:20] in str(no_memory(RuntimeError(words)))
    assert no_memory(RuntimeError("shape mismatch")) is None
    assert no_memory(np.exceptions.AxisError("axis")) is None


def test_torch_says_it_in_these_words() -> None:
    import torch

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 2**30, hard))
    try:
        with pytest.raises(RuntimeError) as caught:
            torch.zeros(2**32)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert no_memory(caught.value) is not None


def test_a_name_that_is_no_unicode(call: Callable[..., Done], dark: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.png")
    Image.fromarray(disc(1)[0]).save(tmp_path / name)
    done = call("predict", name, "--net", dark)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\udcff.png" in done.stdout
    done = call("predict", name, "--net", dark, "--out", "two", "--json")
    assert json.loads(done.stdout)["predictions"][0]["photo"] == name
    assert rb"\udcff" in call("verify", os.fsdecode(b"\xff")).stderr


def test_a_dataset_of_names_that_are_no_unicode(
    call: Callable[..., Done], dark: Path, discs: Path
) -> None:
    for kind in ("images", "masks"):
        (discs / kind / "disc_1.png").rename(discs / kind / os.fsdecode(b"d\xff.png"))
    (discs / "split.csv").unlink()
    of_set = ("--data", discs)
    for arguments in (
        ("evaluate", dark, *of_set),
        ("parity", dark, *of_set),
        ("data", "check", discs),
    ):
        done = call(*arguments)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.startswith(b"Error: The file name d\\xff.png in images/ is not")


@pytest.mark.slow
def test_no_code_in_a_name_reaches_the_terminal(
    call: Callable[..., Done], dark: Path, tmp_path: Path
) -> None:
    name = f"{TITLE}\u202e\r\x9b31m.png"
    Image.fromarray(disc(1)[0]).save(tmp_path / name)
    codes = [c for c in name if printable(c) != c]
    assert len(codes) == 5
    (tmp_path / f"bad{name}").write_bytes(b"")
    for arguments in (
        ("predict", name, f"bad{name}", "--net", dark),
        ("predict", name, "--net", dark, "--out", "two", "--json"),
        ("predict", f"none{name}", "--net", dark),
        ("verify", dark, name),
        ("data", "check", name),
    ):
        for printed in (call(*arguments), on_a_terminal(arguments, tmp_path)):
            assert not [c for c in codes if c.encode() in printed.stdout + printed.stderr]


def test_a_bar_is_drawn_on_the_terminal(dark: Path, tmp_path: Path) -> None:
    small = ("--count", "9", "--width", "16", "--height", "16")
    for arguments, ends in ((("data", "synth", "set", *small), "━ 9/9"), (("parity", dark), "4/4")):
        printed = on_a_terminal(arguments, tmp_path).stdout
        assert ends.encode() in printed
        assert rb"\u00" not in printed


def on_a_terminal(arguments: tuple[object, ...], folder: Path) -> Done:
    """Run a command on a terminal of its own; rich's codes for colours are taken out again."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        [*CLI, *map(str, arguments)], cwd=folder, stdin=its, stdout=its, stderr=its
    ) as process:
        os.close(its)
        words = b""
        try:
            while more := os.read(ours, 4096):
                words += more
        except OSError:  # Linux: the terminal has no writer any more
            pass
    os.close(ours)
    words = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|\r\n|\r", b"", words)
    return subprocess.CompletedProcess([], process.returncode, words, b"")


def test_a_hidden_character_is_written_as_in_json() -> None:
    text = "Läsion\t\x1b[31m\x85\u2067\udcff\n"
    assert printable(text) == "Läsion\t\\u001b[31m\\u0085\\u2067\\udcff\n"
    assert json.loads(f'"{printable(text[7:-1])}"') == text[7:-1]


def test_a_name_of_two_lines_is_said_in_one(call: Callable[..., Done]) -> None:
    done = call("parity", "two\nlines")
    words = done.stderr.decode()
    assert (done.returncode, words.count("\n")) == (2, 1)
    assert r"two\nlines" in words


SYNTH = ("data", "synth", "set", "--count", "100000", "--width", "16", "--height", "16")


def started(folder: Path) -> "subprocess.Popen[bytes]":
    """Start a long command and wait until it writes."""
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    process = subprocess.Popen(
        [*CLI, *SYNTH], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not list(folder.glob(".set-*.tmp/images/*")):
        assert process.poll() is None
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_ends_the_run_cleaned_up(
    call: Callable[..., Done], tmp_path: Path, name: str
) -> None:
    process = started(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) != []
    process.send_signal(signal.Signals[name])
    out, err = process.communicate()
    assert (process.returncode, out, err) == (128 + signal.Signals[name], b"", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["tmp"]
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize("error", ["RecursionError", "ImportError", "OSError(28, 'full')"])
def test_what_a_vendor_raises_after_a_signal_is_no_error(
    call: Callable[..., Done], tmp_path: Path, name: str, error: str
) -> None:
    """A signal may interrupt an import, whose half-made modules then raise what they like."""
    vendor = f"""
import os, signal, time
try:
    os.kill(os.getpid(), signal.{name})
    time.sleep(60)
except BaseException:
    raise {error}
"""
    (tmp_path / "ai_edge_litert").mkdir()
    (tmp_path / "ai_edge_litert" / "__init__.py").write_text(vendor)
    Image.new("RGB", (8, 8)).save(tmp_path / "image.png")
    paths = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    done = call("predict", "image.png", "--engine", "litert", PYTHONPATH=paths)
    assert (done.returncode, done.stderr) == (128 + signal.Signals[name], b"")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_next_run_sweeps_what_a_kill_left_and_not_what_lives(
    call: Callable[..., Done], tmp_path: Path
) -> None:
    process = started(tmp_path)
    short = (*SYNTH[:4], "1", *SYNTH[5:])
    refused = call(*short)
    assert refused.returncode == 2
    assert b"Another run is writing set. Wait for it" in refused.stderr
    assert len(list((tmp_path / "tmp").glob("skinseg-*.tmp"))) == 1
    process.kill()
    process.communicate()
    assert list(tmp_path.glob(".set-*.tmp"))
    assert call(*short).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set", "tmp"]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_run_has_a_temporary_folder_of_its_own() -> None:
    before = tempfile.gettempdir(), os.environ.get("TMPDIR")
    with own_temporary_folder():
        own = Path(tempfile.gettempdir())
        assert own.parent == Path(before[0])
        assert (own.stat().st_mode & 0o777, os.environ["TMPDIR"]) == (0o700, str(own))
    assert not own.exists()
    assert (tempfile.gettempdir(), os.environ.get("TMPDIR")) == before


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 5)  # one that no list of users has
    with pytest.raises(NotRunError, match="Set HOME, or SKINSEG_ARM64"):
        default_place()
