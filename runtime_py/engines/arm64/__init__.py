"""Runs artefacts on ARM64 processors that this machine lacks: qemu emulates the processor.

    setup.py     downloads emulator, an ARM64 Python and the engines' ARM64 wheels into one folder
    place.py     that folder: where it is, whether it is ready, the processors it emulates
    worker.py    the plain script that runs inside: one model, tensor after tensor
    emulated.py  starts that script and talks with it

The kernels are those of ARM phones, so the numbers are; speed is not, and nothing is said of it.
"""
