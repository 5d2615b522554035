#!/usr/bin/env bash
# tf2onnx converts a resize by area into one that takes the nearest pixel.
#
# One would expect: `tf.image.resize(image, (2, 2), "area")` gives in the ONNX file the mean of the
#   pixels that each new pixel covers, as it does in TensorFlow, or tf2onnx refuses it.
# What happens: it converts without a word. The file has a Resize with mode="nearest" and
#   nearest_mode="floor", which picks one pixel of each block, the upper left one. Fine lines vanish or
#   fill the image, by where they begin. Enlarging by whole numbers is right, since there both are
#   the same. Keras' `Resizing(..., interpolation="area")` has it, too, and so has Keras'
#   own `model.export(..., format="onnx")`, which calls tf2onnx.
# Why it matters: "area" is the usual way to shrink a photograph without false patterns, and a Resizing
#   layer puts it into the net. Through the file the same net sees hair and skin texture that it never
#   saw in training. An even image, or a check of shapes, does not show it.
# What helps: `tf.nn.avg_pool2d` where sizes divide.
# Versions: tf2onnx 1.17.0, tensorflow-cpu 2.21.0, keras 3.15.1, onnx 1.23.2, onnxruntime 1.31.1, numpy
#   2.2.6, Python 3.11, Linux x86-64; seen on 2026-11-30.
# Source: run here. https://github.com/onnx/tensorflow-onnx/pull/2241 brought it in 2023 (1.15.1 does not
#   know the operation); a comment there says that results are way off. No other report was found.
# Output seen (pixels of the first row):
#   lines, area, half      TensorFlow 0.5 0.5 0.5 0.5  ONNX 0.0 0.0 0.0 0.0  nearest floor
#   lines moved by one     TensorFlow 0.5 0.5 0.5 0.5  ONNX 1.0 1.0 1.0 1.0  nearest floor
#   numbers, area, half    TensorFlow 4.5 6.5 8.5 10.5 ONNX 0.0 2.0 4.0 6.0  nearest floor
#   numbers, area, to 3    TensorFlow 7.9 10.5 13.1    ONNX 0.0 2.0 5.0      nearest floor
#   numbers, bilinear      TensorFlow 4.5 6.5 8.5 10.5 ONNX 4.5 6.5 8.5 10.5 linear floor
#   Keras' own export      TensorFlow 4.5 6.5 8.5 10.5 ONNX 0.0 2.0 4.0 6.0  nearest floor
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  tensorflow-cpu==2.21.0 keras==3.15.1 tf2onnx==1.17.0 onnx==1.23.2 onnxruntime==1.31.1 \
  numpy==2.2.6 2>/dev/null
cat >look.py <<'PYTHON'
import logging

import keras
import numpy
import onnx
import onnxruntime
import tensorflow
import tf2onnx

logging.disable(logging.CRITICAL)
lines = numpy.tile(numpy.array([0, 1, 0, 1, 0, 1, 0, 1], "float32"), (8, 1))
counted = numpy.arange(64, dtype="float32").reshape(8, 8)


def row(pixels):
    return " ".join(f"{value:.1f}" for value in numpy.asarray(pixels)[0, 0, :, 0])


def look(name, image, function, model=None):
    image = image[None, :, :, None]
    signature = [tensorflow.TensorSpec(image.shape, tensorflow.float32, name="image")]
    if model is None:
        made, _ = tf2onnx.convert.from_function(
            tensorflow.function(function, input_signature=signature), input_signature=signature, opset=18
        )
        onnx.save(made, "net.onnx")
    else:
        model.export("net.onnx", format="onnx", verbose=False)
    session = onnxruntime.InferenceSession("net.onnx")
    file = session.run(None, {session.get_inputs()[0].name: image})[0]
    modes = " ".join(
        attribute.s.decode()
        for node in onnx.load("net.onnx").graph.node
        for attribute in node.attribute
        if node.op_type == "Resize" and attribute.name in ("mode", "nearest_mode")
    )
    truth = row(function(tensorflow.constant(image)))
    print(f"{name:<22} TensorFlow {truth:<16} ONNX {row(file):<16} {modes}")


def resized(size, way):
    return lambda image: tensorflow.image.resize(image, size, way)


look("lines, area, half", lines, resized((4, 4), "area"))
look("lines moved by one", 1 - lines, resized((4, 4), "area"))
look("numbers, area, half", counted, resized((4, 4), "area"))
look("numbers, area, to 3", counted, resized((3, 3), "area"))
look("numbers, bilinear", counted, resized((4, 4), "bilinear"))
net = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Resizing(4, 4, interpolation="area")])
net(counted[None, :, :, None])
look("Keras' own export", counted, net, net)
PYTHON
found=$(CUDA_VISIBLE_DEVICES="" TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python -W ignore look.py 2>/dev/null)
echo "$found"
[ "$found" = "lines, area, half      TensorFlow 0.5 0.5 0.5 0.5  ONNX 0.0 0.0 0.0 0.0  nearest floor
lines moved by one     TensorFlow 0.5 0.5 0.5 0.5  ONNX 1.0 1.0 1.0 1.0  nearest floor
numbers, area, half    TensorFlow 4.5 6.5 8.5 10.5 ONNX 0.0 2.0 4.0 6.0  nearest floor
numbers, area, to 3    TensorFlow 7.9 10.5 13.1    ONNX 0.0 2.0 5.0      nearest floor
numbers, bilinear      TensorFlow 4.5 6.5 8.5 10.5 ONNX 4.5 6.5 8.5 10.5 linear floor
Keras' own export      TensorFlow 4.5 6.5 8.5 10.5 ONNX 0.0 2.0 4.0 6.0  nearest floor" ]
