"""What is served, where, with which headers; what is not; and sentences for what cannot be."""

import json
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from skinseg_cli.look.site_server import site_server
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.bench.memory import forget_peak, peak_bytes
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


def test_an_address_that_is_none(dark: Path) -> None:
    with running(dark) as server, connected(server) as link:
        link.sendall(b"GET http://[/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 404 " in link.recv(100)


def test_nobody_posts(dark: Path) -> None:
    with running(dark) as server, pytest.raises(HTTPError, match="404"):
        urlopen(f"http://127.0.0.1:{server.server_address[1]}/jobs/answer", data=b"x")


def test_a_port_that_is_taken(dark: Path, refused: Refused) -> None:
    with running(dark) as server:
        port = server.server_address[1]
        words = f"The port {port} cannot be used"
        assert words in refused("serve", dark, "--port", port)


def test_what_no_browser_runs(dark: Path, refused: Refused) -> None:
    as_coreml(dark)
    assert "Name an artefact of onnx or tflite." in refused("serve", dark)
    assert "neither a folder nor a packaged net" in refused("serve", "nowhere")


@pytest.mark.slow
def test_what_the_app_refuses(refused: Refused, artefacts: dict[str, Path]) -> None:
    assert "takes no int8 inputs" in refused("serve", artefacts["tflite-int8-io"])
    assert "Name an artefact of onnx or tflite." in refused("serve", artefacts["coreml-fp16"])


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
    with pytest.raises(InputError, match="bytes, manifest"), site_server([dark]):
        pass


def connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.server_address[1]))


def ask(server: Server, address: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Return the status and the body of a request; a refusal is no exception."""
    url = server.url.replace("localhost", "127.0.0.1") + address
    request = Request(url, method=method, headers={k.capitalize(): v for k, v in headers.items()})
    try:
        with urlopen(request) as response:
            return response.status, response.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200), ("LOCALHOST:8000", 200), ("127.0.0.1:9000", 200),
        ("evil.example", 421), ("evil.example:8000", 421), ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421), ("", 421), ("[::1", 421),
    ],
)  # fmt: skip
def test_other_hosts_are_refused(dark: Path, host: str, status: int) -> None:
    """A page elsewhere may let its own name point to this machine (DNS rebinding)."""
    with running(dark) as server:
        for method in ("GET", "HEAD", "POST"):
            wanted = 404 if (method, status) == ("POST", 200) else status
            assert ask(server, "artefacts/0/manifest.json", method, host=host)[0] == wanted


def test_head_sends_headers_alone(dark: Path) -> None:
    with running(dark) as server:
        assert ask(server, "artefacts/0/model.onnx", "HEAD") == (200, b"")
        assert ask(server, "nothing", "HEAD")[0] == 404
        with connected(server) as browser:
            browser.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: browser.recv(4096), b""))
        assert answer.endswith(b"\r\n\r\n")
        assert b"Content-Length: 14\r\n" in answer


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, slice(0, 1)), ("bytes=2-5", 206, slice(2, 6)),
        ("bytes=5-", 206, slice(5, None)), ("bytes=-3", 206, slice(-3, None)),
        ("bytes=10-999", 206, slice(10, None)), ("bytes=-999", 200, slice(None)),
        ("bytes=0-", 200, slice(None)), ("bytes=14-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)), ("bytes=5-2", 416, slice(0, 0)),
        ("bytes=0-1,3-4", 200, slice(None)), ("lines=1-2", 200, slice(None)),
        ("bytes=-", 200, slice(None)), ("bytes=" + "9" * 99 + "-", 200, slice(None)),
    ],
)  # fmt: skip
def test_ranges(dark: Path, asked: str, status: int, part: slice) -> None:
    with running(dark) as server:
        assert ask(server, "", range=asked) == (status, b"<p>the app</p>"[part])


def test_a_file_changed_since_its_check_is_not_served(dark: Path) -> None:
    with running(dark) as server:
        assert ask(server, "artefacts/0/model.onnx")[0] == 200
        content = (dark / "model.onnx").read_bytes()
        (dark / "model.onnx").write_bytes(content[:-1] + b"\0")
        (dark / "golden.npz").rename(dark / "old.npz")
        (dark / "golden.npz").write_bytes((dark / "old.npz").read_bytes())
        for name in ("model.onnx", "golden.npz", "old.npz"):
            assert ask(server, f"artefacts/0/{name}")[0] == 404
        assert ask(server, "artefacts/0/manifest.json")[0] == 200


def test_a_file_that_changes_while_it_is_sent_breaks_off(dark: Path, app: Path) -> None:
    size = 20_000_000
    (app / "large.bin").write_bytes(bytes(size))
    with running(dark) as server, urlopen(f"{server.url}large.bin") as response:
        found = response.read(1000)
        (app / "large.bin").write_bytes(b"\1" * size)
        with pytest.raises(Exception, match=r"IncompleteRead|reset"):
            found += response.read()
        assert b"\1" not in found


def test_readers_that_stall_cost_no_memory_and_are_let_go(
    dark: Path, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (app / "large.bin").write_bytes(bytes(50_000_000))
    with running(dark) as server:
        monkeypatch.setattr(server.RequestHandlerClass, "timeout", 1.0)
        forget_peak()
        before = peak_bytes() or 0
        stalled = [connected(server) for _ in range(20)]
        for browser in stalled:
            browser.sendall(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        silent = connected(server)
        deadline = time.monotonic() + 30
        while threading.active_count() > 3 and time.monotonic() < deadline:
            time.sleep(0.1)
        grown = (peak_bytes() or 0) - before
        assert silent.recv(1) == b""
        assert ask(server, "")[0] == 200
        for browser in (*stalled, silent):
            browser.close()
    assert grown < 100_000_000  # each file held whole would be ten times that
