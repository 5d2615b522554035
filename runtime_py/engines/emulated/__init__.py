"""Runs artefacts on processors that this machine lacks: qemu emulates the processor.

    setup.py    downloads emulators, an ARM64 Python and the engines' ARM64 wheels into one folder
    place.py    that folder: where it is, whether it is ready, the ARM64 processors
    x86.py      the x86 processors, which run this machine's own Python
    engine.py   the engines `arm64:…` and `x86:…`; `runtime_py.child` runs inside

The kernels are those of the processor, so the numbers are; speed is not, and nothing is said of it.
"""
