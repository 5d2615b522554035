#!/usr/bin/env bash
# Reading a Core ML package with coremltools writes into it.
#
# One would expect: `load_spec` and `MLModel` read a .mlpackage and leave its files alone, so that a
#   hash taken before is the hash after.
# What happens: both write Manifest.json anew, in coremltools' own order and spacing. A package whose
#   Manifest.json is valid JSON in any other form (sorted keys, one line: as tools write that make
#   packages reproducible) has another hash after it was only looked at.
# Why it matters: hashes or signatures of a package break once someone inspects it; two processes
#   that read one package write one file.
# Versions: coremltools 9.0, numpy 2.3.5, Python 3.11, Linux x86-64; seen on 2026-11-28.
# Source: run here; no public report was found. The package is read through the native
#   `libmodelpackage`, whose object saves the manifest when it goes.
# Output seen:
#   load_spec: Manifest.json changed
#   MLModel: Manifest.json changed
#   same JSON before and after: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check coremltools==9.0 numpy==2.3.5 2>/dev/null
cat >look.py <<'PYTHON'
import json
import logging
import sys
from pathlib import Path

import coremltools as ct
from coremltools.converters.mil import Builder as mb

logging.disable(logging.CRITICAL)


@mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))])
def program(x):
    return mb.relu(x=x, name="y")


package, manifest = "relu.mlpackage", Path("relu.mlpackage/Manifest.json")
ct.convert(program, convert_to="mlprogram", skip_model_load=True).save(package)
content = json.loads(manifest.read_text())
changed = []
for name, read in (
    ("load_spec", ct.utils.load_spec),
    ("MLModel", lambda path: ct.models.MLModel(path, skip_model_load=True)),
):
    manifest.write_text(json.dumps(content, sort_keys=True) + "\n")
    before = manifest.read_bytes()
    read(package)
    changed.append(manifest.read_bytes() != before)
    print(f"{name}: Manifest.json {'changed' if changed[-1] else 'is as it was'}")
same = json.loads(manifest.read_text()) == content
print(f"same JSON before and after: {same}")
sys.exit(0 if all(changed) and same else 1)
PYTHON
venv/bin/python look.py 2>/dev/null
