"""Progress bars on stderr, so that `--json` on stdout stays pure."""

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

T = TypeVar("T")


def bar() -> Progress:
    """Return a progress bar with count, elapsed and remaining time; gone when done."""
    return _bar(MofNCompleteColumn())


def byte_bar() -> Progress:
    """Return a progress bar of bytes, with speed."""
    return _bar(DownloadColumn(), TransferSpeedColumn())


def _bar(*counts: ProgressColumn) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *counts,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def track(items: Sequence[T], label: str) -> Iterator[T]:
    """Yield the items under a bar; a nested bar is left out by rich's one-live-display rule."""
    with bar() as progress:
        task = progress.add_task(label, total=len(items), note="")
        for item in items:
            yield item
            progress.advance(task)
