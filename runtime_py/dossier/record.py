"""`Dossier`: all evidence of one release, and `dossier.json`, its record."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from skinseg_mobile.runtime_py.dossier.change import Edition, Replacement
from skinseg_mobile.runtime_py.dossier.compare import Comparisons, JudgedData
from skinseg_mobile.runtime_py.dossier.plan import ReleaseFacts
from skinseg_mobile.runtime_py.gate.compare import ImageResult
from skinseg_mobile.runtime_py.gate.report import GateReport
from skinseg_mobile.runtime_py.gate.verdict import Check, Verdict, verdict_of
from skinseg_mobile.runtime_py.numbers import four, signed
from skinseg_mobile.runtime_py.storage.atomic import plain

SCHEMA = "skinseg-mobile/dossier"
SCHEMA_VERSION = 1
RECORD, PAGE, KEY = "dossier.json", "index.html", "key.pub"
SUMS, SUMS_SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
"""Files of the folder."""


@dataclass(frozen=True)
class JudgedReplacement:
    """One file of N against the file of N-1 that it replaces, judged by the plan."""

    pair: Replacement
    compared: Comparisons
    engines: tuple[str, str]
    """On which N-1 and N answered."""
    checks: tuple[Check, ...]
    verdict: Verdict
    gate: tuple[GateReport, ...]
    """N on each engine of its target against its own checkpoint; those not run, too."""

    @property
    def slug(self) -> str:
        """As file names call the file of N."""
        return self.pair.after.slug

    @property
    def worse(self) -> list[ImageResult]:
        """Images that lost Jaccard."""
        return [image for image in self.compared.scored if image.delta < 0]

    @property
    def paragraph(self) -> str:
        """The change, as a paragraph."""
        found, pair = self.compared, self.pair
        old, new = (found.mean(name) for name in ("jaccard_reference", "jaccard_artefact"))
        better = sum(image.delta > 0 for image in found.scored)
        topics = {
            "Changed": pair.changed,
            "Unchanged": pair.unchanged,
            "Not known, as one manifest does not record it": pair.unknown,
        }
        return (
            f"{pair.after.label} {_short(pair.after)} replaces {pair.before.label}"
            f" {_short(pair.before)}. "
            + "".join(f"{name}: {', '.join(some)}. " for name, some in topics.items() if some)
            + f"On {len(found.images)} images the mean Jaccard went from {four(old)} to"
            f" {four(new)} ({signed(found.mean('delta'))}{_interval(found)}):"
            f" {better} images got better, {len(self.worse)} got worse,"
            f" {len(found.scored) - better - len(self.worse)} stayed equal."
        )


@dataclass(frozen=True)
class SignedPlan:
    """The plan as it was signed."""

    name: str
    text: str
    statement: str
    """Content of the signed statement's file."""
    sha256: str
    signed_at: str
    criteria: Mapping[str, float]
    release: ReleaseFacts


@dataclass(frozen=True)
class Dossier:
    """Everything that the files of a dossier show."""

    plan: SignedPlan
    data: JudgedData
    judged: tuple[JudgedReplacement, ...]
    dropped: tuple[str, ...]
    """Labels of files of N-1 that nothing replaces."""
    created: str
    processor: str

    @property
    def verdict(self) -> Verdict:
        """Passed where every file of N kept every criterion."""
        return verdict_of([j.verdict for j in self.judged], [True] * len(self.judged))

    @property
    def tool(self) -> str:
        """Name and version of the toolkit."""
        return f"skinseg-mobile {version('skinseg-mobile')}"

    @property
    def shown(self) -> tuple[str, ...]:
        """Ids of the images of which the page holds small copies."""
        strips = (strip.id for item in self.judged for strip in item.compared.strips)
        return tuple(dict.fromkeys(strips))


def record_of(dossier: Dossier) -> dict[str, Any]:
    """Return what dossier.json holds: every number and hash, and no pixel."""
    data = dossier.data
    return plain(
        {
            "schema": SCHEMA,
            "version": SCHEMA_VERSION,
            "tool": dossier.tool,
            "created": dossier.created,
            "processor": dossier.processor,
            "verdict": dossier.verdict,
            "release": dossier.plan.release,
            "plan": {
                "file": dossier.plan.name,
                "sha256": dossier.plan.sha256,
                "signed_at": dossier.plan.signed_at,
                "criteria": dict(dossier.plan.criteria),
            },
            "data": {
                "name": data.name,
                "chosen": data.chosen,
                "sha256": data.sha256,
                "ids_sha256": data.ids_sha256,
                "images": len(data.files),
            },
            "dropped": dossier.dropped,
            "images_shown": dossier.shown,
            "replacements": [_replacement(item) for item in dossier.judged],
        }
    )


def _replacement(item: JudgedReplacement) -> dict[str, Any]:
    found = item.compared
    return {
        "before": {**_edition(item.pair.before), "engine": item.engines[0]},
        "after": {**_edition(item.pair.after), "engine": item.engines[1]},
        "verdict": item.verdict,
        "criteria": item.checks,
        "changes": item.pair.changes,
        "unchanged": item.pair.unchanged,
        "unknown": item.pair.unknown,
        "jaccard_before": found.mean("jaccard_reference"),
        "jaccard_after": found.mean("jaccard_artefact"),
        "delta_jaccard": found.mean("delta"),
        "delta_interval": found.interval,
        "agreement": found.mean("agreement"),
        "groups": [
            {
                "column": group.column,
                "value": group.value,
                "images": group.images,
                "jaccard_before": group.jaccard_reference,
                "jaccard_after": group.jaccard_artefact,
                "delta_jaccard": group.delta_jaccard,
                "delta_interval": found.group_intervals[group.label],
                "judged": group.judged,
            }
            for group in found.groups
        ],
        "gate": [{**report.as_dict(), "per_image": ()} for report in item.gate],
        "per_image": [_image(image) for image in found.images],
    }


def _short(item: Edition) -> str:
    return f"({item.manifest.model_sha256[:8]}, {item.manifest.model_bytes / 1e6:.2f} MB)"


def _edition(item: Edition) -> dict[str, Any]:
    return {
        "artefact": item.label,
        "manifest_sha256": item.manifest_sha256,
        "model_sha256": item.manifest.model_sha256,
        "files": item.manifest.files,
    }


def _image(image: ImageResult) -> dict[str, Any]:
    return {
        "id": image.id,
        "jaccard_before": image.jaccard_reference,
        "jaccard_after": image.jaccard_artefact,
        "agreement": image.agreement,
        "boundary": image.boundary,
        "p99_abs_delta": image.p99_abs_delta,
        "groups": image.groups,
        "scored": image.scored,
    }


def _interval(found: Comparisons) -> str:
    if found.interval is None:
        return ""
    return f", interval {signed(found.interval[0])} to {signed(found.interval[1])}"
