"""The comparison of phone nets: whose file is read, what is counted, what the page says."""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from benchmarks import phone_nets_page
from benchmarks.phone_nets import Net, measure
from benchmarks.selfie import MEMBER, selfie
from skinseg_mobile.runtime_py.artifact.manifest import read_manifest
from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.bench.by_operation import by_operation
from skinseg_mobile.runtime_py.engines.load import find_artefact


def test_only_the_known_file_is_read_out_of_a_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "any.whl"
    assert "any.whl holds no" in str(selfie(wheel))
    wheel.write_bytes(b"no zip file")
    assert "any.whl holds no" in str(selfie(wheel))
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("other", b"")
    assert "any.whl holds no" in str(selfie(wheel))
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, b"another net")
    assert "SHA-256 must be" in str(selfie(wheel))


def test_rows_and_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = find_artefact(DEFAULT_NET)
    content = (folder / "model.tflite").read_bytes()
    net = Net("ours", "int8", content, 722_609)
    rows = measure([net], [net], 3, {"int8": 1e12})
    (row,) = rows
    assert row["ratios"] == {"ours": 1}
    assert row["multiply-adds"] == read_manifest(folder).multiply_adds
    assert row["size"] == [192, 192]
    assert row["share of peak"] == pytest.approx(
        row["multiply-adds"] / row["p50 ms"] / 1e9, rel=0.01
    )
    timed = asdict(by_operation(content, 1))
    results: dict[str, Any] = {
        "load average": 0.5,
        "peak": {"int8": 1e12},
        "nets": rows,
        "not run": {"another": "it is not here"},
        "operations": {"ours": {"fp32": timed, "int8": timed}},
    }
    context = {"command": "c", "commit": "abc", "machine": "m", "versions": {"ai-edge-litert": "2"}}
    (tmp_path / "r.json").write_text(json.dumps({**context, "results": results}))
    monkeypatch.setattr(phone_nets_page, "PAGE", tmp_path / "page.md")
    page = phone_nets_page.write_page(tmp_path / "r.json")
    assert (tmp_path / "page.md").read_text() == page
    for words in (
        "| ours | int8 | 192×192 |",
        "**Not run**: another",
        "1000 G in int8",
        "LOGISTIC",
    ):
        assert words in page
