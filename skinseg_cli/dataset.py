"""Opens `--data` for a command, and says on stderr what of it is not used."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.data.dataset import Dataset


def open_dataset(folder: Path, dev_share: float | None = None) -> "Dataset":
    """Read a dataset folder; `dev_share` of train becomes dev where there is none [10 %].

    Raises:
        InputError: the folder breaks a rule.
    """
    from skinseg_mobile.runtime_py.data.dataset import DEV_SHARE, read_dataset

    found = read_dataset(folder, DEV_SHARE if dev_share is None else dev_share)
    for note in found.notes:
        print(f"Note: {note}", file=sys.stderr)
    return found
