"""Named tensors -> one safetensors file, whole or not at all: a full disk or a kill spoils none."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from skinseg_mobile.runtime_py.errors import InputError


def write_tensors(
    tensors: Mapping[str, Tensor], path: Path, header: Mapping[str, str] | None = None
) -> None:
    """Replace `path`, readable by everyone.

    Raises:
        InputError: it cannot be written; what stood there before still does.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    whole = {
        name: value.detach().cpu().contiguous(memory_format=torch.contiguous_format)
        for name, value in tensors.items()
    }
    try:
        save_file(whole, temporary, metadata=dict(header) if header else None)
        temporary.chmod(0o644)  # safetensors writes for the owner alone
        temporary.replace(path)
    except (SafetensorError, OSError) as error:
        temporary.unlink(missing_ok=True)
        raise InputError(
            f"weights must be writable, {path} is not ({error}); free space or choose another --out"
        ) from error
