"""A model card with the metadata that Hugging Face reads: licence, task, datasets, results."""

from collections.abc import Mapping
from typing import Any

from skinseg_mobile.runtime_py.dossier.formats.spec import EXTRA, UNSTATED, DossierFormat
from skinseg_mobile.runtime_py.dossier.record import Dossier, JudgedReplacement
from skinseg_mobile.runtime_py.dossier.statement import SigningKey
from skinseg_mobile.runtime_py.numbers import number
from skinseg_mobile.runtime_py.vendors import vendor

NAME = "model-card.md"


def _write(dossier: Dossier, _: str, __: SigningKey) -> Mapping[str, str]:
    hub = vendor("huggingface_hub", EXTRA)
    first = dossier.judged[0].pair.after.manifest
    data = hub.ModelCardData(
        license=first.licence.lower(),
        model_name=first.name,
        pipeline_tag="image-segmentation",
        tags=sorted({"medical", str(first.task), *_targets(dossier)}),
        eval_results=[result for item in dossier.judged for result in _results(hub, dossier, item)],
    )
    return {NAME: f"---\n{data.to_yaml()}\n---\n\n{_text(dossier)}"}


def _targets(dossier: Dossier) -> set[str]:
    return {item.pair.after.manifest.target for item in dossier.judged}


def _results(hub: Any, dossier: Dossier, item: JudgedReplacement) -> list[Any]:
    return [
        hub.EvalResult(
            task_type="image-segmentation",
            dataset_type=dossier.data.name,
            dataset_name=f"{dossier.data.name}, {dossier.data.chosen}",
            dataset_revision=dossier.data.sha256,
            metric_type=check.name,
            metric_name=f"{check.title} ({item.pair.after.label})",
            metric_value=check.value,
        )
        for check in item.checks
        if check.value is not None
    ]


def _text(dossier: Dossier) -> str:
    use = dossier.plan.release.intended_use or UNSTATED
    parts = [f"# {dossier.judged[0].pair.after.manifest.name}", f"Intended use: {use}."]
    parts += [item.paragraph for item in dossier.judged]
    rows = [
        f"| {item.pair.after.label} | {check.title} | {check.wanted} |"
        f" {'–' if check.value is None else number(check.value)} | {check.verdict} |"
        for item in dossier.judged
        for check in item.checks
    ]
    head = "| file | criterion | limit | value | verdict |\n|---|---|---|---:|---|"
    return "\n\n".join([*parts, "\n".join([head, *rows])]) + "\n"


FORMAT = DossierFormat("Hugging Face model card", _write)
