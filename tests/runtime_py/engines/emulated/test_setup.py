"""`emulate setup` without a network: what it says where it cannot, and when it is ready."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from skinseg_mobile.runtime_py.engines.emulated.place import (
    CPUS,
    RECORD,
    VARIABLE,
    Setup,
    cpuinfo,
    default_place,
    require_ready,
    wanted_wheels,
)
from skinseg_mobile.runtime_py.engines.emulated.x86 import QEMU, is_x86_linux
from skinseg_mobile.runtime_py.engines.load import available_engines
from skinseg_mobile.runtime_py.errors import NotRunError
from skinseg_mobile.runtime_py.storage.atomic import to_json
from tests.refused import Refused, Run

FAKE_APT = "#!/bin/sh\necho 'W: odd' >&2\necho 'E: Could not resolve the host' >&2\nexit 100\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place that engines look at."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "arm64"))
    return tmp_path / "arm64"


def record(place: Path, wheels: dict[str, str]) -> None:
    place.mkdir()
    (place / RECORD).write_text(to_json(asdict(Setup("python3.11", {}, wheels))))


def test_nothing_is_set_up(place: Path, run: Run, dark: Path) -> None:
    with pytest.raises(NotRunError, match="Run: skinseg-mobile emulate setup"):
        require_ready(place)
    code, out, err = run("parity", dark, "--engine", "arm64:cortex-a76")
    assert (code, err) == (3, "")
    assert "not run" in out
    assert "skinseg-mobile emulate setup" in " ".join(out.split())


@pytest.mark.parametrize("name", ["emulate", "arm64"])
def test_what_is_ready_is_left_alone(place: Path, run: Run, name: str) -> None:
    record(place, wanted_wheels())
    (place / QEMU).touch(0o755)
    code, out, _ = run(name, "setup")
    assert code == 0
    assert "arm64:cortex-a53" in out
    assert {path.name for path in place.iterdir()} == {RECORD, QEMU}


@pytest.mark.skipif(not is_x86_linux(), reason="an x86-64 Linux runs x86 engines")
def test_a_place_without_the_x86_emulator_is_filled(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(place, wanted_wheels())
    monkeypatch.setenv("PATH", "")
    code, _, err = run("emulate", "setup")
    assert code == 3
    assert "needs Debian" in err


def test_wheels_of_another_environment(place: Path) -> None:
    record(place, {**wanted_wheels(), "onnxruntime": "1.0.0"})
    with pytest.raises(NotRunError, match=r"has the ARM64 wheels.*1\.0\.0"):
        require_ready(place)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"python": 3}'])
def test_a_damaged_record(place: Path, content: str) -> None:
    place.mkdir()
    (place / RECORD).write_text(content)
    with pytest.raises(NotRunError, match=r"setup\.json of .* cannot be read"):
        require_ready(place)


def test_a_machine_without_apt(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = run("emulate", "setup")
    assert (code, out) == (3, "")
    assert "Not run: emulate setup needs Debian with apt-get" in err
    assert not place.exists()


@pytest.fixture
def fake_debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Debian without a network."""
    (tmp_path / "bin").mkdir()
    for name, content in {
        "apt-get": FAKE_APT,
        "dpkg": "#!/bin/sh\necho amd64\n",
        "dpkg-deb": "#!/bin/sh\n",
    }.items():
        (tmp_path / "bin" / name).write_text(content)
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")


@pytest.mark.usefixtures("fake_debian")
def test_a_machine_without_network(place: Path, run: Run) -> None:
    code, out, err = run("emulate", "setup")
    assert (code, out) == (2, "")
    assert "(E: Could not resolve the host). Check the network" in err
    assert "Traceback" not in err
    assert not (place / RECORD).exists()


@pytest.mark.usefixtures("fake_debian")
@pytest.mark.parametrize("name", ["downloads/isic.zip", "site/index.html", "root/a", RECORD])
def test_a_folder_of_other_files_is_left_alone(refused: Refused, tmp_path: Path, name: str) -> None:
    file = tmp_path / "work" / name
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    assert "work is not empty, and emulate setup needs a folder of its own" in refused(
        "emulate", "setup", "--prefix", tmp_path / "work"
    )
    assert "already exists" in refused("emulate", "setup", "--prefix", file)


@pytest.mark.usefixtures("fake_debian")
def test_an_interrupted_setup_goes_on(place: Path, run: Run) -> None:
    for _ in range(2):
        assert "Check the network and try again" in run("emulate", "setup")[2]
    assert (place / "downloads" / "state").is_dir()


def test_the_place_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_place() == tmp_path / "skinseg-mobile" / "arm64"
    monkeypatch.setenv(VARIABLE, "elsewhere")
    assert default_place() == Path("elsewhere")


def test_processors_name_themselves() -> None:
    for cpu in CPUS.values():
        lines = cpuinfo(cpu).splitlines()
        assert lines.count(f"CPU part\t: {cpu.part}") == 2
        assert [line for line in lines if line.startswith("processor")][-1].endswith("1")
    assert "asimddp" in CPUS["cortex-a76"].features
    assert "asimddp" not in CPUS["cortex-a53"].features


def test_doctor_lists_the_emulator(place: Path, run: Run) -> None:
    code, out, _ = run("doctor", "--json")
    assert code == 0
    engines = {engine["name"]: engine for engine in json.loads(out)["engines"]}
    assert set(engines) == {engine.name for engine in available_engines()}
    assert not engines["arm64:cortex-a76"]["available"]
    assert "emulate setup" in engines["arm64:cortex-a76"]["reason"]
