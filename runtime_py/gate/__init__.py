"""The release gate: measurements of an artefact against its checkpoint, judged by limits of a team.

Outcome      one photograph: its truth, what the checkpoint says of it, what the artefact says
Measured     the numbers of one outcome; the maps themselves are let go
Check        one named rule over all of them: value, limit, verdict, sentence
Judgement    all checks, the verdict, and the numbers beside it
GateConfig   `gate.toml`: limits by precision, budgets, and what `skinseg-mobile gate` runs
"""
