"""What ships inside the package: nets by name, each a checkpoint with a ready artefact.

packaged/lean-isic2017/checkpoint/    weights, record, activation ranges
packaged/lean-isic2017/artefact/      TFLite (int8; of lean-skin w8), for use without torch

docs/NAME.md is the model card of each.
"""

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "packaged"
DEFAULT_NET = "lean-isic2017"
STUDENTS = (DEFAULT_NET, "lean-isic2017-tiny")
"""The nets that mark lesions."""
SKIN_NET = "lean-skin"
"""The net that marks skin; it saw synthetic images alone."""


def packaged_names() -> list[str]:
    """Return the names of the packaged nets."""
    return (
        sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) if FOLDER.is_dir() else []
    )


def packaged_checkpoint(name: str) -> Path | None:
    """Return the folder of a packaged checkpoint, or None."""
    return FOLDER / name / "checkpoint" if name in packaged_names() else None


def packaged_artefact(name: str) -> Path | None:
    """Return the folder of a packaged artefact, or None."""
    return FOLDER / name / "artefact" if name in packaged_names() else None
