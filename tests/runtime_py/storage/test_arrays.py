"""Arrays from `.npz` files: the wanted kinds, and one `ValueError` for every damage."""

from pathlib import Path

import numpy as np
import pytest

from skinseg_mobile.runtime_py.storage.arrays import read_arrays

KINDS = {"ids": ("U", 1), "maps": ("f4", 3)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    maps = np.random.default_rng(0).uniform(0, 1, (2, 5, 6)).astype(np.float32)
    np.savez_compressed(tmp_path / "a.npz", ids=np.array(["a", "b"]), maps=maps, more=np.arange(3))
    return tmp_path / "a.npz"


def test_only_what_was_asked_for_is_read(file: Path) -> None:
    found = read_arrays(file, KINDS)
    assert found.keys() == KINDS.keys()
    assert found["ids"].tolist() == ["a", "b"]
    with np.load(file) as stored:
        np.testing.assert_array_equal(found["maps"], stored["maps"])


@pytest.mark.parametrize(
    ("kinds", "says"),
    [
        ({"maps": ("f8", 3)}, "maps must be f8 of 3 axes, it is f4 of 3"),
        ({"maps": ("f4", 2)}, "maps must be f4 of 2 axes, it is f4 of 3"),
        ({"ids": ("f4", 1)}, "ids must be f4 of 1 axes, it is U1 of 1"),
        ({"none": ("f4", 1)}, "none"),
    ],
)
def test_another_kind_is_named(file: Path, kinds: dict[str, tuple[str, int]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_arrays(file, kinds)


def test_byte_order_is_not_a_kind(tmp_path: Path) -> None:
    np.savez(tmp_path / "big.npz", maps=np.ones((1, 1, 1), ">f4"))
    assert read_arrays(tmp_path / "big.npz", {"maps": ("f4", 3)})["maps"].item() == 1


def test_a_pickled_object_is_never_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "bad.npz", maps=np.array([{"a": 1}], object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read_arrays(tmp_path / "bad.npz", {"maps": ("O", 1)})


def test_every_damage_is_a_value_error_or_none(file: Path) -> None:
    whole = file.read_bytes()
    rng = np.random.default_rng(1)
    failed = 0
    for at in rng.integers(0, len(whole), 150):
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        file.write_bytes(broken)
        try:
            assert read_arrays(file, KINDS)["maps"].shape == (2, 5, 6)
        except ValueError:
            failed += 1
    assert failed > 75
    file.write_bytes(whole[:-30])
    with pytest.raises(ValueError, match=r"zip|File|end record"):
        read_arrays(file, KINDS)
