"""The whole gate: artefacts times engines, what was not run, exit codes, and its guests in CI."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.gate.config import RunConfig
from skinseg_mobile.runtime_py.gate.run import jobs_of
from skinseg_mobile.runtime_py.vendors import vendor
from tests.dark import MODEL, as_coreml, break_golden, disc, hash_anew, write_dark
from tests.refused import Refused

Run = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parents[3]
CI = ROOT / "apps_reference" / "ci"
PLUGIN = "skinseg_cli.pytest_plugin"


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app's folder with two artefacts and a gate.toml."""
    write_dark(tmp_path / "models" / "first")
    write_dark(tmp_path / "models" / "second")
    (tmp_path / "models" / "export.log").write_text("not an artefact")
    monkeypatch.setenv("PATH", "")  # no browser: engines of the web app are "not run"
    gate(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def gate(folder: Path, text: str = "", engines: str = "onnxruntime") -> None:
    run = f'[run]\nartefacts = ["models/*"]\nengines = ["{engines}"]\nworkers = 1\n'
    (folder / "gate.toml").write_text(run + text)


def test_every_artefact_runs_and_reports_are_written(run: Run, team: Path) -> None:
    code, out, err = run("gate", "--out", "deep/report")
    assert (code, err) == (0, "")
    assert out.startswith("passed  gate")
    assert "Look at deep/report/report.html" in out
    found = json.loads((team / "deep" / "report" / "report.json").read_text())
    assert [j["verdict"] for j in found["judgements"]] == ["passed", "passed"]
    assert json.loads(run("gate", "gate.toml", "--json")[1]) == found


def test_all_lists_the_engines_that_this_machine_lacks(run: Run, team: Path) -> None:
    gate(team, engines="all")
    code, out, err = run("gate")
    assert (code, err) == (0, "")
    assert "not run: onnxruntime-web: " in out
    found = json.loads(run("gate", "--json")[1])["judgements"]
    verdicts = {(j["engine"].split()[0], j["verdict"]) for j in found}
    assert {("onnxruntime", "passed"), ("onnxruntime-web", "not run")} <= verdicts
    assert "failed" not in {verdict for _, verdict in verdicts}
    slow = [j for j in found if j["engine"].startswith("arm64:")]
    assert len(slow) == 6
    assert all("name it in `engines`" in j["reasons"][0] for j in slow)


def test_slow_engines_run_only_where_they_are_named(run: Run, team: Path) -> None:
    gate(team, engines="all")
    found = json.loads(run("gate", "--json")[1])["judgements"]
    assert [j["verdict"] for j in found if j["engine"].startswith("onnxruntime ")] == ["passed"] * 2
    slow = [j for j in found if j["engine"].startswith("arm64:")]
    assert len(slow) == 6
    assert all("name it in `engines`" in j["reasons"][0] for j in slow)


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sha256", "model.onnx", "golden.npz"])
def test_a_folder_that_lost_a_file_is_named(refused: Refused, team: Path, name: str) -> None:
    (team / "models" / "second" / name).unlink()
    said = refused("gate", "--out", "report")
    assert str(Path("models") / "second") in said
    assert name in said


@pytest.mark.parametrize("name", ["empty", "notes"])
def test_a_folder_that_is_no_artefact_is_named(refused: Refused, team: Path, name: str) -> None:
    """A pattern that matches it may have meant it; an artefact can lose every file."""
    (team / "models" / name).mkdir()
    if name == "notes":
        (team / "models" / name / "readme.txt").write_text("x")
    assert f"models/{name} has no manifest.json" in refused("gate", "--out", "report")


def test_a_link_that_leads_nowhere_is_named(refused: Refused, team: Path) -> None:
    (team / "models" / "gone").symlink_to(team / "nowhere")
    assert "models/gone" in refused("gate", "--out", "report")


def test_hidden_leftovers_are_no_artefacts(run: Run, team: Path) -> None:
    shutil.copytree(team / "models" / "first", team / "models" / ".second-x1y2z3.tmp")
    (team / "models" / ".first-x1y2z3").mkdir()
    found = json.loads(run("gate", "--json")[1])
    assert found["verdict"] == "passed"
    assert len(found["judgements"]) == 2


def test_a_broken_folder_is_not_the_packaged_net_of_its_name(refused: Refused, team: Path) -> None:
    (team / "models" / "second").rename(team / "models" / DEFAULT_NET)
    (team / "models" / DEFAULT_NET / "manifest.json").unlink()
    (team / "gate.toml").write_text(f'[run]\nartefacts = ["models/{DEFAULT_NET}"]\n')
    assert f"{DEFAULT_NET} has no manifest.json" in refused("gate")
    shutil.rmtree(team / "models" / DEFAULT_NET)
    assert f"{DEFAULT_NET} is neither a folder" in refused("gate")


def test_one_broken_artefact_fails_the_whole(run: Run, team: Path) -> None:
    break_golden(team / "models" / "second")
    code, out, err = run("gate")
    assert (code, err) == (1, "")
    assert out.startswith("failed  gate")
    assert "mean agreement of masks must be at least 0.9995" in out


def test_processes_give_what_one_process_gives(run: Run, team: Path) -> None:
    break_golden(team / "models" / "second")
    alone = json.loads(run("gate", "--json")[1])
    (team / "gate.toml").write_text((team / "gate.toml").read_text().replace("= 1", "= 2"))
    assert json.loads(run("gate", "--json")[1]) == alone


@pytest.mark.skipif(sys.platform == "darwin", reason="here Core ML does run")
def test_what_is_not_run_is_listed_and_a_named_engine_must_run(run: Run, team: Path) -> None:
    as_coreml(team / "models" / "second")
    gate(team, engines="coreml:cpu")
    code, out, err = run("gate")
    assert (code, err) == (3, "")
    assert out.startswith("not run  gate")
    assert "coreml:cpu: Core ML needs macOS" in out
    gate(team, engines='onnxruntime", "coreml:cpu')
    found = json.loads(run("gate", "--json")[1])
    assert [(j["engine"], j["verdict"]) for j in found["judgements"]] == [
        ("onnxruntime " + found["judgements"][0]["engine"].split()[1], "passed"),
        ("coreml:cpu", "not run"),
    ]
    assert found["verdict"] == "not run"


@pytest.mark.usefixtures("other")
def test_a_set_of_ones_own_is_judged_against_its_reference(
    run: Run, team: Path, discs: Path
) -> None:
    gate(team, f'data = "{discs.name}"\nreference = "other"\n')
    found = json.loads(run("gate", "--json")[1])
    assert found["verdict"] == "passed"
    assert {j["reference"] for j in found["judgements"]} == {"dark (onnx fp32)"}
    assert [group["column"] for group in found["judgements"][0]["groups"]] == ["odd", "odd"]


def clamp(folder: Path) -> None:
    """Let the net never say more than 0.4, behind right hashes."""
    onnx: Any = vendor("onnx", "export")
    model = onnx.load(folder / MODEL)
    model.graph.node[-1].output[0] = "free"
    most = np.array([0.4], np.float32)
    model.graph.initializer.append(onnx.numpy_helper.from_array(most, "most"))
    model.graph.node.append(onnx.helper.make_node("Min", ["free", "most"], ["probability"]))
    (folder / MODEL).write_bytes(model.SerializeToString())
    hash_anew(folder)


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("damage", [clamp, Path.exists])
def test_a_set_of_plain_skin_alone_is_refused(
    run: Run, team: Path, damage: Callable[[Path], object]
) -> None:
    damage(team / "models" / "second")
    for number in range(12):
        photo, mask = disc(number)
        plain = {"images": np.full_like(photo, 170 + number), "masks": np.zeros_like(mask)}
        for name, pixels in plain.items():
            (team / "skin" / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(team / "skin" / name / f"{number}.png")
    gate(team, 'data = "skin"\nreference = "other"\n')
    code, out, err = run("gate")
    assert (code, out) == (2, "")
    assert "No mask of the 12" in err


def test_budgets_are_checked(run: Run, team: Path) -> None:
    gate(team, "[budgets]\nmegabytes = 1\nlatency_ratio = 50\nbaseline = 'models/first'\n")
    assert run("gate")[0] == 0
    gate(team, "[budgets]\nmegabytes = 0.0001\n")
    code, out, _ = run("gate")
    assert code == 1
    assert "size must be at most 0.0001 MB" in out
    gate(team, "[budgets]\nparameters = 1\n")
    code, out, _ = run("gate")
    assert code == 3
    assert "parameters was not checked: the artefact does not say how many it has" in out


def test_parity_takes_the_teams_limits_and_writes_the_same_report(run: Run, team: Path) -> None:
    (team / "gate.toml").write_text("[limits.fp32]\nprobability = 0\n")
    code, out, _ = run("parity", "models/first", "--gate", "gate.toml", "--out", "report")
    assert code == 1
    assert "|Δp| of 99 in 100 pixels must be at most 0" in out
    found = json.loads((team / "report" / "report.json").read_text())
    assert [j["verdict"] for j in found["judgements"]] == ["failed"]


def test_looser_limits_are_listed_everywhere(run: Run, team: Path) -> None:
    limits = "[limits.fp32]\nprobability = 0.5\nagreement = 0.9\ngroup = 0.0\ndelta = 0.1\n"
    gate(team, f"[bootstrap]\nconfidence = 0.6\n{limits}[limits.int8]\nshift = 9\n")
    wanted = [
        "limits.fp32.delta is 0.1, looser than the built-in 0.0005",
        "limits.fp32.agreement is 0.9, looser than the built-in 0.9995",
        "limits.fp32.probability is 0.5, looser than the built-in 0.001",
        "bootstrap.confidence is 0.6, looser than the built-in 0.95",
    ]
    code, out, _ = run("gate", "--out", "report")
    assert code == 0
    found = json.loads((team / "report" / "report.json").read_text())
    assert [j["looser_limits"] for j in found["judgements"]] == [wanted, wanted]
    page, summary = ((team / "report" / n).read_text() for n in ("report.html", "summary.md"))
    for sentence in wanted:
        assert sentence in out
        assert sentence in page
        assert f"- {sentence}" in summary.replace("\\", "")
    assert "int8" not in summary
    assert wanted[0] in run("parity", "models/first", "--gate", "gate.toml")[1]


def test_strict_limits_are_not_listed(run: Run, team: Path) -> None:
    gate(team, "[limits.fp32]\nprobability = 0.0005\nagreement = 0.9999\n")
    assert "looser" not in run("gate")[1]


@pytest.mark.parametrize("command", [("gate",), ("parity", "models/first")])
def test_the_verdict_comes_before_a_report_that_cannot_be_written(
    run: Run, team: Path, command: tuple[str, ...]
) -> None:
    code, out, err = run(*command, "--out", "/proc/report")  # nobody can make a folder there
    assert (code, out[:6]) == (2, "passed")
    assert err.startswith("Error: /proc/report could not be written")
    code, out, _ = run(*command, "--out", "/proc/report", "--json")
    assert (code, out) == (2, ""), "a program finds no verdict where something failed"


def test_all_takes_every_engine_of_a_target_and_auto_one(team: Path) -> None:
    as_coreml(team / "models" / "second")
    plan = RunConfig(artefacts=(str(team / "models" / "*"),))
    engines = {(job.artefact.name, job.engine) for job in jobs_of(plan)}
    assert {("first", "onnxruntime"), ("second", "coreml-reference"), ("second", "coreml:cpu")} <= (
        engines
    )
    plan = RunConfig(artefacts=(str(team / "models" / "first"), DEFAULT_NET), engines=("auto",))
    assert [(job.engine, job.required) for job in jobs_of(plan)] == [("auto", True)] * 2


def test_init_writes_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("gate", "init") == (0, "wrote gate.toml\n", "")
    code, _, err = run("gate", "init")
    assert (code, "gate.toml already exists" in err) == (2, True)
    code, _, err = run("gate")
    assert code == 2
    assert "artefacts/* is neither a folder nor a packaged net" in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[run]\nartefacts = ["nothing/*"]\n', "nothing/* is neither a folder"),
        ('[run]\nartefacts = ["/"]\n', "/ has no manifest.json"),
        ('[run]\nartefacts = ["."]\n', "has no manifest.json"),
        ('[run]\nartefacts = ["dark"]\nengines = ["tensorrt"]\n', "'tensorrt' does not exist"),
        ('[run]\nartefacts = ["dark"]\nengines = ["litert"]\n', "litert runs none"),
        ("[run]\nartefacts = []\n", "must name artefacts and engines"),
        ('[run]\nartefacts = ["dark"]\nreference = "dark"\n', "--reference dark needs --data"),
    ],
)
def test_gates_that_cannot_be(refused: Refused, dark: Path, text: str, words: str) -> None:
    (dark.parent / "gate.toml").write_text(text)
    assert words in refused("gate", "--out", "report")


def pytest_with_gate(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-p", "no:anyio",
        "--skinseg-gate", "gate.toml", "-rs", *options,
    ]  # fmt: skip
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_plugin_makes_each_check_a_test(team: Path) -> None:
    break_golden(team / "models" / "second")
    (team / "test_own.py").write_text("def test_own():\n    assert True\n")
    found = pytest_with_gate(team, "--junitxml", "junit.xml")
    assert found.returncode == 1, found.stdout + found.stderr
    assert "mean agreement of masks must be at least 0.9995" in found.stdout
    assert "was not checked: the set has no groups" in found.stdout
    assert "Traceback" not in found.stdout
    said = re.findall(r"(\d+) (failed|passed|skipped)", found.stdout)
    counts = {word: int(count) for count, word in said}
    assert sum(counts.values()) == 2 * 15 + 1 + 1  # the checks, the team's own, the verdict
    assert counts["skipped"] == 4  # no groups, and four photographs have no interval
    found = pytest_with_gate(team, "-m", "skinseg_gate", "-v")
    assert found.returncode == 1
    assert "test_own" not in found.stdout


def not_run(team: Path) -> None:
    as_coreml(team / "models" / "second")
    gate(team, engines='onnxruntime", "coreml:cpu')


def lacks_reference(team: Path) -> None:
    gate(team, 'data = "discs"\n', engines="all")


def lacks_data(team: Path) -> None:
    gate(team, 'data = "nowhere"\nreference = "models/first"\n')


def lacks_artefacts(team: Path) -> None:
    shutil.rmtree(team / "models")


def lacks_a_manifest(team: Path) -> None:
    (team / "models" / "second" / "manifest.json").unlink()


def lacks_its_file(team: Path) -> None:
    (team / "gate.toml").unlink()


def fails(team: Path) -> None:
    break_golden(team / "models" / "second")


ALONE = ("-m", "skinseg_gate")
NEVER_GREEN = [
    (fails, 1, ALONE),
    (fails, 1, (*ALONE, "-k", "first")),
    (fails, 1, ("-k", "test_own")),
    (fails, 1, (*ALONE, "-n", "1")),
    (not_run, 3, ALONE),
    (lacks_reference, 3, ALONE),
    (lacks_data, 2, ALONE),
    (lacks_artefacts, 2, ALONE),
    (lacks_a_manifest, 2, (*ALONE, "-n", "1")),
    (lacks_its_file, 2, ALONE),
]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "darwin", reason="here Core ML does run")
@pytest.mark.parametrize(("damage", "code", "options"), NEVER_GREEN)
def test_the_plugin_is_never_green_where_the_gate_does_not_pass(
    run: Run,
    team: Path,
    discs: Path,
    damage: Callable[[Path], None],
    code: int,
    options: tuple[str, ...],
) -> None:
    assert discs.name == "discs"
    (team / "test_own.py").write_text("def test_own():\n    assert True\n")
    damage(team)
    assert run("gate")[0] == code
    found = pytest_with_gate(team, *options)
    assert found.returncode not in (0, 5), found.stdout
    assert "Traceback" not in found.stdout + found.stderr
    assert "INTERNALERROR" not in found.stdout + found.stderr


def test_the_plugin_refuses_an_empty_name(team: Path) -> None:
    """As of a variable that is not set."""
    assert pytest_with_gate(team, "--skinseg-gate", "").returncode == 4


@pytest.mark.slow
def test_the_plugin_refuses_a_bad_file_in_one_line(team: Path) -> None:
    (team / "gate.toml").write_text("[limit]\n")
    found = pytest_with_gate(team)
    assert found.returncode == 4
    assert "unknown key limit" in found.stderr


def test_the_plugin_is_an_entry_point() -> None:
    import tomllib

    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    assert points["pytest11"] == {PLUGIN: PLUGIN}


def load_yaml(path: Path):
    return yaml.safe_load(path.read_text())


def test_the_action_and_its_example_fit_together() -> None:
    action = load_yaml(CI / "action.yml")
    assert action["runs"]["using"] == "composite"
    text = (CI / "action.yml").read_text()
    used = set(re.findall(r"inputs\.([\w-]+)", text))
    assert used == set(action["inputs"])
    assert all(step.get("shell") == "bash" for step in action["runs"]["steps"] if "run" in step)
    (job,) = load_yaml(CI / "workflow.yml")["jobs"].values()
    step = job["steps"][-1]
    assert "/apps_reference/ci@" in step["uses"]
    assert set(step["with"]) <= set(action["inputs"])


@pytest.mark.skipif(shutil.which("bash") is None, reason="not run: no bash here")
def test_the_actions_own_line_runs(team: Path) -> None:
    """The step that judges, as the runner would start it."""
    (step,) = (s for s in load_yaml(CI / "action.yml")["runs"]["steps"] if s.get("name") == "Gate")
    programs = Path(sys.executable).parent
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin", "GATE": "gate.toml", "OUT": "gate-report",
        "GITHUB_STEP_SUMMARY": str(team / "summary"),
    }  # fmt: skip
    break_golden(team / "models" / "second")
    command = ["bash", "-e", "-o", "pipefail", "-c", step["run"]]
    found = subprocess.run(
        command, cwd=team, env=environment, capture_output=True, text=True, check=False
    )
    assert found.returncode == 1, found.stderr
    assert (team / "summary").read_text() == (team / "gate-report" / "summary.md").read_text()


def test_the_hook_names_a_command_that_is_there() -> None:
    (hook,) = load_yaml(ROOT / ".pre-commit-hooks.yaml")
    assert hook["entry"] == "skinseg-mobile gate"
    assert hook["args"] == ["gate.toml"]
    for path in ("gate.toml", "models/a/manifest.json", "models/a/model.mlpackage/Data/x.bin"):
        assert re.search(hook["files"], path)
    assert not re.search(hook["files"], "src/app.kt")
