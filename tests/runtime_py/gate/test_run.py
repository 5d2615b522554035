"""The whole gate: artefacts times engines, what was not run, exit codes, and its guests in CI."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from skinseg_mobile.runtime_py.artifact.packaged import DEFAULT_NET
from skinseg_mobile.runtime_py.gate.config import RunConfig
from skinseg_mobile.runtime_py.gate.run import jobs_of
from tests.dark import as_coreml, break_golden, write_dark
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
    assert all("name it in run.engines" in j["reasons"][0] for j in slow)


def test_slow_engines_run_only_where_they_are_named(run: Run, team: Path) -> None:
    gate(team, engines="all")
    found = json.loads(run("gate", "--json")[1])["judgements"]
    assert [j["verdict"] for j in found if j["engine"].startswith("onnxruntime ")] == ["passed"] * 2
    slow = [j for j in found if j["engine"].startswith("arm64:")]
    assert len(slow) == 6
    assert all("name it in run.engines" in j["reasons"][0] for j in slow)


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


def test_a_set_of_ones_own_is_judged_against_its_reference(
    run: Run, team: Path, discs: Path
) -> None:
    gate(team, f'data = "{discs.name}"\nreference = "models/first"\n')
    found = json.loads(run("gate", "--json")[1])
    assert found["verdict"] == "passed"
    assert {j["reference"] for j in found["judgements"]} == {"dark (onnx fp32)"}
    assert [group["column"] for group in found["judgements"][0]["groups"]] == ["odd", "odd"]


def test_budgets_are_judged(run: Run, team: Path) -> None:
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
    assert "is no artefact: there is no manifest.json" in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[run]\nartefacts = ["nothing/*"]\n', "is no artefact: there is no manifest.json"),
        ('[run]\nartefacts = ["dark"]\nengines = ["tensorrt"]\n', "got 'tensorrt'"),
        ('[run]\nartefacts = ["dark"]\nengines = ["litert"]\n', "litert fits none"),
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
    assert sum(counts.values()) == 2 * 15 + 1
    assert counts["skipped"] == 4  # no groups, and four photographs have no interval
    found = pytest_with_gate(team, "-m", "skinseg_gate", "-k", "first")
    assert found.returncode == 0
    assert "test_own" not in found.stdout


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
