"""What is drawn in the terminal: names without terminal codes, progress bars on stderr."""

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sized
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
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.text import Text

    class Words(TextColumn):
        def render(self, task: Task) -> Text:
            return Text(printable(self.text_format.format(task=task)))

    class Clean(Console):
        """Rich prints through it what others print while the bar is there."""

        def print(self, *objects: Any, **options: Any) -> None:
            texts = (Text(printable(str(o))) if isinstance(o, str | Text) else o for o in objects)
            super().print(*texts, **options)

    # not Console(stderr=True), nor the stream itself under another bar: both are rich's own proxy
    counts = (DownloadColumn(), TransferSpeedColumn()) if of_bytes else (MofNCompleteColumn(),)
    return Progress(
        Words("{task.description}"),
        BarColumn(),
        *counts,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        Words("{task.fields[note]}"),
        console=Clean(file=getattr(sys.stderr, "rich_proxied_file", sys.stderr)),
        transient=True,
    )


def printable(text: str) -> str:
    """Return a text whose control characters, but tab and newline, are written as `\\u001b`.

    A name may hold what moves the cursor, changes the direction of writing, or is no Unicode.
    """
    if text.isprintable():
        return text
    return "".join(f"\\u{ord(c):04x}" if _is_hidden(c) else c for c in text)


def _is_hidden(character: str) -> bool:
    code = ord(character)
    turns = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return turns or (unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n")


class _NoBar:
    def add_task(self, description: str, *, total: float | None, **fields: Any) -> None:
        del description, total, fields

    def advance(self, task_id: Any) -> None:
        del task_id

    def update(self, task_id: Any, **fields: Any) -> None:
        del task_id, fields


def track(items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
    """Yield the items under a bar; a nested bar is left out by rich's one-live-display rule.

    `total` counts what has no length itself.
    """
    with bar() as progress:
        known = len(items) if total is None and isinstance(items, Sized) else total
        task = progress.add_task(label, total=known, note="")
        for item in items:
            yield item
            progress.advance(task)
