"""Traces a net into the TorchScript that coremltools reads."""

from typing import Any

import torch
from torch import Tensor, nn


def traced(net: nn.Module, example: Tensor) -> Any:
    """Trace a net for images of the shape of `example`.

    coremltools 9.0 looks modules up as attributes of TorchScript's, where a module called `graph`,
    `code` or `save` is hidden by TorchScript's own: then no module lies inside another.
    """
    words = {word for name in net.state_dict() for word in name.split(".")}
    hidden = words & {*dir(torch.jit.ScriptModule)}
    # unchecked: `export` compares the file with torch, on other images than this one
    return torch.jit.trace(_Flat(net) if hidden else net, example, check_trace=False)


class _Flat(nn.Module):
    """A net whose weights lie side by side."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.run = net.forward  # no module: the trace knows the weights by their identity
        for name, weight in net.state_dict(keep_vars=True).items():
            self.register_buffer(name.replace(".", "_"), weight)

    def forward(self, image: Tensor) -> Any:
        """Return what the net does."""
        return self.run(image)
