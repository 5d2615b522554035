"""`skinseg-mobile verify`, `sign`, `keygen`: hashes, signatures and the model in a built app."""

from pathlib import Path
from typing import Annotated

import typer

from skinseg_cli.options import Json
from skinseg_cli.panels import PROVE
from skinseg_mobile.runtime_py.artifact.signature import KeyKind

app = typer.Typer()
APPS = (".apk", ".aab", ".ipa", ".apks", ".xapk", ".task")


@app.command(
    "verify",
    rich_help_panel=PROVE,
    epilog="Example: skinseg-mobile verify app.apk --against artefacts/student",
)
def verify(
    path: Annotated[
        str,
        typer.Argument(
            help="Artefact folder, packaged name, or app: .apk, .aab, .ipa, .apks, .xapk, .task."
        ),
    ],
    against: Annotated[
        str | None, typer.Option(help="For an app: artefact whose model must be in it.")
    ] = None,
    only: Annotated[
        bool, typer.Option("--only", help="For an app: fail if it holds another model, too.")
    ] = False,
    key: Annotated[
        Path | None, typer.Option(help="Public key that must match the artefact's signature.")
    ] = None,
    json: Json = False,
) -> None:
    """Check every hash of an artefact, or find its model in a built app; exit 1 on a difference."""
    from skinseg_mobile.runtime_py.errors import InputError

    is_app = Path(path).suffix.lower() in APPS or Path(path).is_file()
    if is_app != (against is not None):
        wrong = (
            "is a file. Give an artefact folder, or add --against to look into an app."
            if is_app
            else "is not an app. Give an app's file, or remove --against."
        )
        raise InputError(f"{path} {wrong}")
    if only and not is_app:
        raise InputError(f"--only is for apps, {path} is an artefact. Remove --only.")
    if against is None:
        _verify_artefact(path, key, json)
    else:
        _verify_app(Path(path), against, key, only=only, json=json)


@app.command(
    "sign",
    rich_help_panel=PROVE,
    epilog="Example: skinseg-mobile sign artefacts/student --key team.key",
)
def sign(
    artefact: Annotated[Path, typer.Argument(help="Artefact folder.")],
    key: Annotated[Path, typer.Option(help="Private key that `keygen` wrote.")],
) -> None:
    """Check an artefact's hashes and add a signature, manifest.sig."""
    from skinseg_mobile.runtime_py.artifact.verify import sign_whole
    from skinseg_mobile.runtime_py.engines.load import find_artefact

    sign_whole(find_artefact(artefact), key)
    print(f"signed {artefact}; check it with: skinseg-mobile verify {artefact} --key {key}.pub")


@app.command("keygen", rich_help_panel=PROVE, epilog="Example: skinseg-mobile keygen team.key")
def keygen(
    key: Annotated[Path, typer.Argument(help="New private key file; the public key adds .pub.")],
    kind: Annotated[
        KeyKind, typer.Option(help="ed25519 signs artefacts (`sign`), p256 signs a `dossier`.")
    ] = KeyKind.ED25519,
) -> None:
    """Write a new key pair; keep the private key out of the repository."""
    from skinseg_mobile.runtime_py.artifact.signature import keygen as run

    public = run(key, kind)
    print(f"{key} is the private key (keep it secret), {public} the public one (give it away)")


def _verify_artefact(path: str, key: Path | None, json: bool) -> None:
    from skinseg_cli.tables import print_json
    from skinseg_mobile.runtime_py.artifact.verify import verify as run
    from skinseg_mobile.runtime_py.engines.load import find_artefact
    from skinseg_mobile.runtime_py.numbers import counted

    found = run(find_artefact(path), key)
    if json:
        print_json(found)
    else:
        for finding in found.findings:
            print(f"{finding.file}: {finding.problem}")
        verdict = "differs from its manifest" if found.findings else "is whole"
        print(f"{path} {verdict}; {counted(found.files, 'file')}, signature {found.signature}")
    raise typer.Exit(1 if found.findings else 0)


def _verify_app(path: Path, against: str, key: Path | None, *, only: bool, json: bool) -> None:
    from skinseg_cli.tables import print_json, print_table
    from skinseg_mobile.runtime_py.artifact.verify import require_whole
    from skinseg_mobile.runtime_py.artifact.verify_app import verify_app
    from skinseg_mobile.runtime_py.engines.load import find_artefact

    folder = find_artefact(against)
    require_whole(folder, key)
    found = verify_app(path, folder)
    if json:
        print_json(found)
    else:
        rows = [
            (m.member, m.kind or "", f"{m.bytes / 1e6:.2f}", m.sha256[:12], m.known or "")
            for m in found.models
        ]
        if rows:
            print_table(("model file", "kind", "#MB", "SHA-256", "known as"), rows, str(path))
        print(found.sentence)
        for what in found.not_compared:
            print(f"not compared: {what}")
        if only and found.is_same and found.others:
            print(f"--only: {path} also holds {', '.join(found.others)}")
    raise typer.Exit(0 if (found.is_alone if only else found.is_same) else 1)
