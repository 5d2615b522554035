"""The demo: the packaged student becomes three artefacts, each is judged, a page shows them."""

from collections.abc import Sequence
from pathlib import Path

from skinseg_mobile.export.export import Written, export
from skinseg_mobile.runtime_py.data.dataset import Sample, md5_order, read_dataset, select
from skinseg_mobile.runtime_py.data.samples import read_pair
from skinseg_mobile.runtime_py.engines.load import open_segmenter
from skinseg_mobile.runtime_py.engines.segmenter import Segmenter
from skinseg_mobile.runtime_py.errors import NotRunError
from skinseg_mobile.runtime_py.formats import Precision
from skinseg_mobile.runtime_py.gate.cases import Case, judge_net
from skinseg_mobile.runtime_py.gate.cost import facts_of
from skinseg_mobile.runtime_py.gate.evaluate_artifact import Checked
from skinseg_mobile.runtime_py.gate.judge import Judgement, not_run
from skinseg_mobile.runtime_py.gate.reports.folder import verdict_of, write_files
from skinseg_mobile.runtime_py.gate.reports.strips import strips_of
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


def demo(net: str, data: Path | None, out: Path) -> list[Judgement]:
    """Write artefacts, photographs and the gate's report, `index.html`, into the new folder `out`.

    Raises:
        InputError: `out` exists, or `data` is no dataset with masks.
    """
    checkpoint = find_checkpoint(net)
    with new_folder(out) as folder:
        if data is None:
            write_set(folder / "photographs", IMAGES, SEED, checkpoint.record.task)
        samples = _first(data or folder / "photographs", all_of=data is None)
        reference = segmenter_of(checkpoint)
        cases = [_case(sample, reference) for sample in samples]
        checked = [
            _check(written, cases, reference)
            for written in export(checkpoint, JOBS, folder / "artefacts")
        ]
        judgements = [item.judgement for item in checked]
        write_files(folder, checked, verdict_of(judgements), html="index.html")
    return judgements


def _first(data: Path, *, all_of: bool) -> Sequence[Sample]:
    """Return all drawn photographs, or the first of a dataset in MD5 order."""
    dataset = read_dataset(data)
    samples = {s.id: s for s in (dataset.samples if all_of else select(dataset, None))}
    return [samples[id_] for id_ in md5_order(samples)[:IMAGES]]


def _case(sample: Sample, reference: Segmenter) -> Case:
    photo, truth = read_pair(sample)
    return Case(sample.id, photo, truth, reference.at_net_size(photo), sample.groups)


def _check(written: Written, cases: Sequence[Case], reference: Segmenter) -> Checked:
    manifest = written.manifest
    try:
        segmenter = open_segmenter(written.path, manifest)
    except NotRunError as error:
        return Checked(not_run(manifest.label, manifest.precision, str(error)))
    facts = facts_of(manifest)
    judgement = judge_net(segmenter, manifest.precision, cases, reference.label, facts=facts)
    return Checked(judgement, strips_of(segmenter, cases[:SHOWN], judgement))
