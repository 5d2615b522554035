"""The command line: each command parses, calls one function, prints.

Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

import os
import sys

import typer

from skinseg_cli import compress, export
from skinseg_cli.execute import coreml, emulate
from skinseg_cli.look import doctor, predict, serve
from skinseg_cli.panels import EXECUTE, EXPORT, PROVE, TRAIN
from skinseg_cli.prove import bench, device, gate, parity, provenance, vectors
from skinseg_cli.train import data, reproduce, train
from skinseg_mobile.runtime_py.errors import InputError, NotRunError, SkinsegError

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
    ("compress", compress, EXPORT),
    ("gate", gate, PROVE),
    ("device", device, PROVE),
    ("coreml", coreml, EXECUTE),
    ("emulate", emulate, EXECUTE),
):
    app.add_typer(module.app, name=name, rich_help_panel=panel)
app.add_typer(emulate.app, name="arm64", hidden=True)  # what `emulate` was called first


def main() -> None:
    """Run the command line; an error a user can mend is one line and an exit code."""
    os.environ.setdefault(
        "OMP_WAIT_POLICY", "PASSIVE"
    )  # torch's threads must not spin on shared machines
    try:
        app()
    except SkinsegError as error:
        print(
            f"{'Not run' if isinstance(error, NotRunError) else 'Error'}: {error}", file=sys.stderr
        )
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk, a lost drive: what no command can check beforehand
        name = error.filename or "A file"
        print(
            f"Error: {name} could not be used ({error.strerror}). Free disk space or choose another"
            " folder.",
            file=sys.stderr,
        )
        sys.exit(InputError.exit_code)
