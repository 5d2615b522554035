"""Downloads, against a server in this process: dropped, continued, changed, missing, too large."""

import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.data.download import RECORD, Part, download_isic2017, parts_named
from skinseg_mobile.train.data.fetch import Patience
from tests.refused import Refused

HASTY = Patience(attempts=3, first_wait_s=0.0, timeout_s=5.0)
DATA = "ISIC-2017_Validation_Data.zip"
PART = (Part.VALIDATION,)


@dataclass
class Archives:
    """What the server holds and how it behaves; `asked` are (name, Range) as they came."""

    files: dict[str, bytes]
    base: str = ""
    etag: str = '"one"'
    ranges: bool = True
    says_length: bool = True
    claims: int = 0
    """Added to the length that is named."""
    statuses: list[int] = field(default_factory=list[int])
    """Answers to give first, instead of the file."""
    drops: list[int] = field(default_factory=list[int])
    """Bytes after which the next connections break."""
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def handler_of(archives: Archives) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, wanted = self.path.removeprefix("/2017/"), self.headers.get("Range", "")
            archives.asked.append((name, wanted))
            status = archives.statuses.pop(0) if archives.statuses else 200
            if status != 200 or name not in archives.files:
                return self.send_error(404 if status == 200 else status)
            content = archives.files[name]
            start = int(wanted[6:-1]) if wanted and archives.ranges else 0
            if start > len(content):
                return self.send_error(416)
            self.send_response(206 if start else 200)
            if start:
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}"
                )
            if archives.says_length:
                self.send_header("Content-Length", str(len(content) - start + archives.claims))
            self.send_header("ETag", archives.etag)
            self.end_headers()
            end = start + archives.drops.pop(0) if archives.drops else len(content)
            self.wfile.write(content[start:end])

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def zipped(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, hashlib.shake_128(name.encode()).digest(size))
    return out.getvalue()


@pytest.fixture
def archives(monkeypatch: pytest.MonkeyPatch) -> Iterator[Archives]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    files = {
        DATA: zipped("data", 100_000),
        "ISIC-2017_Validation_Part1_GroundTruth.zip": zipped("truth", 5_000),
        "ISIC-2017_Validation_Part3_GroundTruth.csv": b"image_id,melanoma\n",
    }
    found = Archives(files)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(found))
    found.base = f"http://127.0.0.1:{server.server_port}/2017/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def download(archives: Archives, out: Path) -> list[str]:
    found = download_isic2017(out, PART, base=archives.base, patience=HASTY)
    return [download.sha256 for download in found]


def names(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


def whole(archives: Archives, out: Path) -> bool:
    """Whether every file is there as the server has it, and nothing else but the record."""
    same = all((out / name).read_bytes() == content for name, content in archives.files.items())
    return same and names(out) == sorted([*archives.files, RECORD])


def test_every_file_comes_whole_with_its_hash(archives: Archives, tmp_path: Path) -> None:
    hashes = download(archives, tmp_path / "new" / "out")
    out = tmp_path / "new" / "out"
    assert whole(archives, out)
    assert hashes == [hashlib.sha256(content).hexdigest() for content in archives.files.values()]
    record = json.loads((out / RECORD).read_text())
    assert [record[name]["sha256"] for name in archives.files] == hashes
    assert record[DATA]["url"] == archives.base + DATA
    assert (record[DATA]["bytes"], record[DATA]["etag"]) == (len(archives.files[DATA]), '"one"')


def test_what_is_there_is_not_fetched_again(archives: Archives, tmp_path: Path) -> None:
    first = download(archives, tmp_path)
    archives.asked.clear()
    assert download(archives, tmp_path) == first
    assert archives.asked == []


def test_dropped_connections_go_on_where_they_broke(archives: Archives, tmp_path: Path) -> None:
    archives.drops = [30_000, 1, 40_000]
    download(archives, tmp_path)
    assert whole(archives, tmp_path)
    ranges = [wanted for name, wanted in archives.asked if name == DATA]
    assert ranges == ["", "bytes=30000-", "bytes=30001-", "bytes=70001-"]


def test_a_busy_server_is_asked_again(archives: Archives, tmp_path: Path) -> None:
    archives.statuses = [503, 500]
    download(archives, tmp_path)
    assert whole(archives, tmp_path)


def test_a_lost_connection_is_taken_up_by_the_next_call(archives: Archives, tmp_path: Path) -> None:
    archives.drops = [20_000, 0, 0, 0]
    with pytest.raises(InputError, match=r"failed 3 times in a row .* continues at 20,000 bytes"):
        download(archives, tmp_path)
    assert names(tmp_path) == [f"{DATA}.part", f"{DATA}.part.json"]
    archives.asked.clear()
    download(archives, tmp_path)
    assert whole(archives, tmp_path)
    assert archives.asked[0] == (DATA, "bytes=20000-")


def test_no_server(archives: Archives, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=rf"connection to http://127.0.0.1:1/.*{DATA} failed 3 times"
    ):
        download_isic2017(tmp_path, PART, base="http://127.0.0.1:1/", patience=HASTY)
    assert archives.asked == []


def test_a_server_without_ranges_starts_over(archives: Archives, tmp_path: Path) -> None:
    archives.ranges = False
    archives.drops = [30_000]
    download(archives, tmp_path)
    assert whole(archives, tmp_path)


def test_a_server_that_names_no_length(archives: Archives, tmp_path: Path) -> None:
    archives.says_length = False
    download(archives, tmp_path)
    assert whole(archives, tmp_path)


@pytest.mark.parametrize("change", ["etag", "length"])
def test_a_changed_file_is_never_joined_to_the_old_part(
    archives: Archives, tmp_path: Path, change: str
) -> None:
    archives.drops = [20_000, 0, 0, 0]
    with pytest.raises(InputError, match="it continues at"):
        download(archives, tmp_path)
    if change == "etag":
        archives.etag = '"two"'
    archives.files[DATA] = zipped("other", 100_000 + (change == "length"))
    kept = (tmp_path / f"{DATA}.part").read_bytes()
    with pytest.raises(
        InputError, match=rf"{DATA} has changed since the download of .*\.part began"
    ):
        download(archives, tmp_path)
    assert (tmp_path / f"{DATA}.part").read_bytes() == kept
    (tmp_path / f"{DATA}.part").unlink()
    download(archives, tmp_path)
    assert whole(archives, tmp_path)


def test_a_file_that_shrank(archives: Archives, tmp_path: Path) -> None:
    archives.drops = [90_000, 0, 0, 0]
    with pytest.raises(InputError, match="it continues at"):
        download(archives, tmp_path)
    archives.files[DATA] = zipped("other", 50_000)
    with pytest.raises(InputError, match=r"answered 416 .*Delete the \.part"):
        download(archives, tmp_path)


def test_a_part_without_its_description_starts_over(archives: Archives, tmp_path: Path) -> None:
    (tmp_path / f"{DATA}.part").write_bytes(b"who knows what")
    download(archives, tmp_path)
    assert whole(archives, tmp_path)
    assert archives.asked[0] == (DATA, "")


def test_killed_after_the_last_byte(archives: Archives, tmp_path: Path) -> None:
    """The part is whole but has no name yet: it is not fetched again."""
    download(archives, tmp_path)
    description = {
        "url": archives.base + DATA, "length": len(archives.files[DATA]), "etag": '"one"',
        "last_modified": "",
    }  # fmt: skip
    (tmp_path / DATA).rename(tmp_path / f"{DATA}.part")
    (tmp_path / f"{DATA}.part.json").write_text(json.dumps(description))
    archives.asked.clear()
    download(archives, tmp_path)
    assert whole(archives, tmp_path)
    assert archives.asked == []


@pytest.mark.parametrize("status", [403, 404])
def test_a_missing_file(archives: Archives, tmp_path: Path, status: int) -> None:
    archives.statuses = [status]
    with pytest.raises(InputError, match=rf"{DATA} answered {status}"):
        download(archives, tmp_path)
    assert len(archives.asked) == 1
    assert names(tmp_path) == []


def test_a_page_instead_of_the_archive(archives: Archives, tmp_path: Path) -> None:
    archives.files[DATA] = b"<html>Please log in</html>"
    with pytest.raises(InputError, match=rf"{DATA} did not send the archive"):
        download(archives, tmp_path)
    assert DATA not in names(tmp_path)


def test_no_room_for_it(archives: Archives, tmp_path: Path) -> None:
    archives.claims = 10**15
    with pytest.raises(InputError, match=rf"{DATA} needs 1000000\.\d GB more, .* GB free"):
        download(archives, tmp_path)
    assert names(tmp_path) == []


def test_the_disk_fills_up_on_the_way(archives: Archives, tmp_path: Path) -> None:
    """A limit on the size of a file fails a write as a full disk does; then there is room again."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(InputError, match=r"\.part could not be written \(.*: it continues"):
            download(archives, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (tmp_path / f"{DATA}.part").stat().st_size == 50_000
    download(archives, tmp_path)
    assert whole(archives, tmp_path)
    assert (DATA, "bytes=50000-") in archives.asked


def test_a_file_that_was_changed_here(archives: Archives, tmp_path: Path) -> None:
    download(archives, tmp_path)
    (tmp_path / DATA).write_bytes(archives.files[DATA][:-1] + b"?")
    with pytest.raises(InputError, match=rf"{DATA} is not the file that {RECORD} describes"):
        download(archives, tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}', '{"a": {"name": 1}}'])
def test_a_damaged_record(archives: Archives, tmp_path: Path, content: str) -> None:
    (tmp_path / RECORD).write_text(content)
    with pytest.raises(InputError, match=re.escape(RECORD)):
        download(archives, tmp_path)
    assert archives.asked == []


def test_parts_are_chosen_by_name() -> None:
    assert parts_named("test, training") == (Part.TRAINING, Part.TEST)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("data download isic2018 out", "There is no download of 'isic2018'"),
        (
            "data download isic2017 out --part tset",
            "no --part 'tset'. Did you mean test? Choose one of training,",
        ),
        ("data download isic2017 file/out", "file/out could not be written"),
    ],
)
def test_what_cannot_be_downloaded(refused: Refused, line: str, words: str) -> None:
    """Refused before any connection is made."""
    Path("file").write_text("mine")
    assert words in refused(*line.split())
