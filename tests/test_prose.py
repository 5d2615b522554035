"""The prose linter finds each kind of bad sentence; the pages and help texts of today pass."""

import re
from pathlib import Path

import pytest

from tests.prose import (
    LONGEST,
    ROOT,
    WORDS,
    check_house,
    check_markdown,
    help_texts,
    main,
    pages,
    sentences,
)

BAD = (
    "The net is given a photograph.",
    "The picture shows the outline.",
    "Jaccard compares a mask with the truth.",
    "The teacher is the net whom the student follows.",
    "The report is handed in with the app.",
    "The worker lets go of the tensor.",
    "The file lies beside the manifest.",
    "The limit stands in gate.toml.",
    "Pruning takes off the last channels.",
    "The run must end as it began.",
    "The exporter is told the precision.",
    "The search starts anew.",
    "Killed and started again, it goes on.",
    "Serve the app with artefacts of yours.",
    "No phone was at hand.",
    "A damaged file fails all the same.",
    "Both tensors are equal to the bit.",
    "LiteRT takes the CPU in silence.",
    "Parameters are counted likewise where there is one.",
    "The manifest says of itself which net it is.",
    "A checksum is no signature.",
    "The README names what no machine here can run.",
    "Leave so many operations in float.",
    "It is nobody's skin.",
    "The train rows are learnt from.",
    "An engine that was asked for must run.",
    "The result is a sturdier checkpoint.",
    "A refused camera is played by the browser.",
)


@pytest.mark.parametrize("sentence", BAD)
def test_a_bad_sentence_is_found(sentence: str) -> None:
    assert check_markdown("page", sentence)
    assert check_markdown("page", f"| field | {sentence} |")


@pytest.mark.parametrize("pattern", WORDS)
def test_every_rule_has_a_bad_sentence(pattern: str) -> None:
    assert any(re.search(rf"\b(?:{pattern})\b", sentence, re.I) for sentence in BAD)


@pytest.mark.parametrize(
    "text",
    [
        "The net reads an image.",
        "`draw_photographs` writes 200 images.",
        "```\nskinseg-mobile data check my-photographs\n```",
        "See [the page](docs/photographs.md).",
        "The set holds clinical photographs of skin.",
        "The app takes camera photographs.",
        "There are no other files, and the draft is no longer there.",
        "The student learns from its teacher.",
    ],
)
def test_code_and_proper_uses_pass(text: str) -> None:
    assert not check_markdown("page", text)


def test_a_long_sentence_is_found_in_text_and_not_in_a_table() -> None:
    long = "The net " + "really " * (LONGEST - 2) + "works."
    (found,) = check_markdown("page", long)
    assert str(found).endswith(f"{LONGEST + 1} words; the most is {LONGEST}")
    assert not check_markdown("page", f"| row | {long} |")
    assert not check_markdown("page", "The net " + "really " * (LONGEST - 3) + "works.")


def test_items_headings_and_wrapped_lines_are_told_apart() -> None:
    half = "one " * (LONGEST - 10)
    assert not check_markdown("page", f"# {half}\n{half}\n\n- {half}\n- {half}\n")
    assert check_markdown("page", f"- {half}\n  {half}\n")


def test_sentences_end_at_a_full_stop_before_a_capital() -> None:
    assert sentences("The limit is 2.5 px. Then run `x`. CODE ends.") == [
        "The limit is 2.5 px.", "Then run `x`.", "CODE ends.",
    ]  # fmt: skip


def test_the_house_passes() -> None:
    assert not list(map(str, check_house()))


def test_the_pages_and_help_texts_are_there() -> None:
    names = {page.relative_to(ROOT).as_posix() for page in pages()}
    assert names >= {"README.md", "docs/gate.md", "apps_reference/web/README.md"}
    assert {"skinseg-mobile gate run", "skinseg-mobile export target"} <= dict(help_texts()).keys()


def test_a_named_page_decides_the_exit_code(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(BAD[0])
    assert main([str(page)]) == 1
    page.write_text("The net reads an image.")
    assert main([str(page)]) == 0
