"""Who imports whom, read from the source, imports inside functions and names in strings included.

A module is named as the house has it, `runtime_py.gate.run`; a folder, as the folder.
"""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOUSE = ("runtime_py", "train", "compress", "export", "skinseg_cli")
PREFIX = "skinseg_mobile."
OURS = (PREFIX, "skinseg_cli.")


def sources(folder: str) -> list[Path]:
    """Return every Python file below a folder of the project."""
    return sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """Return a file's module name.

    >>> name_of(ROOT / "runtime_py" / "gate" / "__init__.py"), name_of(ROOT / "train" / "loop.py")
    ('runtime_py.gate', 'train.loop')
    """
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def modules() -> dict[str, Path]:
    """Return every module of the house and its file."""
    return {name_of(path): path for folder in HOUSE for path in sources(folder)}


@functools.cache
def tree(path: Path) -> ast.Module:
    """Return a file's syntax tree, parsed once."""
    return ast.parse(path.read_text())


@functools.cache
def imports_of(path: Path) -> frozenset[str]:
    """Return every dotted name that a file imports or holds as a string, ours without `PREFIX`.

    `from a import b` gives both `a` and `a.b`: `b` may be a module.
    """
    return frozenset(name.removeprefix(PREFIX) for name in _names(tree(path)))


def _names(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and str(node.value).startswith(OURS):
            yield str(node.value).partition(":")[0]


@functools.cache
def ours(path: Path) -> frozenset[str]:
    """Return the modules of the house that a file imports, each as the deepest module named."""
    named = imports_of(path) & modules().keys()
    return named - {name.rpartition(".")[0] for name in named} | _imported_from_packages(path)


def _imported_from_packages(path: Path) -> frozenset[str]:
    """Return the packages whose own `__init__.py` a file takes a name from."""
    found = {
        node.module.removeprefix(PREFIX)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if f"{node.module.removeprefix(PREFIX)}.{alias.name}" not in modules()
    }
    return frozenset(found & modules().keys())


def importers() -> dict[str, set[str]]:
    """Return, for each module of the house, the modules of it and of benchmarks that import it."""
    found: dict[str, set[str]] = {name: set() for name in modules()}
    measuring = {name_of(path): path for path in sources("benchmarks")}
    for name, path in {**modules(), **measuring}.items():
        for other in ours(path) - {name}:
            found[other].add(name)
    return found


def folders() -> list[str]:
    """Return every folder of the house that holds code."""
    return [name for name, path in modules().items() if path.name == "__init__.py"]


def children(folder: str) -> dict[str, set[str]]:
    """Return the graph of a folder's children: which of them each imports.

    A sub-folder is one child, a module is one, `__init__.py` is one named `__init__`.
    """
    graph: dict[str, set[str]] = {}
    for name, path in modules().items():
        if (child := _child(folder, name)) is None:
            continue
        found = {_child(folder, other) for other in ours(path)} - {None, child}
        graph.setdefault(child, set()).update(other for other in found if other)
    return graph


def _child(folder: str, name: str) -> str | None:
    if name == folder:
        return "__init__"
    if not name.startswith(f"{folder}."):
        return None
    return name[len(folder) + 1 :].partition(".")[0]


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the nodes of all circles, sorted; none where the graph has an order.

    >>> circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}), circle({"a": {"b"}, "b": set()})
    (['b', 'c'], [])
    """
    return sorted(node for node in graph if node in _reached(graph, node))


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(graph.get(start, ()))
    while waiting:
        if (node := waiting.pop()) not in found:
            found.add(node)
            waiting += graph.get(node, ())
    return found


def code_lines(path: Path) -> int:
    """Return how many lines a file has."""
    return len(path.read_text().splitlines())
