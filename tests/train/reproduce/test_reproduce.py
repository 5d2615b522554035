"""The papers' tables at a 32nd of the width: what is measured, what is not run, what goes on."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.formats import Task
from skinseg_mobile.train.checkpoint import load_checkpoint
from skinseg_mobile.train.reproduce.papers import PAPER_A, PAPER_B, PAPERS, rows_named
from skinseg_mobile.train.reproduce.plan import Plan
from skinseg_mobile.train.reproduce.run import RESULT, Outcome, Status, reproduce
from skinseg_mobile.train.reproduce.table import OURS, as_json, table_of, write_tables
from skinseg_mobile.train.resume import STATE
from tests.refused import Run

UNET = "unet-direct-transfer,unet-direct-training,unet-fine-tuning"
Outcomes = dict[str, Outcome]


class Stopped(Exception):
    pass


def quiet(_: object) -> None:
    pass


@pytest.fixture(scope="session")
def skin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve synthetic photographs of skin, to pre-train on."""
    from skinseg_mobile.train.synth import write_set

    root = tmp_path_factory.mktemp("data") / "skin"
    write_set(root, 12, 6, "skin", (64, 64))
    return root


def plan_of(lesions: Path, skin: Path, out: Path, **changes: Any) -> Plan:
    plan = Plan(
        paper=PAPER_B,
        rows=rows_named(PAPER_B, UNET),
        out=out,
        data=lesions,
        task=Task.LESION,
        pretrain=(skin,),
        epochs=2,
        width=32,
    )
    return replace(plan, **changes)


@pytest.fixture(scope="session")
def unbroken(
    lesions: Path, skin: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Plan, Outcomes]:
    """The three rows of the small U-Net, run in one go."""
    plan = plan_of(lesions, skin, tmp_path_factory.mktemp("reproductions") / "unbroken")
    return plan, reproduce(plan, lambda found: write_tables(plan, found), quiet)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def without_time(outcomes: Outcomes) -> list[object]:
    return [
        outcome.measured and replace(outcome.measured, seconds=0.0) for outcome in outcomes.values()
    ]


def test_rows_that_were_asked_for_are_measured(unbroken: tuple[Plan, Outcomes]) -> None:
    plan, outcomes = unbroken
    for row in PAPER_B.rows:
        found = outcomes[row.name]
        assert (found.status is Status.MEASURED) == (row in plan.rows)
        assert (found.measured is None) == (row not in plan.rows)
    measured = [outcomes[row.name].measured for row in plan.rows]
    for found in measured:
        assert found is not None
        assert (found.task, found.set, found.split) == ("lesion", "lesions", "valid")
        assert found.scores.images == 5
        assert found.epochs == 2


def test_scenarios_are_what_they_say(unbroken: tuple[Plan, Outcomes]) -> None:
    plan, outcomes = unbroken
    shared = load_checkpoint(plan.out / "unet-clinical-pretraining")
    direct = load_checkpoint(plan.out / "unet-direct-training").record
    tuned = load_checkpoint(plan.out / "unet-fine-tuning").record
    transfer = outcomes["unet-direct-transfer"].measured
    assert transfer is not None
    assert transfer.checkpoint_sha256 == shared.digest
    assert transfer.trained_on == ("skin: skin (8)",)
    assert (shared.record.task, shared.record.parent) == (Task.SKIN, None)
    assert (tuned.parent, tuned.config["learning_rate"]) == (shared.digest, 0.001)
    assert (direct.parent, direct.config["learning_rate"]) == (None, 0.01)
    fine = outcomes["unet-fine-tuning"].measured
    assert fine is not None
    assert fine.trained_on == ("skin: skin (8)", "lesion: lesions (17)")


def test_the_table_has_both_papers_and_ours_apart(unbroken: tuple[Plan, Outcomes]) -> None:
    plan, outcomes = unbroken
    table = table_of(plan, outcomes)
    ours = [n for n, column in enumerate(table.columns) if column.startswith("#ours")]
    assert "#paper: Jaccard" in table.columns
    assert table.columns[ours[0]] == "#ours, lesion, lesions valid: Jaccard"
    assert len(ours) == len(OURS)
    for row, cells in zip(PAPER_B.rows, table.rows, strict=True):
        assert cells[1:3] == (f"{row.printed['Jaccard']:.2f}", f"{row.printed['Dice']:.2f}")
        measured = outcomes[row.name].measured
        if measured is None:
            assert {cells[n] for n in ours} == {"–"}
            assert cells[-1] == "not run"
        else:
            assert cells[ours[0]] == f"{measured.scores.jaccard_mean:.4f}"
            assert cells[ours[2]] == f"{measured.scores.jaccard_pooled:.4f}"
    text = (plan.out / "table.md").read_text()
    assert "two tasks, whose figures must not be compared" in text
    assert "every width divided by 32 and epochs cut to 2" in text
    assert all(note in text for note in table.notes)


def test_json_and_html_say_the_same(unbroken: tuple[Plan, Outcomes]) -> None:
    plan, outcomes = unbroken
    written = json.loads((plan.out / "table.json").read_text())
    assert written == json.loads(json.dumps(as_json(plan, outcomes)))
    by_name = {row["name"]: row for row in written["rows"]}
    assert by_name["unet-fine-tuning"]["printed"] == {"Jaccard": 0.89, "Dice": 0.94}
    assert by_name["unet-fine-tuning"]["measured"]["task"] == "lesion"
    assert by_name["unet-large-fine-tuning"]["measured"] is None
    page = (plan.out / "table.html").read_text()
    for cells in table_of(plan, outcomes).rows:
        assert all(f">{cell}<" in page for cell in cells)


@pytest.mark.slow
def test_a_kill_between_rows_loses_nothing(unbroken: tuple[Plan, Outcomes], tmp_path: Path) -> None:
    """The first row is read back, not trained again; all end as in the unbroken run."""
    plan = replace(unbroken[0], out=tmp_path / "out")

    def stop_after_first(outcomes: Outcomes) -> None:
        if outcomes["unet-direct-transfer"].status is Status.MEASURED:
            raise Stopped

    with pytest.raises(Stopped):
        reproduce(plan, stop_after_first, quiet)
    before = contents(plan.out)
    assert f"unet-direct-transfer/{RESULT}" in before
    said: list[str] = []
    outcomes = reproduce(plan, quiet, said.append)
    assert said[0] == "unet-direct-transfer: read back"
    assert not [line for line in said if line.startswith("unet-clinical-pretraining: epoch")]
    after = contents(plan.out)
    assert all(after[name] == content for name, content in before.items())
    assert without_time(outcomes) == without_time(unbroken[1])


@pytest.mark.slow
def test_a_kill_within_a_row_goes_on_inside_it(
    unbroken: tuple[Plan, Outcomes], tmp_path: Path
) -> None:
    plan = replace(unbroken[0], out=tmp_path / "out")

    def stop_in_training(line: str) -> None:
        if line.startswith("unet-fine-tuning: epoch 1"):
            raise Stopped

    with pytest.raises(Stopped):
        reproduce(plan, quiet, stop_in_training)
    assert (plan.out / "unet-fine-tuning" / STATE).exists()
    said: list[str] = []
    outcomes = reproduce(plan, quiet, said.append)
    assert [line.partition(":")[0] for line in said if "epoch" in line] == ["unet-fine-tuning"]
    assert without_time(outcomes) == without_time(unbroken[1])


def test_another_row_may_come_later(unbroken: tuple[Plan, Outcomes], tmp_path: Path) -> None:
    out = shutil.copytree(unbroken[0].out, tmp_path / "out")
    (out / "unet-fine-tuning" / RESULT).unlink()
    plan = replace(unbroken[0], out=out, rows=rows_named(PAPER_B, "unet-fine-tuning"))
    outcomes = reproduce(plan, quiet, quiet)
    assert without_time(outcomes) == without_time(unbroken[1])


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"epochs": 3}, "epochs"),
        ({"epochs": None}, "epochs"),
        ({"width": 16}, "width"),
        ({"seed": 1}, "seed"),
        ({"task": Task.WOUND}, "task"),
        ({"paper": PAPER_A, "rows": ()}, "paper"),
    ],
)
def test_a_reproduction_goes_on_as_it_began(
    unbroken: tuple[Plan, Outcomes], changes: dict[str, Any], name: str
) -> None:
    before = contents(unbroken[0].out)
    with pytest.raises(InputError, match=rf"began with another {name} "):
        reproduce(replace(unbroken[0], **changes), quiet, quiet)
    assert contents(unbroken[0].out) == before


def test_other_data_are_refused(unbroken: tuple[Plan, Outcomes], skin: Path) -> None:
    with pytest.raises(InputError, match="began with another data "):
        reproduce(replace(unbroken[0], data=skin, pretrain=()), quiet, quiet)


def test_a_damaged_result(unbroken: tuple[Plan, Outcomes], tmp_path: Path) -> None:
    out = shutil.copytree(unbroken[0].out, tmp_path / "out")
    path = out / "unet-direct-training" / RESULT
    path.write_text(path.read_text().replace('"epochs"', '"epoch"'))
    with pytest.raises(InputError, match=rf"{RESULT} was changed after it was written"):
        reproduce(replace(unbroken[0], out=out), quiet, quiet)


def test_pre_training_never_sees_what_is_measured(lesions: Path, tmp_path: Path) -> None:
    """In another set's train rows, a photograph of the target's valid rows is still itself."""
    other = shutil.copytree(lesions, tmp_path / "other")
    (other / "split.csv").unlink()
    plan = plan_of(lesions, other, tmp_path / "out")
    with pytest.raises(InputError, match=r"/other/images/.* is in --pretrain and is also measured"):
        reproduce(plan, quiet, quiet)
    assert not (tmp_path / "out").exists()


def not_run(found: Outcome) -> tuple[str, str]:
    assert found.status is Status.NOT_RUN
    assert found.measured is None
    return found.reason, found.command


def test_rows_that_cannot_be_run_say_why_and_how(lesions: Path, tmp_path: Path) -> None:
    plan = plan_of(lesions, lesions, tmp_path / "b", pretrain=())
    plan = replace(plan, rows=rows_named(PAPER_B, "unet-direct-transfer,unet-fine-tuning"))
    found = reproduce(plan, quiet, quiet)
    for name in ("unet-direct-transfer", "unet-fine-tuning"):
        reason, command = not_run(found[name])
        assert reason == "no --pretrain set to start from"
        assert command == (
            f"skinseg-mobile reproduce paper-b --rows {name} --data {lesions} --task lesion"
            f" --epochs 2 --width 32 --out {tmp_path / 'b'} --pretrain DATA"
        )
    assert not_run(found["unet-direct-training"])[0] == "not asked for"


def test_the_imagenet_row_needs_its_file_and_full_width(lesions: Path, tmp_path: Path) -> None:
    plan = Plan(
        paper=PAPER_A,
        rows=rows_named(PAPER_A, "hypercolumn-imagenet"),
        out=tmp_path / "a",
        data=lesions,
        task=Task.LESION,
    )
    full = reproduce(plan, quiet, quiet)["hypercolumn-imagenet"]
    assert not_run(full)[0] == "no --vgg file; nothing is downloaded"
    narrow = reproduce(replace(plan, out=tmp_path / "b", width=8), quiet, quiet)
    reason, command = not_run(narrow["hypercolumn-imagenet"])
    assert "full width" in reason
    assert f"--out {tmp_path / 'b'}-full-width" in command


def test_full_width_needs_a_gpu_or_insistence(
    lesions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    plan = Plan(
        paper=PAPER_A,
        rows=rows_named(PAPER_A, "hypercolumn"),
        out=tmp_path / "a",
        data=lesions,
        task=Task.LESION,
    )
    reason, command = not_run(reproduce(plan, quiet, quiet)["hypercolumn"])
    assert "no GPU" in reason
    assert command.endswith("--cpu")
    assert replace(plan, cpu=True).missing(plan.rows[0]) is None


@pytest.mark.parametrize("name", PAPERS)
def test_without_data_no_figure_of_ours_appears(name: str, tmp_path: Path) -> None:
    """Not the paper's either: every cell of ours is a dash."""
    paper = PAPERS[name]
    plan = Plan(paper=paper, rows=paper.rows, out=tmp_path / "out", task=paper.task)
    outcomes = reproduce(plan, quiet, quiet)
    table = table_of(plan, outcomes)
    for cells in table.rows:
        assert cells[-1] == "not run"
        assert set(cells[-1 - len(OURS) : -1]) == {"–"}
    for outcome in outcomes.values():
        assert not_run(outcome)[0] == "no --data"
    assert "nothing was measured yet" in " ".join(table.notes)


@pytest.mark.slow
def test_a_row_that_fails_is_said_and_the_next_one_runs(
    lesions: Path, skin: Path, tmp_path: Path
) -> None:
    """A target without train rows can be measured on, not trained on."""
    target = shutil.copytree(lesions, tmp_path / "target")
    rows = (
        (target / "split.csv").read_text().replace(",train,", ",test,").replace(",dev,", ",test,")
    )
    (target / "split.csv").write_text(rows)
    plan = plan_of(target, skin, tmp_path / "out")
    plan = replace(plan, rows=rows_named(PAPER_B, "unet-direct-training,unet-direct-transfer"))
    plan = replace(plan, rows=plan.rows[::-1])
    found = reproduce(plan, quiet, quiet)
    assert found["unet-direct-training"].status is Status.FAILED
    assert "has no train images" in found["unet-direct-training"].reason
    assert found["unet-direct-transfer"].status is Status.MEASURED
    assert "has no train images" in " ".join(table_of(plan, found).notes)


def test_a_target_needs_rows_to_measure(lesions: Path, skin: Path, tmp_path: Path) -> None:
    target = shutil.copytree(lesions, tmp_path / "target")
    (target / "split.csv").unlink()
    with pytest.raises(InputError, match="has no test or valid images"):
        reproduce(plan_of(target, skin, tmp_path / "out"), quiet, quiet)


def test_the_command_line(
    unbroken: tuple[Plan, Outcomes], lesions: Path, skin: Path, run: Run
) -> None:
    """Read back through the command: exit 0 for what was asked, 3 where a row is not run."""
    words = (
        "reproduce", "paper-b", "--data", lesions, "--task", "lesion", "--pretrain", skin,
        "--epochs", 2, "--width", 32, "--out", unbroken[0].out,
    )  # fmt: skip
    code, out, err = run(*words, "--rows", UNET, "--json")
    assert code == 0, err
    assert json.loads(out)["rows"][0]["status"] == "measured"
    code, out, _ = run(*words[:6], *words[8:], "--rows", "unet-large-fine-tuning")
    assert code == 3
    assert "lesion: lesions (17)" in out
    assert "no --pretrain set to start from" in out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("reproduce paper-c --out out", "There is no paper 'paper-c'. Choose paper-a or paper-b"),
        ("reproduce paper-a --out out --rows unet", "hypercolumn-imagenet, fcdn"),
        (
            "reproduce paper-a --out out --data nowhere",
            "nowhere does not exist. Give a folder",
        ),
        ("reproduce paper-a --out out --vgg nowhere.pth", "--vgg nowhere.pth is no file"),
    ],
)
def test_bad_names(refused: Callable[..., str], line: str, words: str) -> None:
    assert words in refused(*line.split())


def test_printed_figures_say_what_the_notes_say_of_them() -> None:
    first = PAPER_A.rows[0].printed
    assert first["Jaccard"] > first["sensitivity"]
    for row in PAPER_B.rows:
        jaccard, dice = row.printed["Jaccard"], row.printed["Dice"]
        assert abs(2 * jaccard / (1 + jaccard) - dice) < 0.0101
