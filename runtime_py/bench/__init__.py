"""What an artefact costs on this machine, beside a baseline measured in the same run.

latency     p50 and p95 of the engine alone, one and several threads, the two artefacts in turn
memory      peak of a fresh process while it loads and runs the net
litert      any TFLite file, and the share of its operations that XNNPACK takes
report      all of it, with size, parameters, operations and ratios
"""
