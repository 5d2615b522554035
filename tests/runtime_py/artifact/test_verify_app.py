"""`verify app --against artefact`: the model under any name, and no archive does any harm."""

import io
import json
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.runtime_py.artifact import app_archive
from skinseg_mobile.runtime_py.artifact.manifest import GOLDEN, MANIFEST
from skinseg_mobile.runtime_py.artifact.verify_app import GRAPH, OTHERS, verify_app
from skinseg_mobile.runtime_py.errors import InputError, NotRunError
from skinseg_mobile.runtime_py.targets import TARGETS
from skinseg_mobile.runtime_py.vendors import vendor
from tests.apps import AAB, APK, IPA, compiled, files_below, write_app
from tests.damage import damaged_copies
from tests.dark import MODEL, edit_manifest, hash_anew, write_dark
from tests.refused import Refused, Run
from tests.sealed import as_asset, as_package

PACKAGE = TARGETS["coreml"].file
WEIGHTS = TARGETS["coreml"].weights
BUNDLE = "Payload/Skin.app"


@pytest.fixture
def model(dark: Path) -> bytes:
    return (dark / MODEL).read_bytes()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("app", "layout", "name"),
    [
        ("a.apk", APK, "assets/model.onnx"),
        ("a.apk", APK, "res/raw/lesion"),
        ("a.aab", AAB, "base/assets/models/v3.bin"),
        ("a.ipa", IPA, f"{BUNDLE}/Resources/net.dat"),
    ],
)
def test_the_model_under_any_name(
    run: Run,
    dark: Path,
    model: bytes,
    tmp_path: Path,
    app: str,
    layout: Any,
    name: str,
    method: int,
) -> None:
    path = write_app(tmp_path / app, layout, {name: model}, method)
    code, out, err = run("verify", path, "--against", dark)
    assert (code, err) == (0, "")
    assert f"{app} holds the model of dark (onnx fp32)" in out
    assert "not compared" not in out
    found = verify_app(path, dark)
    assert [m.member for m in found.models] == [name]
    assert found.same == (MODEL,)


def test_another_model_is_named(run: Run, dark: Path, model: bytes, tmp_path: Path) -> None:
    """What lies there is recognised when it is the model of an artefact beside the right one."""
    older = write_dark(tmp_path / "older")
    (older / MODEL).write_bytes(model + b"\x00")
    edit_manifest(older, name="older")
    hash_anew(older)
    path = write_app(tmp_path / "a.apk", APK, {"assets/model.onnx": model + b"\x00"})
    code, out, err = run("verify", path, "--against", dark)
    assert (code, err) == (1, "")
    assert out.strip().splitlines()[-1] == (
        "a.apk does not hold the model of dark (onnx fp32); it holds assets/model.onnx"
        " (older (onnx fp32))"
    )
    assert run("verify", path, "--against", older)[0] == 0


@pytest.mark.parametrize("at", [0, 100, -1])
def test_one_byte_changed(dark: Path, model: bytes, tmp_path: Path, at: int) -> None:
    changed = bytearray(model)
    changed[at] ^= 1
    found = verify_app(write_app(tmp_path / "a.apk", APK, {"x": bytes(changed)}), dark)
    assert not found.is_same
    assert [m.known for m in found.models] == [None]


def test_no_model(run: Run, dark: Path, tmp_path: Path) -> None:
    path = write_app(tmp_path / "a.apk", APK, {})
    code, out, _ = run("verify", path, "--against", dark)
    assert code == 1
    assert "it holds no model file" in out
    code, out, _ = run("verify", path, "--against", dark, "--json")
    assert (code, json.loads(out)["models"]) == (1, [])


def test_other_models_are_listed(dark: Path, model: bytes, tmp_path: Path) -> None:
    files = {"assets/a.tflite": b"face", "assets/model.onnx": model}
    found = verify_app(write_app(tmp_path / "a.apk", APK, files), dark)
    assert found.is_same
    assert [m.member for m in found.models] == ["assets/model.onnx", "assets/a.tflite"]
    assert found.not_compared == (OTHERS,)


TFLITE = b"\x1c\0\0\0TFL3" + bytes(90)
MODELS: dict[str, tuple[bytes, str]] = {
    "assets/MODEL.TFLITE": (TFLITE, "TFLite"),
    "assets/face": (TFLITE, "TFLite"),
    "res/raw/a.png": (b"\x18\0\0\0ORTM" + bytes(90), "ONNX Runtime"),
    "lib/x86/libnet.so": (b"\x18\0\0\0ET12" + bytes(90), "ExecuTorch"),
    "assets/words.bin": (b"GGUF\3\0\0\0" + bytes(90), "GGUF"),
    "assets/weights": (bytes(64) + b"\xef\xbe\xad\xde" + bytes(90), "Core ML weights"),
    "assets/w.dat": (b"\x40\0\0\0\0\0\0\0" + b'{"a":{}}' + bytes(90), "safetensors"),
}


def another_onnx(model: bytes) -> bytes:
    """The same net by a producer with a long name."""
    onnx: Any = vendor("onnx", "export")
    other = onnx.load_from_string(model)
    other.producer_name, other.doc_string = "another" * 100, "notes " * 100
    return other.SerializeToString()


@pytest.mark.parametrize("name", MODELS)
def test_a_stale_model_under_any_name_is_listed(
    run: Run, dark: Path, model: bytes, tmp_path: Path, name: str
) -> None:
    content, kind = MODELS[name]
    path = write_app(tmp_path / "a.apk", APK, {name: content, "assets/right.onnx": model})
    found = verify_app(path, dark)
    assert [(m.member, m.kind) for m in found.models] == [
        ("assets/right.onnx", "ONNX"), (name, kind),
    ]  # fmt: skip
    assert (found.is_same, found.is_alone, found.others) == (True, False, (name,))
    assert run("verify", path, "--against", dark)[0] == 0
    code, out, err = run("verify", path, "--against", dark, "--only")
    assert (code, err) == (1, "")
    assert f"--only: {path} also holds {name}" in out


def test_another_onnx_file_is_known_by_its_content(
    dark: Path, model: bytes, tmp_path: Path
) -> None:
    files = {"assets/right": model, "assets/notes.txt": another_onnx(model)}
    found = verify_app(write_app(tmp_path / "a.apk", APK, files), dark)
    assert found.others == ("assets/notes.txt",)


@pytest.mark.parametrize("layout", [APK, AAB, IPA])
def test_what_every_app_holds_is_no_model(
    run: Run, dark: Path, model: bytes, tmp_path: Path, layout: Any
) -> None:
    files = {"assets/a.txt": b"plain text, " * 50, "assets/b.json": b'{"a": 1}', "assets/c": b""}
    path = write_app(tmp_path / "a.apk", layout, {**files, "assets/model.onnx": model})
    assert run("verify", path, "--against", dark, "--only")[0] == 0


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("app", "outer", "inner"),
    [
        ("a.apks", "splits/base-master.apk", "assets/model.onnx"),
        ("a.xapk", "com.example.apk", "assets/model.onnx"),
        ("a.apk", "assets/bundle.task", "net"),
    ],
)
def test_archives_in_archives(
    run: Run,
    dark: Path,
    model: bytes,
    tmp_path: Path,
    app: str,
    outer: str,
    inner: str,
    method: int,
) -> None:
    path = write_app(tmp_path / app, {}, {outer: zipped({inner: model}, method), "toc.pb": b"x"})
    found = verify_app(path, dark)
    assert [m.member for m in found.models] == [f"{outer}!/{inner}"]
    assert run("verify", path, "--against", dark, "--only")[0] == 0
    files = {outer: zipped({inner: model, "old": TFLITE}, method)}
    path = write_app(tmp_path / app, {}, files)
    assert run("verify", path, "--against", dark)[0] == 0
    assert run("verify", path, "--against", dark, "--only")[0] == 1


def test_a_model_two_archives_deep(dark: Path, model: bytes, tmp_path: Path) -> None:
    task = zipped({"segmenter.tflite": TFLITE})
    apk = zipped({"assets/net.task": task, "assets/model.onnx": model})
    found = verify_app(write_app(tmp_path / "a.apks", {}, {"base.apk": apk}), dark)
    assert found.others == ("base.apk!/assets/net.task!/segmenter.tflite",)


def encrypted(content: bytes) -> bytes:
    locked = bytearray(content)
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(locked)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (encrypted(zipped({"a": b"b"})), "'a' is encrypted"),
        (zipped({"a": b"b"})[:-9], "it has no end record"),
        (zipped({"../a": b"b"}), "'../a' points outside the app"),
    ],
    ids=["encrypted", "cut", "leaving"],
)
def test_an_archive_that_cannot_be_read_is_named(
    run: Run, dark: Path, model: bytes, tmp_path: Path, content: bytes, why: str
) -> None:
    path = write_app(tmp_path / "a.apk", APK, {"assets/x.zip": content, "m": model})
    code, out, _ = run("verify", path, "--against", dark)
    assert code == 0
    assert f"not compared: the archive assets/x.zip ({why})" in out
    assert run("verify", path, "--against", dark, "--only")[0] == 1


def test_archives_without_an_end(dark: Path, model: bytes, tmp_path: Path) -> None:
    content = zipped({"a": b"b"})
    for _ in range(20):
        content = zipped({"a.zip": content})
    files = {"x.zip": content, "m": model, **{f"{n}.zip": zipped({}) for n in range(500)}}
    found = verify_app(write_app(tmp_path / "a.apk", APK, files), dark)
    assert found.is_same
    assert any("too many archives in archives" in what for what in found.not_compared)


def test_a_zip_bomb_in_an_archive(
    dark: Path, model: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_archive, "READ_BYTES", 1 << 20)
    inner = zipped({f"{n}.tflite": bytes(400_000) for n in range(3)})
    path = write_app(tmp_path / "a.apk", APK, {"x.apk": zipped({"y.apk": inner}), "m": model})
    with pytest.raises(InputError, match="zip bomb"):
        verify_app(path, dark)


def test_core_ml_without_weights_is_listed(dark: Path, model: bytes, tmp_path: Path) -> None:
    folder = f"{BUNDLE}/Old.mlmodelc"
    files = {f"{folder}/coremldata.bin": bytes(40), f"{folder}/model.mil": b"program", "m": model}
    found = verify_app(write_app(tmp_path / "a.ipa", IPA, files), dark)
    assert found.others == (f"{folder}/coremldata.bin",)


def test_only_is_for_apps(refused: Refused, dark: Path) -> None:
    assert "--only is for apps" in refused("verify", "dark", "--only")


def test_a_whole_artefact_in_an_app(dark: Path, tmp_path: Path) -> None:
    files = files_below(dark, "assets/skin/")
    found = verify_app(write_app(tmp_path / "a.apk", APK, files), dark)
    assert found.is_same
    assert set(found.same) == {MODEL, MANIFEST, GOLDEN, "manifest.sha256"}
    files[f"assets/skin/{MANIFEST}"] = files[f"assets/skin/{MANIFEST}"].replace(b"0.5", b"0.3")
    files[f"assets/{MANIFEST}"] = b"another's"
    found = verify_app(write_app(tmp_path / "a.apk", APK, files), dark)
    assert not found.is_same
    assert found.differing == (f"assets/skin/{MANIFEST}",)
    assert f"with other files: assets/skin/{MANIFEST}" in found.sentence


def test_compiled_core_ml(run: Run, dark: Path, tmp_path: Path) -> None:
    weights = (as_package(dark) / PACKAGE / WEIGHTS).read_bytes()
    path = write_app(tmp_path / "a.ipa", IPA, compiled(f"{BUNDLE}/Lesion.mlmodelc", weights))
    code, out, _ = run("verify", path, "--against", dark)
    assert code == 0
    assert f"not compared: {GRAPH}" in out
    other = compiled(f"{BUNDLE}/Lesion.mlmodelc", weights[:-1] + b"?")
    path = write_app(tmp_path / "b.ipa", IPA, other)
    code, out, _ = run("verify", path, "--against", dark)
    assert code == 1
    assert f"{BUNDLE}/Lesion.mlmodelc/weights/weight.bin (" in out


def test_compiled_core_ml_beside_its_manifest(dark: Path, tmp_path: Path) -> None:
    weights = (as_package(dark) / PACKAGE / WEIGHTS).read_bytes()
    files = compiled(f"{BUNDLE}/Lesion.mlmodelc", weights)
    files[f"{BUNDLE}/{MANIFEST}"] = b"{}"
    found = verify_app(write_app(tmp_path / "a.ipa", IPA, files), dark)
    assert found.differing == (f"{BUNDLE}/{MANIFEST}",)


def test_a_core_ml_package_is_compared_whole(dark: Path, tmp_path: Path) -> None:
    files = files_below(as_package(dark) / PACKAGE, f"{BUNDLE}/Lesion.mlpackage/")
    found = verify_app(write_app(tmp_path / "a.ipa", IPA, files), dark)
    assert found.is_same
    assert found.not_compared == ()
    graph = f"{BUNDLE}/Lesion.mlpackage/Data/com.apple.CoreML/model.mlmodel"
    found = verify_app(write_app(tmp_path / "b.ipa", IPA, {**files, graph: b"other"}), dark)
    assert found.differing == (graph,)
    del files[graph]
    found = verify_app(write_app(tmp_path / "c.ipa", IPA, files), dark)
    assert found.differing == (graph,)


def test_a_core_ai_asset_is_compared_whole(dark: Path, tmp_path: Path) -> None:
    asset = f"{BUNDLE}/Lesion.aimodel"
    files = files_below(as_asset(dark) / TARGETS["coreai"].file, f"{asset}/")
    found = verify_app(write_app(tmp_path / "a.ipa", IPA, files), dark)
    assert found.is_alone
    assert found.not_compared == ()
    assert [(m.member, m.kind) for m in found.models] == [(f"{asset}/main.mlirb", "Core AI")]
    changed = {**files, f"{asset}/metadata.json": b"other"}
    found = verify_app(write_app(tmp_path / "b.ipa", IPA, changed), dark)
    assert found.differing == (f"{asset}/metadata.json",)
    other = {**files, f"{asset}/main.mlirb": b"another program"}
    found = verify_app(write_app(tmp_path / "c.ipa", IPA, other), dark)
    assert not found.is_same
    assert found.others == (f"{asset}/main.mlirb",)


def test_a_package_without_weights_is_not_run(dark: Path, tmp_path: Path) -> None:
    (as_package(dark) / PACKAGE / WEIGHTS).unlink()
    hash_anew(dark)
    with pytest.raises(NotRunError, match=r"has no .*weight\.bin, so no model could be compared"):
        verify_app(write_app(tmp_path / "a.ipa", IPA, {}), dark)


def test_against_must_be_whole(refused: Refused, dark: Path, model: bytes, tmp_path: Path) -> None:
    write_app(tmp_path / "a.apk", APK, {"x": model})
    (dark / "notes.txt").write_text("x")
    assert "dark/notes.txt is not listed" in refused("verify", "a.apk", "--against", "dark")


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 9, b"PK\x05\x06" + bytes(17)])
def test_no_archive(refused: Refused, dark: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.apk").write_bytes(content)
    assert "a.apk is not an app that can be read" in refused("verify", "a.apk", "--against", "dark")


def test_a_cut_archive(refused: Refused, dark: Path, model: bytes, tmp_path: Path) -> None:
    path = write_app(tmp_path / "a.apk", APK, {"x": model})
    content = path.read_bytes()
    path.write_bytes(content[:-30])
    assert "a.apk is not an app" in refused("verify", "a.apk", "--against", "dark")


@pytest.mark.parametrize("name", ["../model.onnx", "/etc/model.onnx", "a/../../x", "a\\b"])
def test_names_that_leave_the_archive(
    refused: Refused, dark: Path, model: bytes, tmp_path: Path, name: str
) -> None:
    write_app(tmp_path / "a.apk", APK, {name: model})
    assert f"({name!r} points outside the app)" in refused("verify", "a.apk", "--against", "dark")


def test_a_name_that_comes_twice(refused: Refused, dark: Path, model: bytes) -> None:
    """Readers differ in which of the two they take."""
    with zipfile.ZipFile("a.apk", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("assets/model.onnx", model)
        archive.writestr("assets/model.onnx", b"another")
    assert "('assets/model.onnx' comes twice)" in refused("verify", "a.apk", "--against", "dark")


def test_an_encrypted_member(refused: Refused, dark: Path, model: bytes, tmp_path: Path) -> None:
    path = write_app(tmp_path / "a.apk", APK, {"x": model})
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    assert "('x' is encrypted)" in refused("verify", "a.apk", "--against", "dark")


def test_a_method_that_phones_do_not_know(
    refused: Refused, dark: Path, model: bytes, tmp_path: Path
) -> None:
    write_app(tmp_path / "a.apk", APK, {"x": model}, zipfile.ZIP_LZMA)
    assert "' is neither stored nor deflated)" in refused("verify", "a.apk", "--against", "dark")


def test_a_thousand_damaged_archives(dark: Path, model: bytes, tmp_path: Path) -> None:
    """Each is refused in a sentence or read; what is called the model is the model."""
    content = write_app(tmp_path / "a.apk", APK, {"assets/x": model}).read_bytes()
    path, sentences = tmp_path / "b.apk", list[str]()
    for damaged in damaged_copies(content, flips=1000):
        path.write_bytes(damaged)
        try:
            found = verify_app(path, dark)
        except InputError as error:
            sentences.append(str(error))
            continue
        if found.is_same:
            with zipfile.ZipFile(path) as archive:
                assert archive.read(found.models[0].member) == model
    assert sentences
    assert not any("\n" in sentence for sentence in sentences)


def test_a_member_whose_bytes_are_damaged(
    refused: Refused, dark: Path, model: bytes, tmp_path: Path
) -> None:
    path = write_app(tmp_path / "a.apk", {}, {"x": model}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    assert "x in a.apk could not be read (Bad CRC-32" in refused(
        "verify", "a.apk", "--against", "dark"
    )


def test_a_zip_bomb(
    dark: Path, model: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_archive, "READ_BYTES", 1 << 20)
    bomb = {f"assets/{n}.tflite": bytes(400_000) for n in range(3)}
    path = write_app(tmp_path / "a.apk", APK, {**bomb, "x": model})
    assert path.stat().st_size < 10_000
    with pytest.raises(InputError, match="zip bomb"):
        verify_app(path, dark)


@pytest.mark.parametrize("wide", [False, True])
def test_a_listing_that_would_fill_the_memory(
    refused: Refused, dark: Path, tmp_path: Path, *, wide: bool
) -> None:
    size = 0xFFFFFFFF if wide else 1 << 30
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, size, 0, 0)
    end_64 = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, 1 << 40, 0)
    (tmp_path / "a.apk").write_bytes((end_64 if wide else b"") + end)
    assert "its listing alone is" in refused("verify", "a.apk", "--against", "dark")
