"""Built apps as zip archives in the published layouts, around any files."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

Members = Mapping[str, bytes]
APK: Members = {
    "AndroidManifest.xml": b"\x03\x00\x08\x00",
    "classes.dex": b"dex\n035\x00" + bytes(500),
    "resources.arsc": bytes(100),
    "META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\n",
    "assets/": b"",
}
AAB: Members = {
    "BundleConfig.pb": b"\n\x08",
    "base/manifest/AndroidManifest.xml": b"\n\x08",
    "base/dex/classes.dex": b"dex\n035\x00" + bytes(500),
}
IPA: Members = {
    "Payload/Skin.app/Info.plist": b"bplist00",
    "Payload/Skin.app/Skin": b"\xcf\xfa\xed\xfe" + bytes(500),
    "Payload/Skin.app/_CodeSignature/CodeResources": b"<plist/>",
}


def write_app(
    path: Path, layout: Members, files: Members, method: int = zipfile.ZIP_DEFLATED
) -> Path:
    """Write an app that holds `files` beside what every such app holds."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in {**layout, **files}.items():
            archive.writestr(name, content)
    return path


def compiled(folder: str, weights: bytes) -> dict[str, bytes]:
    """Return the files that Xcode makes of an ML Program package."""
    return {
        f"{folder}/coremldata.bin": bytes(40),
        f"{folder}/model.mil": b"program(1.0)",
        f"{folder}/metadata.json": b"[]",
        f"{folder}/analytics/coremldata.bin": bytes(20),
        f"{folder}/weights/weight.bin": weights,
    }


def files_below(folder: Path, at: str) -> dict[str, bytes]:
    """Return a folder's files under the names that they get inside an app."""
    return {
        f"{at}{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
