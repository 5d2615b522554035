"""Calls the user's own code that builds a net, named as `package.module:function`.

The code is found as `python -m` finds it, the current folder first. What the factory's source file
held when the net was adopted is known by its SHA-256, so that weights never run in other code.
Nothing of the standard library is called: a checkpoint of someone else may name anything.
"""

import importlib
import inspect
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from typing import Any, cast

from torch import nn

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.storage.atomic import sha256
from skinseg_mobile.train.vision import with_operators

Factory = Callable[..., Any]
Arguments = Mapping[str, Any]


def build(reference: str, arguments: Arguments, source_sha256: str | None = None) -> nn.Module:
    """Import and call a factory; return its net.

    Raises:
        InputError: there is none, its source is another than `source_sha256` says, it raises, or
            what it returns is no net.
    """
    with _current_folder_first():
        factory = _find(reference)
        found = _hash_of(factory, reference)
        if source_sha256 not in (None, found):
            raise InputError(
                f"{_source_of(factory, reference)} changed since {reference} was adopted. Adopt it"
                " again, or restore the file."
            )
        net = _call(factory, reference, arguments)
    if not isinstance(net, nn.Module):
        raise InputError(
            f"{reference} returned {type(net).__name__}, not a torch.nn.Module. Name a function or"
            " a class that builds the net."
        )
    return net


def source_hash(reference: str) -> str:
    """Return the SHA-256 of the file that defines a factory.

    Raises:
        InputError: there is no such factory, or no such file.
    """
    with _current_folder_first():
        return _hash_of(_find(reference), reference)


def reference_of(factory: str | Factory) -> str:
    """Return `package.module:name` of a function or a class.

    >>> reference_of(nn.Conv2d)
    'torch.nn.modules.conv:Conv2d'

    Raises:
        InputError: it has no name to import it by, as a lambda has none.
    """
    if isinstance(factory, str):
        return factory
    module, name = getattr(factory, "__module__", ""), getattr(factory, "__qualname__", "")
    if not module or not name or "<" in name or module == "__main__":
        raise InputError(
            f"{factory!r:.60} cannot be imported by a name. Define a function at the top of a"
            " module file and name that."
        )
    return f"{module}:{name}"


@contextmanager
def _current_folder_first() -> Generator[None]:
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(folder)


def _find(reference: str) -> Factory:
    module, colon, name = reference.partition(":")
    if not (colon and name) or not all(part.isidentifier() for part in module.split(".")):
        raise InputError(f"'{reference}' names no factory. Write PACKAGE.MODULE:FACTORY.")
    if module.partition(".")[0] in sys.stdlib_module_names:
        raise InputError(
            f"{reference} is Python's own and builds no net. Name the module that does."
        )
    found: Any = _imported(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise InputError(f"{module} has no function or class {name}. Check the name after ':'.")
    return cast(Factory, found)


def _imported(module: str) -> Any:
    try:
        return with_operators(lambda: importlib.import_module(module))
    except ModuleNotFoundError as error:
        missing = error.name or module
        if module == missing or module.startswith(f"{missing}."):
            raise InputError(
                f"There is no module {missing}. Run this in the folder that holds it, or install"
                " its package."
            ) from error
        raise InputError(
            f"{module} needs {missing}, which is not installed. Install it."
        ) from error
    except (Exception, SystemExit) as error:
        raise InputError(
            f"{module} could not be imported ({words_of(error)}). Import it in Python to see where."
        ) from error


def _call(factory: Factory, reference: str, arguments: Arguments) -> Any:
    try:
        return with_operators(lambda: factory(**arguments))
    except (Exception, SystemExit) as error:
        given = ", ".join(f"{name}={value!r:.40}" for name, value in arguments.items())
        raise InputError(
            f"{reference}({given}) raised {words_of(error)}. Check --arguments, or call it in"
            " Python to see where."
        ) from error


def _hash_of(factory: Factory, reference: str) -> str:
    return sha256(_source_of(factory, reference))


def _source_of(factory: Factory, reference: str) -> Path:
    try:
        return Path(inspect.getsourcefile(inspect.unwrap(factory)) or "")
    except (TypeError, OSError, ValueError) as error:
        raise InputError(
            f"{reference} has no source file to know it by. Name a function of your own that calls"
            " it."
        ) from error


def words_of(error: BaseException) -> str:
    """Return the kind of an error, and the beginning of what it says."""
    text = shorten(str(error), 200, placeholder=" …")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
