"""What coremltools reads: modules as they are, or none inside another where it would lose one."""

from collections import OrderedDict

import pytest
import torch
from torch import nn

from skinseg_mobile.export.targets.coreml.trace import traced


@pytest.mark.filterwarnings("ignore:.*torch.jit.trace:DeprecationWarning")  # coremltools' way in
@pytest.mark.parametrize(("name", "nested"), [("stem", True), ("graph", False), ("save", False)])
def test_modules_that_torchscript_hides(name: str, nested: bool) -> None:
    inner = nn.Sequential(OrderedDict({name: nn.Conv2d(3, 4, 3), "act": nn.PReLU()}))
    net, image = nn.Sequential(OrderedDict(body=inner)), torch.rand(1, 3, 8, 8)
    with torch.no_grad():
        found = traced(net, image)
        torch.testing.assert_close(found(image + 1), net(image + 1), rtol=0, atol=0)
    assert bool([*found.children()]) == nested
    weights = {key.replace(".", "_"): value for key, value in net.state_dict().items()}
    kept = {key.replace(".", "_"): value for key, value in found.state_dict().items()}
    assert kept.keys() == weights.keys()
    assert all(torch.equal(kept[key], weights[key]) for key in weights)
