#!/usr/bin/env bash
# dermequity's calibration error leaves out the images of which a net is wholly sure.
#
# One would expect: `UncertaintyEstimator` gives the expected calibration error (ECE): the gap between how sure a
#   net is and how often it is right, in ten bins of confidence, over all images.
# What happens: each bin takes its lower limit in and leaves its upper one out, the last bin, too. So images
#   with a confidence of exactly 1 are in no bin. They still count in the divisor, and so add a gap of zero.
#   In float32, a softmax is 1 from 17 on between two outputs, and in float16, from 8 on. The surer a net
#   is without reason, the better it looks: the error rises, and then falls towards 0.
# Why it matters: the package is made for nets on skin lesions. Nets that were trained for long, or that run in
#   float16, say 1 for many images. Such a net is the one that a calibration error is to find, and here
#   it wins. Temperature scaling, which is the remedy, seems to make it worse.
# What helps: the ECE from `details_df`, whose numbers are right, with the last bin closed.
# Versions: dermequity 2.0.0, torch 2.14.1, pandas 3.1.1, scikit-learn 1.9.1, numpy 2.3.5, Python 3.11,
#   Linux x86-64; seen on 2026-12-01.
# Source: run here; no public report was found.
# Output seen (a net whose outputs are too large by a factor, and is right for 0.89 of 2000 images; its mean
#   confidence; the share of images with exactly 1; the calibration error):
#   float32 x 1   sure 0.87  wholly 0.00  by hand 0.02  dermequity 0.02
#   float32 x 4   sure 0.97  wholly 0.16  by hand 0.08  dermequity 0.08
#   float32 x 16  sure 0.99  wholly 0.69  by hand 0.10  dermequity 0.07
#   float32 x 64  sure 1.00  wholly 0.92  by hand 0.11  dermequity 0.03
#   float16 x 1   sure 0.87  wholly 0.02  by hand 0.02  dermequity 0.02
#   float16 x 4   sure 0.97  wholly 0.44  by hand 0.08  dermequity 0.07
#   float16 x 16  sure 0.99  wholly 0.85  by hand 0.10  dermequity 0.05
#   float16 x 64  sure 1.00  wholly 0.96  by hand 0.11  dermequity 0.01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.14.1 torchvision==0.29.1 pandas==3.1.1 \
  scikit-learn==1.9.1 matplotlib==3.11.2 opencv-python-headless==5.0.0.93 tqdm==4.70.1 numpy==2.3.5 2>/dev/null
venv/bin/pip install --quiet --disable-pip-version-check --no-deps dermequity==2.0.0 2>/dev/null
cat >look.py <<'PYTHON'
import dermequity
import numpy as np
import torch


def by_hand(sure, right):
    part = np.minimum((sure * 10).astype(int), 9)
    return sum(abs((right - sure)[part == k].sum()) for k in range(10)) / len(sure)


rng = np.random.default_rng(0)
score = rng.normal(0, 4, 2000)
truth = torch.tensor(rng.random(2000) < 1 / (1 + np.exp(-score))).long()
for kind in torch.float32, torch.float16:
    for factor in 1, 4, 16, 64:
        outputs = torch.tensor(np.stack([np.zeros(2000), factor * score], 1)).to(kind)
        sure, said = torch.softmax(outputs, 1).max(1)
        assert (said == truth).sum() == 1783
        hand = by_hand(sure.double().numpy(), (said == truth).numpy())
        estimator = dermequity.UncertaintyEstimator(torch.nn.Identity(), 1, device="cpu")
        result = estimator.estimate([(outputs, truth, torch.ones(2000).long())])
        wholly = (result.details_df.confidence == 1).mean()
        print(f"{str(kind)[6:]} x {factor:<3} sure {result.avg_confidence:.2f}  wholly {wholly:.2f}", end="  ")
        print(f"by hand {hand:.2f}  dermequity {result.calibration_error:.2f}")
PYTHON
found=$(venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "float32 x 1   sure 0.87  wholly 0.00  by hand 0.02  dermequity 0.02
float32 x 4   sure 0.97  wholly 0.16  by hand 0.08  dermequity 0.08
float32 x 16  sure 0.99  wholly 0.69  by hand 0.10  dermequity 0.07
float32 x 64  sure 1.00  wholly 0.92  by hand 0.11  dermequity 0.03
float16 x 1   sure 0.87  wholly 0.02  by hand 0.02  dermequity 0.02
float16 x 4   sure 0.97  wholly 0.44  by hand 0.08  dermequity 0.07
float16 x 16  sure 0.99  wholly 0.85  by hand 0.10  dermequity 0.05
float16 x 64  sure 1.00  wholly 0.96  by hand 0.11  dermequity 0.01" ]
