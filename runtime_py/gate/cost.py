"""What a file costs: megabytes, parameters, latency against a baseline; None where unknown."""

from skinseg_mobile.runtime_py.artifact.manifest import Manifest
from skinseg_mobile.runtime_py.gate.find import Facts


def facts_of(manifest: Manifest, latency: tuple[float, float] | None = None) -> Facts:
    """Return the facts of an artefact; `latency` is its milliseconds and the baseline's."""
    return Facts(
        megabytes=manifest.model_bytes / 1e6,
        parameters=manifest.parameters,
        latency_ms=latency[0] if latency else None,
        latency_ratio=latency[0] / latency[1] if latency else None,
    )
