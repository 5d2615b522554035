"""What is served, where, with which headers; what is not; and sentences for what cannot be."""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from skinseg_cli.look.site_server import site_server
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.engines.load import find_artefact
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.web import site
from skinseg_mobile.runtime_py.web.server import Server
from tests.dark import as_coreml
from tests.refused import Refused

Run = Callable[..., tuple[int, str, str]]
Page = tuple[bytes, dict[str, str]]


@pytest.fixture(autouse=True)
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built app of two files, and a secret beside it."""
    folder = tmp_path / "built"
    (folder / "wasm").mkdir(parents=True)
    (folder / "index.html").write_text("<p>the app</p>")
    (folder / "wasm" / "engine.wasm").write_bytes(b"\0asm")
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    monkeypatch.setattr(site, "APP", folder)
    return folder


@contextmanager
def running(*artefacts: Path, isolated: bool = True) -> Generator[Server]:
    with site_server(artefacts, isolated=isolated) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def get(server: Server, address: str) -> Page:
    with urlopen(server.url.replace("localhost", "127.0.0.1") + address) as response:
        return response.read(), dict(response.headers)


def test_the_app_and_its_artefacts(dark: Path) -> None:
    with running(find_artefact(DEFAULT_NET), dark) as server:
        assert get(server, "")[0] == b"<p>the app</p>"
        assert get(server, "?a=b")[0] == b"<p>the app</p>"
        entries = json.loads(get(server, "artefacts.json")[0])
        assert [(e["base"], e["name"], e["target"], e["precision"]) for e in entries] == [
            ("artefacts/0/", "lean-isic2017", "tflite", "int8"),
            ("artefacts/1/", "dark", "onnx", "fp32"),
        ]
        for base, folder in (("artefacts/0/", find_artefact(DEFAULT_NET)), ("artefacts/1/", dark)):
            manifest = (folder / "manifest.json").read_bytes()
            assert get(server, f"{base}manifest.json")[0] == manifest
            ids = json.loads(get(server, f"{base}golden.json")[0])
            assert len(ids) > 0
            content, headers = get(server, f"{base}golden/{ids[0]}.png")
            assert content.startswith(b"\x89PNG")
            assert headers["Content-Type"] == "image/png"


def test_headers(dark: Path) -> None:
    with running(dark) as server:
        headers = get(server, "wasm/engine.wasm")[1]
    assert headers["Content-Type"] == "application/wasm"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    with running(dark, isolated=False) as server:
        headers = get(server, "")[1]
    assert not [name for name in headers if name.startswith("Cross-Origin-") and "Res" not in name]


@pytest.mark.parametrize(
    "address",
    [
        "../secret", "%2e%2e/secret", "link", "wasm", "wasm/", "nothing", "a%00b", "x" * 5000,
        "artefacts/0/../../../secret", "artefacts/0/%2e%2e/%2e%2e/secret",
        "artefacts/1/manifest.json", "jobs/next", "artefacts/0/golden/../../../secret",
        "//etc/passwd", "%2fetc/passwd",
    ],
)  # fmt: skip
def test_nothing_else_is_served(dark: Path, address: str) -> None:
    with running(dark) as server, pytest.raises(HTTPError, match="404"):
        get(server, address)


def test_nobody_posts(dark: Path) -> None:
    with running(dark) as server, pytest.raises(HTTPError, match="404"):
        urlopen(f"http://127.0.0.1:{server.server_address[1]}/jobs/answer", data=b"x")


def test_a_port_that_is_taken(dark: Path, refused: Refused) -> None:
    with running(dark) as server:
        port = server.server_address[1]
        words = f"a port must be free and yours, {port} is not"
        assert words in refused("serve", dark, "--port", port)


def test_what_no_browser_runs(dark: Path, refused: Refused) -> None:
    as_coreml(dark)
    assert "a browser runs onnx and tflite artefacts" in refused("serve", dark)
    assert "an artefact is a folder" in refused("serve", "nowhere")


def test_without_the_built_app(run: Run, app: Path, dark: Path) -> None:
    (app / "index.html").unlink()
    code, out, err = run("serve", dark)
    assert (code, out, err) == (3, "", "Not run: the web app is not built; run: make web\n")


def test_golden_images_go_with_the_server(dark: Path) -> None:
    with running(dark) as server:
        golden = server.site.folders["artefacts/0/golden/"]
        assert golden.is_dir()
    assert not golden.exists()


def test_an_artefact_is_checked_first(dark: Path) -> None:
    (dark / "model.onnx").write_bytes(b"another")
    with pytest.raises(InputError, match="does not have the hash"), site_server([dark]):
        pass
