"""The demo: the packaged student becomes three artefacts, each is judged, a page shows them."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from skinseg_mobile.export.export import export
from skinseg_mobile.runtime_py.contract import OURS
from skinseg_mobile.runtime_py.data.dataset import Sample, md5_order, read_dataset, select
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.cases import data_cases, net_reference
from skinseg_mobile.runtime_py.gate.evaluate_artifact import evaluate_artifact
from skinseg_mobile.runtime_py.gate.report import GateReport
from skinseg_mobile.runtime_py.gate.reports.folder import write_files
from skinseg_mobile.runtime_py.gate.stored import stored
from skinseg_mobile.runtime_py.gate.verdict import verdict_of
from skinseg_mobile.runtime_py.storage.atomic import new_folder
from skinseg_mobile.train.references.engine import segmenter_of
from skinseg_mobile.train.references.find import find_checkpoint
from skinseg_mobile.train.synth import write_set

JOBS = {
    "onnx": [Precision.INT8],
    "tflite": [Precision.INT8],
    "coreml": [Precision.FP16],
}
IMAGES = 24
SHOWN = 8
SEED = 1


def demo(net: str, data: Path | None, out: Path) -> list[GateReport]:
    """Write artefacts, photographs and the gate's report, `index.html`, into the new folder `out`.

    Raises:
        InputError: `out` exists, or `data` is no dataset with masks.
    """
    checkpoint = find_checkpoint(net)
    with new_folder(out) as folder:
        if data is None:
            write_set(folder / "photographs", IMAGES, SEED, checkpoint.record.task)
        samples = _first(data or folder / "photographs", all_of=data is None)
        cases = data_cases(samples, net_reference(segmenter_of(checkpoint), checkpoint.digest))
        with tempfile.TemporaryDirectory() as store:
            known = stored(
                cases, [OURS.frame(*checkpoint.record.spec.size)], Path(store) / "images"
            )
            checked = [
                evaluate_artifact(written.path, known, shown=SHOWN)
                for written in export(checkpoint, JOBS, folder / "artefacts")
            ]
        reports = [item.report for item in checked]
        write_files(folder, checked, verdict_of([r.verdict for r in reports]), html="index.html")
    return reports


def _first(data: Path, *, all_of: bool) -> Sequence[Sample]:
    """Return all drawn photographs, or the first of a dataset in MD5 order."""
    dataset = read_dataset(data)
    samples = {s.id: s for s in (dataset.samples if all_of else select(dataset, None))}
    return [samples[id_] for id_ in md5_order(samples)[:IMAGES]]
