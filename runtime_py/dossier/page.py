"""A dossier as one self-contained HTML page: verdict, change, criteria, images, groups, files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from skinseg_mobile.runtime_py.dossier.compare import worst_first
from skinseg_mobile.runtime_py.dossier.formats.model_signing import signature_name
from skinseg_mobile.runtime_py.dossier.formats.spec import NotWritten
from skinseg_mobile.runtime_py.dossier.record import SUMS, SUMS_SIGNATURE, Dossier
from skinseg_mobile.runtime_py.dossier.statement import PublicKey
from skinseg_mobile.runtime_py.gate.reports.figures import SIZE, histogram, scatter
from skinseg_mobile.runtime_py.gate.reports.folder import MOST_ROWS, SYMBOL, page_template

STATEMENTS = (
    "for file in *.intoto.json; do   # in-toto statements in DSSE envelopes",
    '  jq -j .payload "$file" | base64 -d > /tmp/payload',
    "  { printf 'DSSEv1 28 application/vnd.in-toto+json %s ' \"$(stat -c %s /tmp/payload)\";"
    " cat /tmp/payload; } > /tmp/signed",
    "  jq -j '.signatures[0].sig' \"$file\" | base64 -d > /tmp/signature",
    "  openssl dgst -sha256 -verify key.pub -signature /tmp/signature /tmp/signed",
    "done",
)
TEMPLATE = Path(__file__).parent / "templates" / "dossier.html"


def dossier_page(
    dossier: Dossier,
    missing: Sequence[NotWritten],
    hashes: Mapping[str, str],
    key: PublicKey,
) -> str:
    """Return the page; `hashes` are those of the other files of the folder."""
    found = [item.compared for item in dossier.judged]
    return page_template(TEMPLATE).render(
        dossier=dossier,
        release=dossier.plan.release,
        checks=[check for item in dossier.judged for check in item.checks],
        symbol=SYMBOL,
        side=SIZE,
        sections=[
            {
                "scatter": scatter(one.scored) if one.scored else None,
                "histogram": histogram(one.scored) if one.scored else None,
                "rows": worst_first(one.images)[:MOST_ROWS],
            }
            for one in found
        ],
        bill=list(_bill(dossier)),
        files=sorted(hashes.items()),
        missing=missing,
        key=key.id,
        commands="\n".join(_commands(dossier, hashes)),
    )


def _bill(dossier: Dossier) -> Iterator[tuple[str, str, str]]:
    """Yield what the release is made of: kind, name, version or hash."""
    for item in dossier.judged:
        manifest, source = item.pair.after.manifest, item.pair.after.manifest.provenance
        yield "model", item.pair.after.label, manifest.model_sha256
        yield "checkpoint", manifest.checkpoint, manifest.checkpoint_sha256
        if source:
            yield "training data", source.data, source.data_sha256
            yield "toolkit commit", "skinseg-mobile", source.commit
        yield from (("package", name, version) for name, version in manifest.versions.items())
    yield "evaluation data", dossier.data.name, dossier.data.sha256
    yield "toolkit", "skinseg-mobile", dossier.tool.partition(" ")[2]


def _commands(dossier: Dossier, hashes: Mapping[str, str]) -> Iterator[str]:
    """Yield commands of public tools, each for a file that is there."""
    yield f"sha256sum --check {SUMS}"
    yield f"openssl dgst -sha256 -verify key.pub -signature {SUMS_SIGNATURE} {SUMS}"
    yield from STATEMENTS
    for item in dossier.judged:
        name = signature_name(item)
        if name in hashes:
            folder = item.pair.after.folder.resolve().name
            yield (
                f"model_signing verify key {folder} --signature {name} --public_key key.pub"
                "   # pip install model-signing pyOpenSSL"
            )
    if "bom.cdx.json" in hashes:
        yield "cyclonedx validate --input-file bom.cdx.json --input-version v1_6"
    if "croissant.json" in hashes:
        yield "mlcroissant validate --jsonld croissant.json   # pip install mlcroissant"
