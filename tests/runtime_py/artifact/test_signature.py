"""Signing: the right key and no other, and OpenSSL's own file formats."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which

import pytest

from skinseg_mobile.runtime_py.artifact.checksums import SEAL, SIGNATURE
from skinseg_mobile.runtime_py.artifact.manifest import MANIFEST, read_manifest
from skinseg_mobile.runtime_py.artifact.signature import KeyKind, keygen, read_key
from skinseg_mobile.runtime_py.errors import InputError
from tests.dark import edit_manifest
from tests.refused import Refused, Run, tree


@pytest.fixture
def signed(run: Run, dark: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`dark`, signed with `key`; `other` is a key that signed nothing."""
    monkeypatch.chdir(tmp_path)
    for key in ("key", "other"):
        assert run("keygen", key)[0] == 0
    code, out, err = run("sign", "dark", "--key", "key")
    assert (code, err) == (0, "")
    assert "skinseg-mobile verify dark --key key.pub" in out
    return dark


def test_the_right_key(run: Run, signed: Path) -> None:
    assert run("verify", "dark", "--key", "key.pub")[:2] == (
        0,
        "dark is whole; 3 files, signature valid for key.pub\n",
    )
    assert "signature not checked: no --key" in run("verify", "dark")[1]
    assert read_manifest(signed).name == "dark"
    assert stat.S_IMODE(Path("key").stat().st_mode) == 0o600


def test_another_key(run: Run, signed: Path) -> None:
    code, out, err = run("verify", signed, "--key", "other.pub")
    assert (code, err) == (1, "")
    assert out.startswith("manifest.sig: not signed with this key\n")


def test_no_signature(run: Run, dark: Path, tmp_path: Path) -> None:
    run("keygen", tmp_path / "key")
    code, out, err = run("verify", dark, "--key", tmp_path / "key.pub")
    assert (code, err) == (1, "")
    assert out.startswith("manifest.sig: not signed\n")
    code, out, err = run("verify", dark, "--key", tmp_path / "nowhere.pub")
    assert (code, out) == (2, "")
    assert "nowhere.pub" in err


@pytest.mark.parametrize("content", [b"", b"0" * 64, b"0" * 63, b"0" * 1000])
def test_a_signature_cut_or_replaced_and_sealed_anew(
    run: Run, signed: Path, content: bytes
) -> None:
    (signed / SIGNATURE).write_bytes(content)
    edit_manifest(signed)
    code, out, err = run("verify", signed, "--key", "key.pub")
    assert (code, err) == (1, "")
    assert out.startswith("manifest.sig: not signed with this key\n")


def test_a_manifest_changed_and_sealed_anew(run: Run, signed: Path) -> None:
    edit_manifest(signed, threshold=0.6)
    assert run("verify", signed)[0] == 0  # a seal alone is no signature
    assert run("verify", signed, "--key", "key.pub")[0] == 1


def test_a_signature_taken_away(run: Run, signed: Path) -> None:
    (signed / SIGNATURE).unlink()
    assert run("verify", signed)[0] == 1


def test_a_damaged_artefact_is_not_signed(refused: Refused, run: Run, dark: Path) -> None:
    run("keygen", "key")
    (dark / "notes.txt").write_text("x")
    assert "dark/notes.txt is not listed" in refused("sign", "dark", "--key", "key")


def test_signing_twice(refused: Refused, signed: Path) -> None:
    assert f"dark/{SIGNATURE} already exists" in refused("sign", "dark", "--key", "other")


@pytest.mark.parametrize("key", ["a.png", "nowhere", "key.pub", "rsa"])
def test_what_is_no_private_key(refused: Refused, run: Run, dark: Path, key: str) -> None:
    run("keygen", "key")
    write_rsa(Path("rsa"))
    wrong = "does not exist" if key == "nowhere" else "is not a private Ed25519 key"
    assert f"{key} {wrong}" in refused("sign", "dark", "--key", key)


@pytest.mark.parametrize("key", ["a.png", "nowhere", "key", "rsa"])
def test_what_is_no_public_key(refused: Refused, run: Run, signed: Path, key: str) -> None:
    write_rsa(Path("rsa"))
    wrong = "does not exist" if key == "nowhere" else "is not a public Ed25519 key"
    assert f"{key} {wrong}" in refused("verify", "dark", "--key", key)


def test_keys_are_never_overwritten(refused: Refused, run: Run, tmp_path: Path) -> None:
    assert run("keygen", "key")[0] == 0
    assert "key already exists" in refused("keygen", "key")
    (tmp_path / "key").unlink()
    assert "key.pub already exists" in refused("keygen", "key")


def test_a_private_key_alone_gets_its_public_key(run: Run, signed: Path) -> None:
    """As a kill between the two files leaves it."""
    public = Path("key.pub").read_bytes()
    Path("key.pub").unlink()
    assert run("keygen", "key")[0] == 0
    assert Path("key.pub").read_bytes() == public
    assert run("verify", "dark", "--key", "key.pub")[0] == 0


def test_a_public_key_that_cannot_be_written_takes_the_private_one_with_it(
    refused: Refused, tmp_path: Path
) -> None:
    """Its name with the temporary one's is longer than a file system takes."""
    assert "could not be written (File name too long)" in refused("keygen", "k" * 240)


def test_a_signature_that_a_kill_left_unsealed_is_made_anew(run: Run, signed: Path) -> None:
    seal = signed / SEAL
    whole = tree(signed)
    seal.write_text(seal.read_text().splitlines(keepends=True)[0])
    (signed.parent / ".dark-0123abcd.tmp").mkdir()
    assert run("verify", "dark")[1].startswith("manifest.sig: not listed\n")
    assert run("sign", "dark", "--key", "key")[0] == 0
    assert tree(signed) == whole
    assert not list(signed.parent.glob(".*"))


@contextmanager
def small_disk(folder: Path) -> Generator[Path]:
    """Mount a disk of 400 kB, which needs an administrator."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("not run: no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(which("mount") is None, reason="not run: no disk can be mounted here")
@pytest.mark.parametrize("pages", [0, 1])
def test_a_full_disk_changes_nothing(run: Run, signed: Path, tmp_path: Path, pages: int) -> None:
    with small_disk(tmp_path / "disk") as disk:
        shutil.copytree(signed, disk / "dark")
        (disk / "dark" / SIGNATURE).unlink()
        seal = disk / "dark" / SEAL
        seal.write_text(seal.read_text().splitlines(keepends=True)[0])
        with suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        os.truncate(disk / "filler", (disk / "filler").stat().st_size - 4096 * pages)
        before = tree(disk)
        for command in (("sign", disk / "dark", "--key", "key"), ("keygen", disk / "key")):
            code, out, err = run(*command)
            assert (code, out) == (2, "")
            assert "could not be written (No space left on device). Free disk space" in err
            assert tree(disk) == before
        (disk / "filler").unlink()
        assert run("sign", disk / "dark", "--key", "key")[0] == 0
        assert run("verify", disk / "dark", "--key", "key.pub")[0] == 0


@pytest.mark.skipif(which("openssl") is None, reason="openssl is not here")
def test_openssl_agrees(signed: Path) -> None:
    command = "openssl pkeyutl -verify -pubin -rawin -inkey"
    files = ["-in", signed / MANIFEST, "-sigfile", signed / SIGNATURE]
    for key, code in (("key.pub", 0), ("other.pub", 1)):
        found = subprocess.run([*command.split(), key, *files], capture_output=True, check=False)
        assert found.returncode == code


def test_without_the_extra(dark: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['cryptography'] = None; import skinseg_cli; skinseg_cli.main()"
    command = [sys.executable, "-c", code, "keygen", str(tmp_path / "key")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert "pip install 'skinseg-mobile[sign]'" in found.stderr
    assert found.stderr.count("\n") == 1


def write_rsa(path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = generate_private_key(65537, 1024 * 2)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def test_a_key_for_dossiers_is_p256(tmp_path: Path, run: Run) -> None:
    assert run("keygen", tmp_path / "key", "--kind", "p256")[0] == 0
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    key = read_key(tmp_path / "key.pub", "public", KeyKind.P256)
    assert key.curve.name == "secp256r1"
    for half, path in (("private", tmp_path / "key"), ("public", tmp_path / "key.pub")):
        with pytest.raises(InputError, match=f"not a {half} Ed25519 key"):
            read_key(path, half)
    (tmp_path / "key.pub").unlink()
    assert keygen(tmp_path / "key", KeyKind.P256).read_bytes()  # of the same private key
    assert read_key(tmp_path / "key.pub", "public", KeyKind.P256) == key
