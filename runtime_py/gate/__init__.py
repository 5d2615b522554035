"""The release gate: measurements of an artefact against its checkpoint, checked against limits.

Case         one image: its truth, and what the checkpoint says of it
Answer       the same, and what the artefact says
Comparison   the numbers of one answer; the maps themselves are let go
CheckSpec    what a file of `checks` holds: limit, measure of an image, value of the set
Check        one checked rule: value, limit, verdict, sentence
GateReport   all checks, the verdict, and the numbers beside it
GateConfig   `gate.toml`: limits by precision, budgets, and what `skinseg-mobile gate` runs
"""
