"""The gate's files import each other in one direction, imports inside functions included."""

import ast
import graphlib
from pathlib import Path

import pytest

GATE = Path(__file__).parents[3] / "runtime_py" / "gate"


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("folder", [GATE, GATE / "checks", GATE / "reports"], ids=lambda f: f.name)
def test_no_circles(folder: Path) -> None:
    base = ".".join(["skinseg_mobile", *folder.relative_to(GATE.parents[1]).parts, ""])
    graph: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        child = path.relative_to(folder).parts[0].removesuffix(".py")
        names = {
            name[len(base) :].split(".")[0] for name in imported(path) if name.startswith(base)
        }
        graph.setdefault(child, set()).update(names - {child})
    assert sum(map(len, graph.values())) > 0 or folder.name == "reports"
    list(graphlib.TopologicalSorter(graph).static_order())


def test_nothing_but_the_command_line_imports_reports() -> None:
    for path in [p for p in GATE.rglob("*.py") if p.parent.name != "reports"]:
        assert not any(".gate.reports" in name for name in imported(path)), path
