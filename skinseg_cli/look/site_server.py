"""Turns artefact names into a server of the app, with golden images for its self-test."""

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.device.images import write_images
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.web.server import Server
from skinseg_mobile.runtime_py.web.site import Served, checked_artefact, require_browser, site_of


@contextmanager
def site_server(
    artefacts: Sequence[str | Path], *, port: int = 0, isolated: bool = True
) -> Generator[Server]:
    """Yield a server that is ready to serve; golden images live as long as it.

    Raises:
        InputError: a damaged artefact, one that the app cannot run, or a port that is taken.
        NotRunError: the app is not built.
    """
    with tempfile.TemporaryDirectory() as golden:
        served = [_served(name, Path(golden) / f"{n}") for n, name in enumerate(artefacts)]
        with Server(site_of(served), port=port, isolated=isolated) as server:
            yield server


def _served(artefact: str | Path, golden: Path) -> Served:
    folder = find_artefact(artefact)
    write_images(folder, golden)
    served = checked_artefact(folder, golden)
    require_browser(served.manifest)
    _require_runnable(served.manifest)
    return served


def _require_runnable(manifest: Manifest) -> None:
    """Raise InputError where the app itself would refuse the artefact, once it is open."""
    dtypes = manifest.input.dtype, manifest.output.dtype
    refused = ("int8", "float16") if manifest.target == "tflite" else ("float16",)
    if found := next((dtype for dtype in refused if dtype in dtypes), None):
        raise InputError(
            f"The web app cannot run {manifest.label}: a browser's {manifest.target} engine takes"
            f" no {found} inputs and outputs. Name an artefact whose input and output are float32."
        )
