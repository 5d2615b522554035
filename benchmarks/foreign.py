"""Segmentation nets of torchvision and smp, with random weights: factories for `adopt module`.

Nothing else is here: a checkpoint names the hash of its factory's file.
"""

import importlib

from torch import nn

from skinseg_mobile.train.vision import torchvision, with_operators


def lraspp() -> nn.Module:
    """torchvision's LRASPP-MobileNetV3-L: its two maps are lesion and no lesion."""
    return torchvision().models.segmentation.lraspp_mobilenet_v3_large(
        weights_backbone=None, num_classes=2
    )


def deeplab() -> nn.Module:
    """torchvision's DeepLabV3-MobileNetV3-L."""
    return torchvision().models.segmentation.deeplabv3_mobilenet_v3_large(
        weights_backbone=None, num_classes=2
    )


def unet() -> nn.Module:
    """smp's U-Net on MobileNetV2."""
    return _smp("Unet")


def fpn() -> nn.Module:
    """smp's FPN on MobileNetV2."""
    return _smp("FPN")


def _smp(name: str) -> nn.Module:
    smp = with_operators(lambda: importlib.import_module("segmentation_models_pytorch"))
    return getattr(smp, name)("mobilenet_v2", encoder_weights=None, classes=1)
