"""What ships inside the package: nets by name, each a checkpoint with a ready artefact.

packaged/lean-isic2017/checkpoint/    weights, record, activation ranges
packaged/lean-isic2017/artefact/      int8 TFLite, for use without torch
packaged/lean-isic2017/MODEL_CARD.md
"""

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "packaged"
DEFAULT_NET = "lean-isic2017"


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
