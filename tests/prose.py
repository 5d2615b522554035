"""Plain English in Markdown pages and help texts; `make lint` runs `python -m tests.prose`.

Three rules: say "image" for what a program reads; avoid the words and constructions of `WORDS`;
keep a sentence of running text within `LONGEST` words. Code, addresses and quoted commands are not
prose. Tables are lists of phrases, so their sentences are not counted.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typer

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "CHANGELOG.md", "docs/**/*.md", "apps_reference/**/README.md")
FOREIGN = ("node_modules", ".build")
"""Folders whose pages are not ours."""

LONGEST = 40
"""Words of a sentence."""

PHOTOGRAPH = r"(?<!clinical )(?<!camera )photographs?"
"""A clinical photograph is a kind of data; a camera photograph is what a person takes."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        PHOTOGRAPH: "image",
        r"pictures?": "image or figure",
        r"(?:the|of) truth": "ground truth",
        r"whom": "the name of the person or thing",
        r"hand(?:s|ed|ing)? in": "pass or give",
        r"lets? go": "release or skip",
        r"(?:lies|lie|lay) (?:in|on|at|beside|below|above|under|within)": "is in, is on",
        r"(?:stands|stand|stood) (?:in|on|at|beside|below|above|there|alone)": "is in, is on",
        r"takes? off": "remove",
        r"as it began": "unchanged",
        r"(?:is|are) told": "receives, or the name of the setting",
        r"anew": "again",
        r"(?:it|run|search|download|training) goes on": "continues or resumes",
        r"of (?:yours|ours|theirs)": "your, our, their",
        r"at hand": "available",
        r"all the same": "still",
        r"to the bit": "bit for bit",
        r"in silence": "silently",
        r"say(?:s)? of (?:itself|it|images?)": "state or record",
        r"(?<!there )(?:is|are|was|were) no (?!longer|more)": "is not a",
        r"what no": "a subject first, then `no`",
        r"so many": "this many, or the number",
        r"nobody's": "synthetic",
        r"learnt from": "train on",
        r"asked for": "requested or required",
        r"where there is (?:one|none)": "if available",
        r"sturdier|dearer|mend|mended": "more robust, more expensive, fix",
        r"(?:is|are) played by": "simulate",
    }
)

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.M | re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_CODE = re.compile(r"`[^`\n]+(?:\n[^`\n]+)?`")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_URL = re.compile(r"https?://\S+")
_ITEM = re.compile(r"^\s*(?:[-*] |\d+\. |#+ |> ?)")
_END = re.compile(r"(?<=[.!?])[*_\")]*\s+(?=[A-Z0-9\"(*_`⟨])")
_CODE_WORD = "CODE"


@dataclass(frozen=True)
class Finding:
    """One breach of a rule."""

    where: str
    """Page or command."""
    text: str
    """The words that break the rule, or the start of the sentence."""
    advice: str

    def __str__(self) -> str:
        return f"{self.where}: '{self.text}': {self.advice}"


def blocks(markdown: str) -> Iterator[tuple[str, bool]]:
    """Yield each paragraph, list item and table row on one line, and whether it is running text."""
    text = _COMMENT.sub("", _FENCE.sub("\n", markdown))
    text = _URL.sub("URL", _LINK.sub(r"\1", _CODE.sub(_CODE_WORD, text)))
    block: list[str] = []
    heading = False
    for line in [*text.splitlines(), ""]:
        row, item = line.lstrip().startswith("|"), _ITEM.match(line)
        if block and (row or item or heading or not line.strip()):
            yield " ".join(block), True
            block = []
        if row:
            yield line.strip(), False
        elif line.strip():
            block.append(_ITEM.sub("", line).strip())
        heading = line.startswith("#")


def sentences(block: str) -> list[str]:
    """Split a paragraph at the ends of its sentences."""
    return [found for found in _END.split(block) if found]


def find_words(where: str, block: str) -> Iterator[Finding]:
    """Find the words of `WORDS`."""
    for pattern, instead in WORDS.items():
        for found in re.finditer(rf"\b(?:{pattern})\b", block, re.I):
            yield Finding(where, found.group(), f"say instead: {instead}")


def find_long(where: str, block: str) -> Iterator[Finding]:
    """Find sentences of more than `LONGEST` words."""
    for sentence in sentences(block):
        count = len(re.findall(r"[\w’'./%-]*\w[\w’'./%-]*", sentence))
        if count > LONGEST:
            yield Finding(where, f"{sentence[:60]}…", f"{count} words; the most is {LONGEST}")


def check_markdown(where: str, markdown: str) -> list[Finding]:
    """Check one page or help text."""
    return [
        finding
        for block, running in blocks(markdown)
        for finding in (*find_words(where, block), *(find_long(where, block) if running else ()))
    ]


def pages() -> Iterator[Path]:
    """Yield every page of ours, pending ones included."""
    for pattern in PAGES:
        for page in sorted(ROOT.glob(pattern)):
            if not any(folder in page.parts for folder in FOREIGN):
                yield page


def help_texts() -> Iterator[tuple[str, str]]:
    """Yield each shown command and option of the program with its help."""
    from skinseg_cli.main import app

    yield from _help_of("skinseg-mobile", typer.main.get_command(app))


def _help_of(name: str, command: Any) -> Iterator[tuple[str, str]]:
    yield name, command.help or ""
    for parameter in command.params:
        yield f"{name} {parameter.name}", getattr(parameter, "help", None) or ""
    for below, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from _help_of(f"{name} {below}", child)


def check_house() -> list[Finding]:
    """Check every page that is not pending, and every help text."""
    names = {page: page.relative_to(ROOT).as_posix() for page in pages()}
    texts = [(name, page.read_text()) for page, name in names.items()]
    return [f for name, text in (*texts, *help_texts()) for f in check_markdown(name, text)]


def main(arguments: Sequence[str]) -> int:
    """Print what is found in the pages named, else in the house; 1 if anything is."""
    found = (
        [f for name in arguments for f in check_markdown(name, Path(name).read_text())]
        if arguments
        else check_house()
    )
    print("\n".join(map(str, found)) or "prose: nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
