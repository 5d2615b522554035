"""Every command says what it does, and the example below its help fits its own options."""

import shlex
from types import ModuleType
from typing import Any

import pytest
import typer

from skinseg_cli import export
from skinseg_cli.adopt import file
from skinseg_cli.compress import auto, distil, prune, quantize
from skinseg_cli.execute import coreml, emulate
from skinseg_cli.look import doctor, predict, serve
from skinseg_cli.main import app
from skinseg_cli.prove import bench, device, dossier, gate, parity, provenance, vectors
from skinseg_cli.train import data, reproduce, train

MODULES = (
    emulate, bench, auto, file, distil, prune, quantize, coreml, data, device, doctor, dossier,
    export, gate, parity, predict, provenance, reproduce, serve, train, vectors,
)  # fmt: skip
PROGRAM = "skinseg-mobile"
RUN_UNLESS_NAMED = (("gate", "run"), ("dossier", "run"))
"""Commands whose last word may be left out."""


def commands(group: Any, *path: str) -> dict[tuple[str, ...], Any]:
    """Return every command that does something, by the words that call it."""
    below: dict[str, Any] | None = getattr(group, "commands", None)
    if below is None:
        return {path: group}
    found: dict[tuple[str, ...], Any] = {}
    for name, command in below.items():
        if command.hidden:  # an old name of another command
            continue
        found |= commands(command, *path, name)
    return found


COMMANDS = commands(typer.main.get_command(app))


def examples(command: Any) -> list[list[str]]:
    """Return the words of each example of the program in a command's epilog."""
    lines = [line.partition(PROGRAM)[2] for line in (command.epilog or "").splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_its_arguments_and_options_have_help(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert command.help
    assert command.help.split("\n")[0].endswith(".")
    for parameter in command.params:
        if not getattr(parameter, "hidden", False) and parameter.name != "help":
            assert parameter.help, parameter.name


@pytest.mark.parametrize("path", [p for p in COMMANDS if examples(COMMANDS[p])], ids=" ".join)
def test_an_example_fits_the_command(path: tuple[str, ...]) -> None:
    known = {name for option in COMMANDS[path].params for name in option.opts}
    for words in examples(COMMANDS[path]):
        assert tuple(words[: len(path)]) == path or path in RUN_UNLESS_NAMED
        used = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert used <= known, used - known


def test_most_commands_have_an_example() -> None:
    assert sum(bool(examples(command)) for command in COMMANDS.values()) >= len(COMMANDS) * 0.8


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_modules_commands_are_in_the_program(module: ModuleType) -> None:
    own = {command.callback for command in module.app.registered_commands}
    shown = {getattr(command.callback, "__wrapped__", None) for command in COMMANDS.values()}
    assert own
    assert own <= shown
