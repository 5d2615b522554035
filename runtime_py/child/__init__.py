"""Runs a model in a process of its own: what kills the engine there is one sentence here.

worker.py        the plain script that runs inside: one model, tensor after tensor
accelerated.py   its engines that run in the toolkit's own environment alone
process.py       starts it and talks with it
"""
