#!/usr/bin/env bash
# highdicom gives one segment more than was asked for, where all but one of a label map are.
#
# One would expect: `get_pixels_by_source_instance(..., segment_numbers=[1], combine_segments=True)` of
#   a file with the segments lesion (1) and hair (2) gives the lesion alone. Its documentation says:
#   "segment numbers to include", and 0 for pixels in none of them.
# What happens: for files of the type LABELMAP it gives both. What was not asked for is taken out only
#   where two segments and more are left out: the code counts the differing numbers and compares
#   with `> 1`. The file says the same in the type BINARY, and there the result is right. Asking for
#   1 and 3 of three segments gives 2, too. `get_volume` shares the code.
# Why it matters: a mask is read for training or for a score, and hair or a ruler counts as lesion.
#   Here the lesion grows from 16 to 24 pixels. LABELMAP is the newer and smaller of the two types.
# What helps: `relabel=True`, or `combine_segments=False`; both are right.
# Versions: highdicom 0.28.2, pydicom 3.0.2, numpy 2.2.6, Python 3.11, Linux x86-64; seen on
#   2026-11-30.
# Source: run here; no public report was found.
# Output seen (pixels of each segment in the file: 16, 8 and, in the second file, 4):
#   2 segments, asked for [1]     BINARY 16 0 0  LABELMAP 16 8 0  LABELMAP relabelled 16 0 0
#   3 segments, asked for [1, 3]  BINARY 16 0 4  LABELMAP 16 8 4  LABELMAP relabelled 16 4 0
#   3 segments, asked for [1]     BINARY 16 0 0  LABELMAP 16 0 0  LABELMAP relabelled 16 0 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check highdicom==0.28.2 pydicom==3.0.2 \
  numpy==2.2.6 2>/dev/null
cat >look.py <<'PYTHON'
import io

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def image(rows, columns):
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = CTImageStorage
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    for name in "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID":
        setattr(data, name, generate_uid())
    for name in "PatientBirthDate PatientSex StudyDate StudyTime AccessionNumber".split():
        setattr(data, name, "")
    data.PatientID = data.PatientName = data.StudyID = data.Manufacturer = "1"
    data.ReferringPhysicianName, data.Modality = "", "CT"
    data.SeriesNumber = data.InstanceNumber = 1
    data.Rows, data.Columns, data.SamplesPerPixel = rows, columns, 1
    data.PixelSpacing, data.SliceThickness = [1, 1], 1
    data.ImageOrientationPatient, data.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 0]
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.PhotometricInterpretation = "MONOCHROME2"
    data.PixelData = bytes(2 * rows * columns)
    return data


def segment(number):
    return hd.seg.SegmentDescription(
        number,
        f"segment {number}",
        codes.SCT.Tissue,
        codes.SCT.Tissue,
        hd.seg.SegmentAlgorithmTypeValues.MANUAL,
    )


def read(labels, kind, numbers, **how):
    source = image(*labels.shape)
    segments = [segment(n) for n in range(1, labels.max() + 1)]
    ids = generate_uid(), 1, generate_uid(), 1
    file = io.BytesIO()
    hd.seg.Segmentation([source], labels, kind, segments, *ids, "-", "-", "1", "1").save_as(file)
    file.seek(0)
    mask = hd.seg.segread(file).get_pixels_by_source_instance(
        [source.SOPInstanceUID], segment_numbers=numbers, combine_segments=True, **how
    )
    return "{:2} {} {}".format(*(np.sum(mask == n) for n in (1, 2, 3)))


labels = np.zeros((8, 8), np.uint8)
labels[:4, :4], labels[4:6, :4] = 1, 2
three = labels.copy()
three[6:, :2] = 3
for labels, numbers in (labels, [1]), (three, [1, 3]), (three, [1]):
    print(
        f"{labels.max()} segments, asked for {str(numbers):<6}"
        f"  BINARY {read(labels, 'BINARY', numbers)}"
        f"  LABELMAP {read(labels, 'LABELMAP', numbers)}"
        f"  LABELMAP relabelled {read(labels, 'LABELMAP', numbers, relabel=True)}"
    )
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "2 segments, asked for [1]     BINARY 16 0 0  LABELMAP 16 8 0  LABELMAP relabelled 16 0 0
3 segments, asked for [1, 3]  BINARY 16 0 4  LABELMAP 16 8 4  LABELMAP relabelled 16 4 0
3 segments, asked for [1]     BINARY 16 0 0  LABELMAP 16 0 0  LABELMAP relabelled 16 0 0" ]
