"""The keys of a recipe: one frozen dataclass per section; each key has a default, a meaning and allowed values."""

from __future__ import annotations

from dataclasses import dataclass, field

from mcu_toolkit.toml import key

SCHEMA = "mcutk.recipe/1"


@dataclass(frozen=True)
class Data:
    """Where the images come from."""

    source: str = key(
        "folder", "`folder`: DIR/<class>/*.jpg …; `phantom`: made from a seed", choices=("folder", "phantom")
    )
    classes: tuple[str, ...] = key((), "class folders in the order of the outputs; empty: all, sorted")
    about: str = key("", "what the data is and where the public data set is to be had")
    images: int = key(2000, "number of images to make (source `phantom`)", low=8, high=100_000)
    generator_seed: int = key(2024, "seed of the generator (source `phantom`)", low=0)
    difficulty: float = key(1.0, "noise and overlap of the phantoms: 0 easy, 1 as shipped", low=0.0, high=3.0)


@dataclass(frozen=True)
class Input:
    """The input of the network."""

    height: int = key(96, "rows", low=8, high=1024)
    width: int = key(96, "columns", low=8, high=1024)
    channels: int = key(1, "1 grey, 3 RGB", choices=(1, 3))
    normalization: str = key(
        "unit", "pixel to real: `unit` p/255, `signed` p/127.5-1, `raw` p", choices=("unit", "signed", "raw")
    )


@dataclass(frozen=True)
class Split:
    """How images are divided; duplicates never straddle the parts."""

    train: float = key(0.8, "share for training", low=0.0, high=1.0)
    validation: float = key(0.2, "held-out share for validation", low=0.0, high=1.0)
    test: float = key(
        0.0, "share kept for a final test; when 0 the validation part is the held-out part", low=0.0, high=1.0
    )
    seed: int = key(1, "seed of the division", low=0)
    near_duplicates: bool = key(True, "group near-duplicates as well as equal images")
    hash_distance: int = key(
        4, "bits of the 256-bit perceptual hash that near-duplicates may differ in", low=0, high=32
    )
    pixel_distance: float = key(4.0, "mean grey-level difference that near-duplicates may have", low=0.0, high=32.0)


@dataclass(frozen=True)
class Augment:
    """Random changes of training images."""

    rotate: float = key(12.0, "degrees, either way", low=0.0, high=180.0)
    shift: float = key(0.06, "share of the side, either way", low=0.0, high=0.5)
    zoom: float = key(0.1, "relative, either way", low=0.0, high=0.9)
    stretch: float = key(0.05, "change of the aspect ratio, relative", low=0.0, high=0.9)
    flip_horizontal: bool = key(True, "mirror left and right at random")
    flip_vertical: bool = key(False, "mirror top and bottom at random")
    brightness: float = key(0.1, "added grey level, share of the range", low=0.0, high=1.0)
    contrast: float = key(0.1, "relative change of contrast", low=0.0, high=1.0)
    colour: float = key(0.0, "relative gain of each channel by itself (RGB only)", low=0.0, high=1.0)
    noise: float = key(0.0, "standard deviation of Gaussian noise, share of the range", low=0.0, high=0.5)
    erase: float = key(0.0, "side of a random grey square, share of the image", low=0.0, high=0.9)
    mixup: float = key(0.0, "probability that a batch is mixed with its reverse", low=0.0, high=1.0)


@dataclass(frozen=True)
class Teacher:
    """The large float network (or several, averaged)."""

    networks: tuple[str, ...] = key(("resnet-small",), "networks whose outputs are averaged; see docs/training.md")
    width: float = key(1.0, "width multiplier", low=0.05, high=8.0)
    depth: int = key(1, "depth knob of the network", low=1, high=201)
    weights: str = key("none", "`imagenet`, `none` or a path of a weight file")
    logits: str = key("", "a .npz of teacher outputs (ids, logits) instead of a network")
    resolution: int = key(0, "side of the teacher's input; 0: that of the student", low=0, high=1024)
    epochs: int = key(30, "passes over the training images", low=0, high=10_000)
    frozen_epochs: int = key(0, "first stage of transfer: only the new head learns", low=0, high=10_000)
    extended_epochs: int = key(0, "third stage: lower rate, halved whenever validation stalls", low=0, high=10_000)
    learning_rate: float = key(0.002, "peak rate", low=1e-8, high=10.0)
    dropout: float = key(0.2, "before the classifier", low=0.0, high=0.95)


@dataclass(frozen=True)
class Student:
    """The network that goes to the microcontroller."""

    network: str = key("ds-cnn", "see docs/training.md for the list")
    width: float = key(1.0, "width multiplier", low=0.05, high=8.0)
    depth: int = key(1, "depth knob of the network", low=1, high=201)
    dropout: float = key(0.0, "before the classifier", low=0.0, high=0.95)


@dataclass(frozen=True)
class Schedule:
    """How networks learn (AdamW; moving average of the weights)."""

    epochs: int = key(60, "passes of the student over the training images", low=1, high=10_000)
    batch: int = key(32, "images a step", low=1, high=4096)
    learning_rate: float = key(0.003, "peak rate of the student", low=1e-8, high=10.0)
    decay: str = key(
        "cosine",
        "`cosine`, `constant`, or `plateau` (halved when validation stalls)",
        choices=("cosine", "constant", "plateau"),
    )
    warmup_epochs: float = key(1.0, "linear rise at the start", low=0.0, high=1000.0)
    weight_decay: float = key(0.02, "decoupled weight decay", low=0.0, high=1.0)
    label_smoothing: float = key(0.05, "share of the label spread over all classes", low=0.0, high=0.9)
    average: float = key(0.99, "decay a step of the moving average of the weights; 0: none", low=0.0, high=0.99999)
    class_weights: bool = key(False, "weigh the loss by inverse class frequency")
    early_stopping: int = key(0, "stop after so many epochs without a better validation loss; 0: never", low=0)


@dataclass(frozen=True)
class Distill:
    """How the student learns from the teacher (Hinton et al., 2015)."""

    enabled: bool = key(True, "whether there is a teacher at all")
    temperature: float = key(3.0, "softens both outputs", low=0.1, high=100.0)
    weight: float = key(0.8, "weight of the soft loss; the hard loss has the rest", low=0.0, high=1.0)
    views: int = key(30, "augmented views of each image with cached teacher outputs", low=1, high=1000)
    hints: float = key(0.0, "weight of the feature hint: student's pooled features against the teacher's", low=0.0)


@dataclass(frozen=True)
class Saliency:
    """Saliency-guided training (Ismail et al., 2021): pixels with a small gradient are trained to have no influence."""

    enabled: bool = key(False, "mask the pixels of least gradient and ask for the same answer")
    masking: str = key(
        "ratio", "`ratio`: a fixed share of the pixels; `threshold`: those below a share of the map's maximum",
        choices=("ratio", "threshold"),
    )  # fmt: skip
    ratio: float = key(0.5, "share of the pixels that are masked (`ratio`)", low=0.0, high=0.99)
    threshold: float = key(
        0.05, "share of the map's maximum below which pixels are masked (`threshold`)", low=0.0, high=1.0
    )
    weight: float = key(1.0, "of the divergence between masked and unmasked predictions", low=0.0, high=100.0)
    sparsity: float = key(0.0, "of the mean absolute saliency (L1)", low=0.0, high=100.0)


@dataclass(frozen=True)
class Quant:
    """How the student becomes int8."""

    scheme: str = key("qat", "`qat` (tfmot), `pact` (learnable clipping) or `ptq`", choices=("qat", "pact", "ptq"))
    epochs: int = key(8, "passes of quantization-aware training", low=0, high=1000)
    learning_rate: float = key(0.0003, "peak rate", low=1e-8, high=1.0)
    clip_decay: float = key(0.0001, "weight of the squared clipping levels in `pact`", low=0.0, high=10.0)
    weight_bits: int = key(8, "bits of weights in `pact`", choices=(2, 3, 4, 5, 6, 7, 8))
    activation_bits: int = key(8, "bits of activations in `pact`", choices=(2, 3, 4, 5, 6, 7, 8))
    calibration_images: int = key(256, "training images that set the ranges of activations", low=1, high=100_000)


@dataclass(frozen=True)
class Recipe:
    """A complete recipe.

    Attributes:
        name: identifier, also of the run folder.
        title: one line for people.
        seed: of everything random in training (initial weights, order, augmentation).
    """

    name: str = key("custom", "identifier: letters, digits, `-`, `_`")
    title: str = key("", "one line for people")
    seed: int = key(1, "of everything random in training", low=0, high=2**31 - 1)
    data: Data = field(default_factory=Data)
    input: Input = field(default_factory=Input)
    split: Split = field(default_factory=Split)
    augment: Augment = field(default_factory=Augment)
    teacher: Teacher = field(default_factory=Teacher)
    student: Student = field(default_factory=Student)
    schedule: Schedule = field(default_factory=Schedule)
    distill: Distill = field(default_factory=Distill)
    saliency: Saliency = field(default_factory=Saliency)
    quant: Quant = field(default_factory=Quant)

    @property
    def synthetic(self) -> bool:
        """Whether the images are synthetic; reports must say so beside every figure."""
        return self.data.source == "phantom"
