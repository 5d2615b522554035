"""Starts a worker and asks it, tensor after tensor."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from skinseg_mobile.runtime_py.child import worker
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, SkinsegError
from skinseg_mobile.runtime_py.storage.from_json import rebuild

PATIENCE = 600.0
"""Seconds after which a worker that does not answer is ended."""
SECONDS_TO_END = 2.0
MOST_GREETING = 1 << 20
MOST_WORDS = 1 << 16
MOST_OUTPUT = 1 << 28
"""Bytes of one answer; a hostile model must not fill the memory."""

ONE_THREAD = {"OMP_NUM_THREADS": "1"}
Tensor = tuple[tuple[int, ...], str]


@dataclass(frozen=True)
class Greeting:
    """What a worker says of its model, shape and dtype by tensor, or why it is none."""

    error: str | None = None
    version: str | None = None
    inputs: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    outputs: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    """Texts by name, where the engine alone can read them."""
    precision: str | None = None
    """How the file stores and computes numbers, likewise."""
    device: str | None = None
    """What an accelerator calls itself."""
    on: dict[str, int] = field(default_factory=dict[str, int])
    """Operations by type that an accelerator computes."""
    left: dict[str, int] = field(default_factory=dict[str, int])
    """Operations by type that it does not take."""


def started(
    script: str,
    engine: str,
    *arguments: str,
    environment: Mapping[str, str],
    folder: Path | None = None,
) -> "Child":
    """Start a worker's script in a new Python: no fork, no thread or lock of this one goes along.

    `environment` is added to this process's own; `folder` is where it starts.
    """
    command = [sys.executable, "-B", "-P", str(Path(script).absolute()), engine, *arguments]
    return Child(command, {**os.environ, **environment}, engine, folder)


class Child:
    """A worker's process; it ends with this object."""

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        label: str,
        folder: Path | None = None,
    ) -> None:
        self.label = label
        self.words = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.words,
        )
        self._end = weakref.finalize(self, _end, self.process, self.words)

    def greeting(self) -> Greeting:
        """Return what the worker says of its model.

        Raises:
            InputError: the engine does not load it.
            NotRunError: the engine does not take all of its operations.
            SkinsegError: the worker died.
        """
        with self._alive():
            content = worker.read_frame(_stream(self.process.stdout), MOST_GREETING)
            said = rebuild(Greeting, json.loads(content))
        if said.error is not None and said.left:
            raise NotRunError(
                f"{self.label} does not take {sum(said.left.values())} of its operations"
                f" ({', '.join(f'{kind} {count}' for kind, count in said.left.items())}), and"
                " nothing else computes them here. Use another engine, or change the net."
            )
        if said.error is not None:
            raise InputError(
                f"The model does not load on {self.label} ({said.error}). Copy or export it again."
            )
        return said

    def ask(self, content: bytes, outputs: int) -> list[bytes]:
        """Send an input's values and return those of so many outputs.

        Raises:
            SkinsegError: the worker died.
        """
        with self._alive():
            worker.write_frame(_stream(self.process.stdin), content)
            answers = _stream(self.process.stdout)
            return [worker.read_frame(answers, MOST_OUTPUT) for _ in range(outputs)]

    @contextmanager
    def _alive(self) -> Generator[None]:
        """Wait for the worker, but not for ever; its death is one sentence."""
        watchdog = threading.Timer(PATIENCE, self.process.kill)
        watchdog.start()
        try:
            yield
        except (EOFError, OSError, ValueError) as error:
            raise SkinsegError(
                f"The process of {self.label} ended with {self._how_it_ended()}"
                f" ({self._last_words() or str(error) or 'without a word'}). Copy or export the"
                " model again."
            ) from error
        finally:
            watchdog.cancel()

    def _how_it_ended(self) -> str:
        try:
            code = self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:  # it speaks, but not our language
            self.process.kill()
            code = self.process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def _last_words(self) -> str:
        self.words.seek(max(0, self.words.seek(0, os.SEEK_END) - MOST_WORDS))
        lines = self.words.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def _stream(stream: IO[bytes] | None) -> Any:
    assert stream is not None
    return stream


def _end(process: subprocess.Popen[bytes], words: IO[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout, words):
        try:
            _stream(stream).close()
        except OSError:  # what was still to be sent has no reader
            continue
    process.wait()
