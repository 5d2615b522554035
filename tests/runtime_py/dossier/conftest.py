from pathlib import Path

import pytest

from tests.releases import write_one, write_releases


@pytest.fixture(scope="session")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dossier beside the releases that it is about; not to be changed."""
    return write_one(tmp_path_factory.mktemp("releases"))


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Two releases, their data, a key and a signed plan, of this test's own."""
    return write_releases(tmp_path / "work")
