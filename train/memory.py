"""Turns running out of memory, on a GPU or not, into a sentence that says what to lower."""

from collections.abc import Generator
from contextlib import contextmanager

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.runtime_py.vendors import vendor
from skinseg_mobile.train.config import TrainConfig


@contextmanager
def memory_for(config: TrainConfig) -> Generator[None]:
    """Run a block that may need more memory than there is.

    Raises:
        InputError: it did.
    """
    accelerate = vendor("accelerate.utils.memory", "train")
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, MemoryError) or accelerate.should_reduce_batch_size(error):
            raise InputError(_sentence(config)) from error
        raise


def _sentence(config: TrainConfig) -> str:
    height, width = config.spec.size
    pixels = f", --pixels (now {config.pixels} an {config.pixels_per})" if config.pixels else ""
    return (
        f"a training step must fit into memory, that of {config.preset} does not; lower --batch"
        f" (now {config.batch}){pixels} or take a net with a smaller input (now {height}×{width})"
    )
