"""Runs a model in a process of its own: what kills the engine there is one sentence here.

worker.py   the plain script that runs inside: one model, tensor after tensor
process.py  starts it and talks with it
"""
