"""Writes a commented gate.toml in which every default stands: what it says is what holds."""

from dataclasses import asdict

from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.limits import LIMITS

_HEAD = """\
# The release gate of skinseg-mobile; docs/gate.md explains every key.
#     skinseg-mobile gate gate.toml --out gate-report
# Paths are relative to this file. A key that is left out has the value shown here.

[run]
artefacts = ["artefacts/*"]   # folders, patterns, packaged names; a missing one is an error
engines = ["all"]             # all: what this machine has. An engine named here must run.
# data = "data/valid"         # a dataset; without it the golden images inside each artefact
# split = "valid"
# reference = "runs/student"  # with data: checkpoint, artefact or saved predictions
workers = 0                   # processes; 0: one a core

[budgets]                     # none unless set; a budget that cannot be checked is no pass
# megabytes = 1.5
# parameters = 1000000
# latency_ratio = 1.2         # median latency over the baseline's, taken in turns
# baseline = "artefacts/released"

[bootstrap]
confidence = 0.95             # two-sided, of the mean ΔJaccard
resamples = 2000
seed = 0
"""
_LIMITS = """
# Limits by precision. delta: |ΔJaccard| and the margin of its lower confidence bound;
# worst_loss, losing: one photograph's loss, the share that loses more than 0.05;
# agreement, worst_agreement, boundary: masks against the checkpoint's;
# shift, stretch: pixels of the net's input; group: loss in a group of 15 or more;
# calibration, probability: change of the calibration error, |Δp| of 99 in 100 pixels.
"""


def template() -> str:
    """Return the text of a new gate.toml."""
    return _HEAD + _LIMITS + "\n".join(map(_table, Precision))


def _table(precision: Precision) -> str:
    values = asdict(LIMITS[precision]).items()
    return f"[limits.{precision}]\n" + "".join(f"{name} = {value}\n" for name, value in values)
