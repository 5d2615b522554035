"""Kills the command line at random moments, or fills its disk, and runs the same command again.

    python -m tests.kills.trial [--each N]

Nothing that was there may be lost, the second run must end as one that was never disturbed, and
nothing hidden, temporary or running may be left. The disk is filled by the kernel: a file that
would grow beyond a limit (RLIMIT_FSIZE) is refused in the middle of a write.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import Record, save_checkpoint
from skinseg_mobile.train.data.download import Part
from skinseg_mobile.train.synth import write_set
from tests.dark import write_dark
from tests.train.tiny import TINY

ROOT = Path(__file__).parents[2]
WAYS = ("SIGTERM", "SIGKILL", "full disk")
CLI = (sys.executable, "-m", "skinseg_cli")
DOWNLOAD = """
import sys
from pathlib import Path
from skinseg_mobile.runtime_py.errors import SkinsegError
from skinseg_mobile.train.data.download import Part, download_isic2017
try:
    download_isic2017(Path("out"), (Part.VALIDATION,), base=sys.argv[1])
except SkinsegError as error:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(error.exit_code)
"""
VARIES = ("log.jsonl", "export.log", "report.json", "report.html", "junit.xml", "summary.md")
"""Files that hold times."""
PATIENCE = 20.0


@dataclass(frozen=True)
class Case:
    """A command, and how the folder it runs in is made."""

    command: tuple[str, ...]
    make: Callable[[Path], object]
    changes: tuple[str, ...] = ()
    """Files that were there before and may be changed, whole."""


def _lesions(folder: Path) -> None:
    write_set(folder / "lesions", 12, 5, "lesion", (64, 64))


def _tiny(folder: Path) -> None:
    record = Record(name="tiny", task=Task.LESION, spec=TINY.spec)
    save_checkpoint(record, TINY.spec.build(), folder / "tiny")


def _to_quantize(folder: Path) -> None:
    _lesions(folder)
    _tiny(folder)


def _to_judge(folder: Path) -> None:
    for name in ("dark", "dark-2"):
        write_dark(folder / name)
    (folder / "gate.toml").write_text(
        '[run]\nartefacts = ["dark", "dark-2"]\nengines = ["onnxruntime"]\nworkers = 2\n'
    )


def _to_sign(folder: Path) -> None:
    write_dark(folder / "dark")
    subprocess.run([*CLI, "keygen", "key"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _cli(words: str) -> tuple[str, ...]:
    return (*CLI, *words.split())


CASES = {
    "export": Case(_cli("export tiny --target onnx --precision fp32 --out out"), _tiny),
    "gate": Case(_cli("gate gate.toml --out report"), _to_judge),
    "train": Case(
        _cli("train --data lesions --epochs 2 --batch 4 --no-imagenet --out run"), _lesions
    ),
    "quantize": Case(
        _cli("compress quantize tiny --data lesions --epochs 1 --out out"), _to_quantize
    ),
    "download": Case((sys.executable, "-c", DOWNLOAD, "ADDRESS"), lambda folder: None),
    "sign": Case(_cli("sign dark --key key"), _to_sign, changes=("dark/manifest.sha256",)),
}


class _Slow(SimpleHTTPRequestHandler):
    """Serves a folder slowly enough to be interrupted."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        with suppress(ConnectionError):  # the other side was killed
            while chunk := source.read(1 << 14):
                outputfile.write(chunk)
                time.sleep(0.01)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def archives() -> Generator[str]:
    """Serve the three files of a published part; yield the address."""
    with tempfile.TemporaryDirectory() as name:
        for kind in ("Data", "Part1_GroundTruth"):
            inside = Path(name, "inside")
            inside.mkdir(exist_ok=True)
            (inside / "a").write_bytes(hashlib.shake_128(kind.encode()).digest(1_000_000))
            shutil.make_archive(f"{name}/ISIC-2017_{Part.VALIDATION.title()}_{kind}", "zip", inside)
        Path(name, "ISIC-2017_Validation_Part3_GroundTruth.csv").write_text("image_id,melanoma\n")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Slow, directory=name))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()


class Trials:
    """One command in folders of its own, with what it leaves when nobody disturbs it."""

    def __init__(self, name: str, place: Path, address: str) -> None:
        self.case = CASES[name]
        self.place = place / name
        self.command = [address if word == "ADDRESS" else word for word in self.case.command]
        (self.place / "given").mkdir(parents=True)
        self.case.make(self.place / "given")
        self.before = tree(self.place / "given")
        work, started = self._copy("whole"), time.monotonic()
        done = self._run(work)
        assert done.returncode == 0, done.stderr
        self.seconds = time.monotonic() - started
        self.whole = tree(work)
        self.largest = max(path.stat().st_size for path in work.rglob("*") if path.is_file())

    def disturb(self, number: int, way: str, moments: random.Random) -> str | None:
        """Disturb one run, run it again, and return what is wrong then, if anything is."""
        work = self._copy(str(number))
        code, words = self._disturbed(work, way, moments)
        if left := _living(self._tmp(work)):
            return f"processes {left} live on"
        if "Traceback" in words or code in (1, 70):
            return f"exit code {code}: {words[-500:]}"
        kept = {name: sha for name, sha in tree(work).items() if name in self.before}
        if lost := [n for n in self._lasting if kept.get(n) != self.before[n]]:
            return f"lost or changed: {lost}"
        ended_by_itself = code >= 0  # else by SIGKILL, or by SIGABRT where a vendor's code aborts
        if ended_by_itself and (left := _hidden(work) + list(self._tmp(work).iterdir())):
            return f"left behind: {left}"
        again = self._run(work)
        if again.returncode and "already exists" not in again.stderr:  # killed after its last step
            return f"the second run ended with {again.returncode}: {again.stderr[-500:]}"
        if again.returncode and self._run(work, *CLI, "doctor").returncode:
            return "the next command does not run"
        if left := [*_hidden(work), *self._tmp(work).iterdir()]:
            return f"not swept: {left}"
        found = tree(work)
        different = [n for n in {**found, **self.whole} if found.get(n) != self.whole.get(n)]
        return f"other than an undisturbed run's: {different}" if different else None

    @property
    def _lasting(self) -> list[str]:
        return [name for name in self.before if name not in self.case.changes]

    def _disturbed(self, work: Path, way: str, moments: random.Random) -> tuple[int, str]:
        if way == "full disk":
            limit = int(self.largest ** moments.random())
            done = self._run(work, "prlimit", f"--fsize={limit}", *self.command)
            return done.returncode, done.stderr
        with (self.place / "words").open("w+") as words:
            process = subprocess.Popen(
                self.command, cwd=work, env=self._environment(work), stdout=words, stderr=words
            )
            time.sleep(moments.uniform(0, self.seconds))
            process.send_signal(signal.Signals[way])
            code = process.wait(PATIENCE)
            words.seek(0)
            return code, words.read()

    def _run(self, work: Path, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command or self.command,
            cwd=work,
            env=self._environment(work),
            capture_output=True,
            text=True,
            check=False,
        )

    def _environment(self, work: Path) -> dict[str, str]:
        paths = os.pathsep.join((str(ROOT / ".imports"), str(ROOT)))
        return {
            **os.environ, "PYTHONPATH": paths, "TMPDIR": str(self._tmp(work)),
            "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "no_proxy": "127.0.0.1",
        }  # fmt: skip

    def _copy(self, name: str) -> Path:
        self._tmp(self.place / name).mkdir()
        return shutil.copytree(self.place / "given", self.place / name)

    @staticmethod
    def _tmp(work: Path) -> Path:
        return work.with_name(f"{work.name}-tmp")


def tree(root: Path) -> dict[str, str]:
    """Return a hash of every file below a folder by name; of one that holds times, its name."""
    return {
        path.relative_to(root).as_posix(): (
            path.name if path.name in VARIES else hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in root.rglob("*")
        if path.is_file()
    }


def _hidden(work: Path) -> list[Path]:
    return list(work.rglob(".*"))


def _living(tmp: Path) -> list[str]:
    """Wait a while for the end of every process that works with the temporary folder `tmp`."""
    marker = f"TMPDIR={tmp}".encode()
    deadline = time.monotonic() + PATIENCE
    while True:
        environments = Path("/proc").glob("[0-9]*/environ")
        found = [path.parent.name for path in environments if _has(path, marker)]
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def _has(environ: Path, marker: bytes) -> bool:
    try:
        return marker in environ.read_bytes()
    except OSError:  # it has ended, or is another user's
        return False


def run(name: str, numbers: Sequence[int], place: Path, address: str) -> list[str]:
    """Disturb a command once for each number; return what was wrong."""
    trials = Trials(name, place, address)
    wrong: list[str] = []
    for number in numbers:
        way = WAYS[number % len(WAYS)]
        moments = random.Random(f"{name} {number}")
        found = trials.disturb(number, way, moments)
        print(f"{name} {number}, {way}: {found or 'nothing lost, nothing left'}", flush=True)
        if found:
            wrong.append(f"{name} {number}, {way}: {found}")
    return wrong


def main() -> None:
    """Disturb every command `--each` times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--only", choices=CASES)
    options = parser.parse_args()
    wrong: list[str] = []
    with archives() as address, tempfile.TemporaryDirectory() as folder:
        for name in [options.only] if options.only else CASES:
            wrong += run(name, range(options.each), Path(folder), address)
    print("\n".join([f"{len(wrong)} wrong", *wrong]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
