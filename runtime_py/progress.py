"""Progress bars on stderr, so that `--json` on stdout stays pure."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Bar(Protocol):
    """What we use of rich's `Progress`."""

    def add_task(self, description: str, *, total: float | None, **fields: Any) -> Any:
        """Start a row and return its id."""
        ...

    def advance(self, task_id: Any) -> object:
        """Count one."""
        ...

    def update(self, task_id: Any, **fields: Any) -> object:
        """Change a row's note."""
        ...


def bar(*, shown: bool = True, of_bytes: bool = False) -> AbstractContextManager[Bar]:
    """Return a progress bar with count, elapsed and remaining time; gone when done.

    Of bytes it shows megabytes and speed. Where nobody looks, or a training machine lacks rich, it
    is none.
    """
    if not (shown and sys.stderr.isatty() and find_spec("rich")):
        return nullcontext(_NoBar())
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    counts = (DownloadColumn(), TransferSpeedColumn()) if of_bytes else (MofNCompleteColumn(),)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *counts,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
        transient=True,
    )


class _NoBar:
    def add_task(self, description: str, *, total: float | None, **fields: Any) -> None:
        del description, total, fields

    def advance(self, task_id: Any) -> None:
        del task_id

    def update(self, task_id: Any, **fields: Any) -> None:
        del task_id, fields


def track(items: Sequence[T], label: str) -> Iterator[T]:
    """Yield the items under a bar; a nested bar is left out by rich's one-live-display rule."""
    with bar() as progress:
        task = progress.add_task(label, total=len(items), note="")
        for item in items:
            yield item
            progress.advance(task)
