"""A signed plan: criteria, data and release N-1 are fixed before release N is judged.

    plan.toml              written by the team
    plan.toml.intoto.json  `dossier plan` writes it: hashes of the file, the data and release N-1

Whoever changes one of the three afterwards needs a new plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from skinseg_mobile.runtime_py.artifact.checksums import MANIFEST
from skinseg_mobile.runtime_py.artifact.manifest import parse_manifest
from skinseg_mobile.runtime_py.artifact.verify import require_whole
from skinseg_mobile.runtime_py.dossier.criteria import CRITERIA
from skinseg_mobile.runtime_py.dossier.plan import read_plan
from skinseg_mobile.runtime_py.dossier.statement import (
    BrokenStatementError,
    PublicKey,
    SigningKey,
    envelope,
    now,
    opened,
    statement,
    subjects_of,
)
from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.gate.verdict import Bound
from skinseg_mobile.runtime_py.storage.atomic import (
    read_json,
    require_absent,
    sha256,
    to_json,
    write_file,
)

PLAN_TYPE = "urn:skinseg-mobile:change-plan:v1"
SUFFIX = ".intoto.json"
COMPARATORS: Mapping[Bound, str] = {Bound.AT_LEAST: ">=", Bound.AT_MOST: "<="}


@dataclass(frozen=True)
class Promise:
    """What a signed plan fixes, each a SHA-256 or a set of them."""

    plan: str
    data: str
    released: tuple[str, ...]
    """Of the manifests of release N-1, sorted."""
    signed_at: str


def sign_plan(path: Path, data_sha256: str, released: Sequence[Path], key: SigningKey) -> Path:
    """Write the signed statement of a plan beside it and return its path.

    Raises:
        InputError: the plan is signed already, or breaks a rule.
    """
    plan, out = read_plan(path), statement_path(path)
    require_absent(out)
    for folder in released:
        require_whole(folder)
    predicate = {
        "tool": f"skinseg-mobile {version('skinseg-mobile')}",
        "signedAt": now(),
        "criteria": [
            {
                "metric": name,
                "comparator": COMPARATORS[CRITERIA[name].bound],
                "threshold": str(limit),
            }
            for name, limit in plan.criteria.items()
        ],
        "data": {"digest": {"sha256": data_sha256}, "split": plan.data.split},
        "released": [
            {"name": parse_manifest(folder).label, "digest": {"sha256": sha256(folder / MANIFEST)}}
            for folder in released
        ],
    }
    content = statement({path.name: sha256(path)}, PLAN_TYPE, predicate)
    write_file(out, to_json(envelope(content, key)))
    return out


def statement_path(plan: Path) -> Path:
    """Return where the signed statement of a plan is."""
    return plan.with_name(plan.name + SUFFIX)


def read_promise(path: Path, key: PublicKey) -> Promise:
    """Read the signed statement of a plan.

    Raises:
        InputError: there is none, or `key` did not sign it.
    """
    if not path.exists():
        raise InputError(
            f"{path} does not exist: the plan is not signed. Sign it with `skinseg-mobile dossier"
            " plan` before the release is judged."
        )
    try:
        content = opened(read_json(path), key)
        predicate = content["predicate"]
        (plan,) = subjects_of(content).values()
        released = sorted(item["digest"]["sha256"] for item in predicate["released"])
        data = predicate["data"]["digest"]["sha256"]
        return Promise(plan, data, tuple(released), str(predicate["signedAt"]))
    except (BrokenStatementError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} is no signed plan of this key ({error}). Sign the plan with `skinseg-mobile"
            " dossier plan`."
        ) from error


def require_kept(path: Path, promise: Promise, data_sha256: str, released: Sequence[Path]) -> None:
    """Check that plan, data and release N-1 are what was signed.

    Raises:
        InputError: one of them is another.
    """
    if sha256(path) != promise.plan:
        raise InputError(
            f"{path} was changed after it was signed at {promise.signed_at}. Restore it, or sign a"
            " new plan for the next release."
        )
    if data_sha256 != promise.data:
        raise InputError(
            f"The data are {data_sha256[:12]}, and the plan signed at {promise.signed_at} names"
            f" {promise.data[:12]}. Use the data of the plan."
        )
    hashes = {sha256(folder / MANIFEST): folder for folder in released}
    if others := sorted(set(hashes) - set(promise.released)):
        raise InputError(
            f"{hashes[others[0]]} is not the artefact that the signed plan names as released."
            " Name the release of the plan in --from."
        )
    if set(promise.released) - set(hashes):
        raise InputError(
            f"--from holds {len(hashes)} of the {len(promise.released)} artefacts that the signed"
            " plan names as released. Name all of them."
        )
