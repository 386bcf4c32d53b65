"""Networks of keras.applications as teachers: input adapted, classifier replaced, ImageNet weights optional.

To add one, add a row to `APPLICATIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcu_toolkit.data.preprocess import normalization
from mcu_toolkit.errors import ConfigError, TrainError
from mcu_toolkit.train.backend import backend, quiet
from mcu_toolkit.train.nets.base import FEATURES, NetSpec, Network
from mcu_toolkit.train.nets.registry import register

#: How the published weights expect pixels p (0…255): (what to subtract, what to divide by) for red, green, blue.
_STYLES: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "signed": ((127.5, 127.5, 127.5), (127.5, 127.5, 127.5)),
    "torch": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    # The BGR means of the Caffe networks, stated in RGB order; the exchange of channels happens beside it.
    "caffe": ((123.68, 116.779, 103.939), (1.0, 1.0, 1.0)),
    "raw": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
}

#: Momentum of the moving statistics of batch normalization. The published networks use up to 0.9997, for runs of
#: millions of steps; after a few hundred steps such statistics would still be near their initial values.
_MOMENTUM = 0.9


@dataclass(frozen=True)
class Application:
    """A network of keras.applications.

    Attributes:
        name: as recipes write it.
        constructor: attribute of keras.applications.
        title: name and source, for people.
        style: key of `_STYLES`: the pixels that the published weights expect.
        smallest: side in pixels below which the network cannot be built; smaller images are enlarged first.
        has_width: whether it takes a width multiplier (``alpha``).
    """

    name: str
    constructor: str
    title: str
    style: str
    smallest: int = 32
    has_width: bool = False

    def build(self, spec: NetSpec) -> Any:
        """The published network with this project's head.

        Args:
            spec: `weights` is ``imagenet``, ``none`` or a path of a weight file without top.

        Raises:
            ConfigError: a width or depth that this network does not have.
            TrainError: the weights cannot be fetched or read.
        """
        if spec.depth != 1 or (spec.size != 1.0 and not self.has_width):
            raise ConfigError(
                f"{self.name} has no such width or depth", expected="width 1 and depth 1 (the published network)"
            )
        layers = backend().keras.layers
        source = x = layers.Input((spec.height, spec.width, spec.channels), name="image")
        if spec.channels == 1:
            x = layers.Concatenate(name="grey_to_rgb")([x, x, x])
        height, width = max(spec.height, self.smallest), max(spec.width, self.smallest)
        if (height, width) != (spec.height, spec.width):
            x = layers.Resizing(height, width, name="enlarge")(x)
        x = _pixels(x, spec.normalization, self.style)
        options = {"alpha": spec.size} if self.has_width else {}
        backbone = _load(self.constructor, spec.weights, (height, width, 3), options)
        for layer in backbone.layers:
            if layer.__class__.__name__.endswith("BatchNormalization"):
                layer.momentum = min(layer.momentum, _MOMENTUM)
        x = layers.GlobalAveragePooling2D(name=FEATURES)(backbone(x))
        if spec.dropout > 0.0:
            x = layers.Dropout(spec.dropout, name="dropout")(x)
        return backend().keras.Model(source, layers.Dense(spec.classes, name="logits")(x))


APPLICATIONS = (
    Application("densenet121", "DenseNet121", "DenseNet-121 (Huang et al., 2017)", "torch"),
    Application("resnet50", "ResNet50", "ResNet-50 (He et al., 2016)", "caffe"),
    Application("efficientnetb3", "EfficientNetB3", "EfficientNet-B3 (Tan and Le, 2019)", "raw"),
    Application("vgg16", "VGG16", "VGG-16 (Simonyan and Zisserman, 2015)", "caffe"),
    Application("vgg19", "VGG19", "VGG-19 (Simonyan and Zisserman, 2015)", "caffe"),
    Application("xception", "Xception", "Xception (Chollet, 2017)", "signed", smallest=71),
    Application("nasnetmobile", "NASNetMobile", "NASNet-A mobile (Zoph et al., 2018)", "signed"),
    Application("mobilenetv2", "MobileNetV2", "MobileNetV2 (Sandler et al., 2018)", "signed", has_width=True),
)


def _pixels(x: Any, given: str, style: str) -> Any:
    """From the recipe's normalization to what the network's weights were trained on."""
    layers = backend().keras.layers
    how = normalization(given)
    mean, spread = _STYLES[style]
    if style == "caffe":
        x = layers.Lambda(lambda rgb: rgb[..., ::-1], name="rgb_to_bgr")(x)
        mean = mean[::-1]
    scale = [how.divisor / s for s in spread]
    offset = [(how.offset - m) / s for m, s in zip(mean, spread, strict=True)]
    return layers.Rescaling(scale, offset, name="pixels")(x)


def _load(name: str, weights: str, shape: tuple[int, ...], options: dict[str, Any]) -> Any:
    constructor = getattr(backend().keras.applications, name)
    if weights not in ("none", "imagenet") and not Path(weights).is_file():
        raise TrainError(
            f"there is no weight file {weights}", expected="imagenet, none, or a file", hint="check teacher.weights"
        )
    if weights == "imagenet":
        try:
            with quiet():
                return constructor(include_top=False, weights="imagenet", input_shape=shape, **options)
        except Exception as bad:  # urllib, ssl, h5py, Keras: whatever a failed download raises
            raise TrainError(
                f"the ImageNet weights of {name} could not be downloaded: {str(bad).splitlines()[0][:200]}",
                expected="a connection to storage.googleapis.com, or the file",
                hint=f"fetch the 'notop' .h5 weights of {name} on another machine and pass --set teacher.weights=FILE, "
                "or --set teacher.weights=none to learn from scratch",
            ) from bad
    backbone = constructor(include_top=False, weights=None, input_shape=shape, **options)
    if weights != "none":
        try:
            backbone.load_weights(weights)
        except Exception as bad:  # h5py and Keras raise many kinds on a damaged or foreign file
            raise TrainError(
                f"{weights} does not hold the weights of {name}: {str(bad).splitlines()[0][:200]}",
                expected=f"the 'notop' weights of keras.applications.{name}",
            ) from bad
    return backbone


for _each in APPLICATIONS:
    register(Network(_each.name, "teacher", f"{_each.title}, ImageNet weights optional", _each.build, foldable=False))
