"""The command line: each command parses, calls one function, prints.

Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Any

import typer

from skinseg_cli import adopt, compress, export
from skinseg_cli.execute import coreml, emulate
from skinseg_cli.look import doctor, predict, serve
from skinseg_cli.own_process import (
    ended_by_signals,
    own_temporary_folder,
    safe_streams,
    stdout_of_json,
)
from skinseg_cli.panels import EXECUTE, EXPORT, PROVE, TRAIN
from skinseg_cli.prove import bench, device, dossier, gate, parity, provenance, vectors
from skinseg_cli.train import data, reproduce, train
from skinseg_cli.words import require_filled, require_once
from skinseg_mobile.runtime_py.errors import (
    NotRunError,
    SkinsegError,
    no_memory,
    remedy,
)

app = typer.Typer(
    help="Train a skin-segmentation net, compress it, export it for phones and check that the"
    " exported file still computes the same masks.",
    epilog="Start with: skinseg-mobile demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for module in (
    doctor, predict, train, reproduce, export, parity, provenance, vectors, bench, serve,
):  # fmt: skip
    app.add_typer(module.app)
for name, module, panel in (
    ("data", data, TRAIN),
    ("adopt", adopt, EXPORT),
    ("compress", compress, EXPORT),
    ("gate", gate, PROVE),
    ("dossier", dossier, PROVE),
    ("device", device, PROVE),
    ("coreml", coreml, EXECUTE),
    ("emulate", emulate, EXECUTE),
):
    app.add_typer(module.app, name=name, rich_help_panel=panel)
app.add_typer(emulate.app, name="arm64", hidden=True)  # what `emulate` was called first


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"skinseg-mobile {version('skinseg-mobile')}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Take the options that belong to no command."""


USAGE_ERROR: Any = typer.BadParameter.__base__
"""What the parser raises; typer has a click of its own, older ones have click's."""
UNEXPECTED = 70


def main() -> None:
    """Run the command line. Every end has an exit code, and an error is one line."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # torch's threads must not spin
    with safe_streams(), ended_by_signals() as received:
        sys.exit(_exit_code(received))


def _exit_code(received: Sequence[int]) -> int:
    """Run the command; what is raised after a signal is of its making, and no error to print."""
    try:
        with own_temporary_folder():
            command, words = typer.main.get_command(app), sys.argv[1:]
            require_filled(words)
            require_once(command, words)
            code: int | None = command(standalone_mode=False)
        stdout_of_json().flush()
        return code or 0
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        return 128 + received[0] if received else _said(error)


def _said(error: Any) -> int:
    """Print what an error says and return its exit code."""
    if isinstance(error, KeyboardInterrupt):
        return 128 + signal.SIGINT
    if isinstance(error, USAGE_ERROR):
        error.message = _with_value(error)
        error.show()
        return error.exit_code
    known = error if isinstance(error, SkinsegError) else _expected(error)
    print(_sentence(known or _reported(error)), file=sys.stderr)
    return known.exit_code if known else UNEXPECTED


def _with_value(error: Any) -> str:
    """Return a usage error's message with the value that pydantic leaves out of it."""
    message: str = error.message.removeprefix("Value error, ")
    for found in getattr(error.__cause__, "errors", list)():
        value = f"'{found['input']}'"
        if value not in message:
            message = f"{message}, got {value}"
    return message


def _sentence(error: SkinsegError) -> str:
    """Return one line: a file's name may hold more."""
    kind = "Not run" if isinstance(error, NotRunError) else "Error"
    return f"{kind}: {error}".replace("\n", "\\n")


def _expected(error: BaseException) -> SkinsegError | None:
    """Return what no command can check beforehand: memory or disk are full, a drive is lost."""
    if isinstance(error, OSError) and error.errno and error.errno != errno.ENOMEM:
        what = error.filename or "A file or the output"
        return SkinsegError(f"{what} could not be used ({error.strerror}). {remedy(error)} folder.")
    return no_memory(error)


def _reported(error: BaseException) -> SkinsegError:
    """Write the traceback to a file and return the sentence that names it."""
    text = "".join(traceback.format_exception(error))
    name = type(error).__name__
    try:
        number, path = tempfile.mkstemp(".txt", "skinseg-mobile-traceback-")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return SkinsegError(f"skinseg-mobile has a fault. Report this, with the command: {text}")
    return SkinsegError(
        f"skinseg-mobile has a fault ({name}: {' '.join(str(error).split())[:200]}). Report it with"
        f" the command and {path}, which holds the traceback."
    )
