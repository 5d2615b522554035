"""Turns artefact names into a server of the app, with golden images for its self-test."""

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from skinseg_mobile.runtime_py.device.images import write_images
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.web.server import Server
from skinseg_mobile.runtime_py.web.site import Served, checked_artefact, site_of


@contextmanager
def site_server(
    artefacts: Sequence[str | Path], *, port: int = 0, isolated: bool = True
) -> Generator[Server]:
    """Yield a server that is ready to serve; golden images live as long as it.

    Raises:
        InputError: a damaged artefact, one that no browser runs, or a port that is taken.
        NotRunError: the app is not built.
    """
    with tempfile.TemporaryDirectory() as golden:
        served = [_served(name, Path(golden) / f"{n}") for n, name in enumerate(artefacts)]
        with Server(site_of(served), port=port, isolated=isolated) as server:
            yield server


def _served(artefact: str | Path, golden: Path) -> Served:
    folder = find_artefact(artefact)
    write_images(folder, golden)
    return checked_artefact(folder, golden)
