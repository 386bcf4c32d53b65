"""The four MLPerf Tiny architectures with random weights, so that the benchmarks run without the reference models.

Shapes, operators and MACs are those of the reference models; the outputs have no meaning. Half of the channels of the
trained person detector are dead and are removed by the compiler. With random weights no channel is dead, so the random
person detector has twice as many MACs after the passes.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.flatmodel import Activation, RandomModel


def resnet8(seed: int = 1) -> bytes:
    """Image classification: ResNet-8, 32x32x3, 10 classes."""
    model = RandomModel(seed)
    start = model.input((1, 32, 32, 3))
    x = model.conv(start, 16, (3, 3))
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        inner = model.conv(x, channels, (3, 3), stride)
        inner = model.conv(inner, channels, (3, 3), relu=False)
        shortcut = x if stride == 1 else model.conv(x, channels, (1, 1), stride, relu=False)
        x = model.add(shortcut, inner)
    return model.write(start, _classes(model, x, 10))


def ds_cnn(seed: int = 2) -> bytes:
    """Keyword spotting: depthwise-separable CNN, 49x10, 12 classes."""
    model = RandomModel(seed)
    start = model.input((1, 49, 10, 1))
    x = model.conv(start, 64, (10, 4), 2)
    for _ in range(4):
        x = model.conv(model.depthwise(x), 64, (1, 1))
    return model.write(start, _classes(model, x, 12))


def mobilenet(seed: int = 3) -> bytes:
    """Person detection: MobileNetV1-0.25, 96x96x3, 2 classes."""
    model = RandomModel(seed)
    start = model.input((1, 96, 96, 3))
    x = model.conv(start, 8, (3, 3), 2)
    blocks = ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *((128, 1),) * 5, (256, 2), (256, 1))
    for channels, stride in blocks:
        x = model.conv(model.depthwise(x, stride), channels, (1, 1))
    return model.write(start, _classes(model, x, 2))


def autoencoder(seed: int = 4) -> bytes:
    """Anomaly detection: autoencoder of fully connected layers, 640 inputs and outputs."""
    model = RandomModel(seed)
    start = model.input((1, 640))
    x = start
    for width in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = model.dense(x, width, relu=True)
    return model.write(start, model.dense(x, 640))


def _classes(model: RandomModel, x: Activation, count: int) -> Activation:
    return model.softmax(model.dense(model.flatten(model.pool(x)), count))


#: Model name → function that makes the .tflite file.
ARCHITECTURES: dict[str, Callable[[], bytes]] = {
    "ic-random": resnet8,
    "kws-random": ds_cnn,
    "vww-random": mobilenet,
    "ad-random": autoencoder,
}
