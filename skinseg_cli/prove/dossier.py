"""`skinseg-mobile dossier …`: what changed between two releases, judged by a plan signed before."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skinseg_cli.options import Json
from skinseg_cli.prove.gate import RunUnlessNamed

if TYPE_CHECKING:
    from skinseg_mobile.runtime_py.data.dataset import Dataset
    from skinseg_mobile.runtime_py.data.samples import Sample
    from skinseg_mobile.runtime_py.dossier.formats.spec import NotWritten
    from skinseg_mobile.runtime_py.dossier.record import Dossier

PLAN = Path("plan.toml")
EXAMPLE = (
    "Example: skinseg-mobile dossier --from released --to artefacts --key team.key --out dossier"
)
From = Annotated[
    str, typer.Option("--from", help="Release N-1: an artefact, or a folder of several.")
]
Key = Annotated[Path, typer.Option(help="Private key that `keygen --kind p256` wrote.")]

app = typer.Typer(
    cls=RunUnlessNamed,
    help="Show what changed between two releases, and that a plan signed before was kept.",
    epilog=EXAMPLE,
)


@app.command(epilog=EXAMPLE)
def run(
    before: From,
    after: Annotated[
        str, typer.Option("--to", help="Release N: an artefact, or a folder of several.")
    ],
    key: Key,
    out: Annotated[Path, typer.Option(help="New folder for the dossier.")],
    plan: Annotated[Path, typer.Option(help="plan.toml that `dossier plan` has signed.")] = PLAN,
    images: Annotated[
        bool,
        typer.Option(
            "--with-images/--without-images",
            help="Show small copies of the worst images on the page.",
        ),
    ] = True,
    json: Json = False,
) -> None:
    """Write the dossier; exit 0 all criteria were kept, 1 not kept, 2 bad input, 3 not run."""
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.dossier.build import Releases, build_dossier, write_dossier
    from skinseg_mobile.runtime_py.dossier.plan import artefacts_in, read_plan
    from skinseg_mobile.runtime_py.dossier.record import record_of
    from skinseg_mobile.runtime_py.dossier.statement import read_private
    from skinseg_mobile.runtime_py.gate.verdict import EXIT_CODES
    from skinseg_mobile.runtime_py.storage.atomic import require_absent

    require_absent(out)
    private, wanted = read_private(key), read_plan(plan)
    releases = Releases(artefacts_in(before), artefacts_in(after))
    dataset, samples = _data(plan.parent / wanted.data.folder, wanted.data.split)
    found = build_dossier(plan, releases, dataset, samples, private.public, images=images)
    missing = write_dossier(out, found, private)
    if json:
        left = [{"format": item.title, "reason": item.reason} for item in missing]
        print_json({**record_of(found), "not_written": left})
    else:
        _print(found, missing, out)
    raise typer.Exit(EXIT_CODES[found.verdict])


@app.command("init", epilog="Example: skinseg-mobile dossier init")
def init(
    file: Annotated[Path, typer.Argument(help="New plan.toml.")] = PLAN,
) -> None:
    """Write a commented plan.toml with every criterion."""
    from skinseg_mobile.runtime_py.dossier.plan import plan_template
    from skinseg_mobile.runtime_py.storage.atomic import require_absent, write_file

    require_absent(file)
    write_file(file, plan_template())
    print(f"wrote {file}")


@app.command(
    "plan", epilog="Example: skinseg-mobile dossier plan plan.toml --from released --key team.key"
)
def plan(
    before: From,
    key: Key,
    file: Annotated[Path, typer.Argument(help="plan.toml: data and criteria.")] = PLAN,
) -> None:
    """Sign plan.toml, the data and release N-1, before release N is judged."""
    from skinseg_mobile.runtime_py.dossier.compare import judged_data
    from skinseg_mobile.runtime_py.dossier.plan import artefacts_in, read_plan
    from skinseg_mobile.runtime_py.dossier.promise import sign_plan
    from skinseg_mobile.runtime_py.dossier.statement import read_private

    private, wanted = read_private(key), read_plan(file)
    released = artefacts_in(before)
    data = judged_data(*_data(file.parent / wanted.data.folder, wanted.data.split))
    out = sign_plan(file, data.sha256, released, private)
    print(f"signed {file} in {out}; images: {len(data.files)}, released artefacts: {len(released)}")


@app.command("verify", epilog="Example: skinseg-mobile dossier verify dossier --key team.key.pub")
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder that `dossier` wrote.")],
    key: Annotated[
        Path | None, typer.Option(help="Public key of the signer; without it the one inside.")
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--to", help="Release N: its artefacts must be those of the dossier."),
    ] = None,
    json: Json = False,
) -> None:
    """Check every byte, every signature and what they are about; exit 1 on a difference."""
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.dossier.plan import artefacts_in
    from skinseg_mobile.runtime_py.dossier.verify import verify_dossier
    from skinseg_mobile.runtime_py.numbers import counted
    from skinseg_mobile.runtime_py.progress import printable

    found = verify_dossier(folder, key, artefacts_in(after) if after else ())
    if json:
        print_json(found)
    else:
        for sentence in found.findings:
            print(printable(sentence))
        for label in found.models:
            print(printable(f"{label} is the artefact of this dossier"))
        verdict = "is not whole" if found.findings else f"is whole; {counted(found.files, 'file')}"
        print(f"{folder} {verdict}, key {found.key}")
        if key is None:
            print("Who signed it was not checked: name the signer's public key with --key.")
    raise typer.Exit(1 if found.findings else 0)


def _data(folder: Path, split: str | None) -> "tuple[Dataset, tuple[Sample, ...]]":
    from skinseg_cli.dataset import open_dataset
    from skinseg_mobile.runtime_py.data.dataset import select, split_named

    dataset = open_dataset(folder)
    return dataset, select(dataset, split_named(split) if split else None)


def _print(found: "Dossier", missing: "tuple[NotWritten, ...]", out: Path) -> None:
    from skinseg_cli.tables import VERDICT_STYLE, console, print_table
    from skinseg_mobile.runtime_py.numbers import number
    from skinseg_mobile.runtime_py.progress import printable

    console().print(f"{found.verdict}", style=VERDICT_STYLE[found.verdict])
    rows: list[Any] = [
        (
            item.pair.after.label,
            check.title,
            str(check.verdict),
            _value(check, number),
            check.wanted,
        )
        for item in found.judged
        for check in item.checks
    ]
    for item in found.judged:
        print(printable(item.paragraph))
    print_table(("artefact", "criterion", "verdict", "#value", "limit"), rows)
    for item in missing:
        print(f"not written: {item.title} ({item.reason})")
    print(f"Look at {out / 'index.html'}")


def _value(check: Any, number: Any) -> str:
    return "–" if check.value is None else f"{number(check.value)}{check.unit}"
