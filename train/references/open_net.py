"""Opens anything that segments: a checkpoint, an artefact, or a packaged net by name.

Imports torch only for checkpoints, so that the base install can open artefacts.
"""

from importlib.util import find_spec
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.manifest import is_artefact, read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import packaged_names
from skinseg_mobile.runtime_py.engines.load import AUTO, find_artefact, open_segmenter
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor


def open_net(
    net: str, engine: str = AUTO, *, coarse_to_fine: bool = False
) -> tuple[Segmenter, str]:
    """Return a net with the contract around it, and the SHA-256 of its checkpoint.

    A packaged name is its checkpoint where torch is installed, else its artefact.

    Raises:
        InputError: there is no such net, it is damaged, or `engine` or `coarse_to_fine` does not
            fit it.
        NotRunError: no engine here runs the artefact.
    """
    if _is_for_torch(net, engine):
        return _open_checkpoint(net, engine, coarse_to_fine)
    if coarse_to_fine:
        raise InputError(
            f"Coarse to fine is for checkpoints, and {net} is an artefact. Leave --coarse-to-fine"
            " out."
        )
    folder = find_artefact(net)
    manifest = read_manifest(folder)
    return open_segmenter(folder, manifest, engine), manifest.checkpoint_sha256


def _is_for_torch(net: str, engine: str) -> bool:
    if Path(net).is_dir():
        return not is_artefact(Path(net))
    return net in packaged_names() and engine == AUTO and find_spec("torch") is not None


def _open_checkpoint(net: str, engine: str, coarse_to_fine: bool) -> tuple[Segmenter, str]:
    vendor("torch", "train")
    from skinseg_mobile.train.checkpoint import is_checkpoint
    from skinseg_mobile.train.references.engine import segmenter_of
    from skinseg_mobile.train.references.find import find_checkpoint

    if Path(net).is_dir() and not is_checkpoint(Path(net)):
        raise InputError(
            f"{net} holds neither checkpoint.json nor manifest.json, so it is neither a checkpoint"
            " nor an artefact. Name another folder."
        )
    checkpoint = find_checkpoint(net)
    if engine != AUTO:
        raise InputError(
            f"A checkpoint runs on torch and not on {engine}. Leave --engine out, or name an"
            " artefact."
        )
    return segmenter_of(checkpoint, coarse_to_fine=coarse_to_fine), checkpoint.digest
