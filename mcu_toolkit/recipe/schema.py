"""The keys of a recipe: one frozen dataclass per section; each key has a default, a meaning and allowed values."""

from __future__ import annotations

from dataclasses import dataclass, field

from mcu_toolkit.toml import key

SCHEMA = "mcutk.recipe/1"


@dataclass(frozen=True)
class Data:
    """Source of the images."""

    source: str = key(
        "folder",
        "`folder`: images `DIR/<class>/*.jpg`, …; `phantom`: generated from a seed",
        choices=("folder", "phantom"),
    )
    classes: tuple[str, ...] = key((), "class folders, in the order of the outputs; empty: all folders, sorted")
    about: str = key("", "description of the data, and where to get it")
    images: int = key(2000, "number of images to generate (source `phantom`)", low=8, high=100_000)
    generator_seed: int = key(2024, "seed of the generator (source `phantom`)", low=0, high=2**63 - 1)
    difficulty: float = key(1.0, "noise and overlap of the phantoms: 0 easiest, 1 as shipped", low=0.0, high=3.0)


@dataclass(frozen=True)
class Input:
    """The input of the network."""

    height: int = key(96, "height in pixels", low=8, high=1024)
    width: int = key(96, "width in pixels", low=8, high=1024)
    channels: int = key(1, "1: grey, 3: RGB", choices=(1, 3))
    normalization: str = key(
        "unit", "real value of a pixel p: `unit` p/255, `signed` p/127.5-1, `raw` p", choices=("unit", "signed", "raw")
    )


@dataclass(frozen=True)
class Split:
    """Split of the images into parts; equal images and near-duplicates always go to the same part."""

    train: float = key(0.8, "share of the images for training", low=0.0, high=1.0)
    validation: float = key(0.2, "share for validation, held out from training", low=0.0, high=1.0)
    test: float = key(
        0.0, "share for the final test; if 0, the validation part is the held-out part", low=0.0, high=1.0
    )
    seed: int = key(1, "seed of the split", low=0, high=2**63 - 1)
    near_duplicates: bool = key(True, "keep near-duplicates together, as well as equal images")
    hash_distance: int = key(
        4, "most bits in which the 256-bit perceptual hashes of near-duplicates may differ", low=0, high=32
    )
    pixel_distance: float = key(
        4.0, "largest mean difference of grey levels between near-duplicates", low=0.0, high=32.0
    )


@dataclass(frozen=True)
class Augment:
    """Random changes of training images."""

    rotate: float = key(12.0, "largest rotation in degrees, in both directions", low=0.0, high=180.0)
    shift: float = key(0.06, "largest shift in both directions, as a share of the side", low=0.0, high=0.5)
    zoom: float = key(0.1, "largest relative change of the size, in both directions", low=0.0, high=0.9)
    stretch: float = key(0.05, "largest relative change of the aspect ratio", low=0.0, high=0.9)
    flip_horizontal: bool = key(True, "mirror left and right at random")
    flip_vertical: bool = key(False, "mirror top and bottom at random")
    brightness: float = key(0.1, "largest change of brightness, as a share of the range", low=0.0, high=1.0)
    contrast: float = key(0.1, "largest relative change of contrast", low=0.0, high=1.0)
    colour: float = key(0.0, "largest relative gain, drawn for each channel separately (RGB only)", low=0.0, high=1.0)
    noise: float = key(0.0, "standard deviation of Gaussian noise, as a share of the range", low=0.0, high=0.5)
    erase: float = key(0.0, "largest side of a random grey square, as a share of the image", low=0.0, high=0.9)
    mixup: float = key(0.0, "probability that a batch is mixed with itself in reverse order", low=0.0, high=1.0)


@dataclass(frozen=True)
class Teacher:
    """The large float network, or several whose outputs are averaged."""

    networks: tuple[str, ...] = key(
        ("resnet-small",), "networks whose outputs are averaged; listed in docs/training.md"
    )
    width: float = key(1.0, "width multiplier", low=0.05, high=8.0)
    depth: int = key(1, "depth setting of the network", low=1, high=201)
    weights: str = key("none", "initial weights: `imagenet`, `none` or the path of a weight file")
    logits: str = key("", ".npz file of teacher outputs (`ids`, `logits`), used instead of a network")
    resolution: int = key(0, "side of the teacher's input in pixels; 0: same as the student's", low=0, high=1024)
    epochs: int = key(30, "epochs: passes over the training images", low=0, high=10_000)
    frozen_epochs: int = key(
        0, "epochs of the first stage of transfer learning, which trains only the new head", low=0, high=10_000
    )
    extended_epochs: int = key(
        0, "epochs of the third stage: a lower rate, halved when the validation loss stalls", low=0, high=10_000
    )
    learning_rate: float = key(0.002, "peak learning rate", low=1e-8, high=10.0)
    dropout: float = key(0.2, "dropout rate before the classifier", low=0.0, high=0.95)


@dataclass(frozen=True)
class Student:
    """The network for the microcontroller."""

    network: str = key("ds-cnn", "name of the network; listed in docs/training.md")
    width: float = key(1.0, "width multiplier", low=0.05, high=8.0)
    depth: int = key(1, "depth setting of the network", low=1, high=201)
    dropout: float = key(0.0, "dropout rate before the classifier", low=0.0, high=0.95)


@dataclass(frozen=True)
class Schedule:
    """Schedule of training (AdamW; moving average of the weights)."""

    epochs: int = key(60, "epochs of the student: passes over the training images", low=1, high=10_000)
    batch: int = key(32, "images per step", low=1, high=4096)
    learning_rate: float = key(0.003, "peak learning rate of the student", low=1e-8, high=10.0)
    decay: str = key(
        "cosine",
        "decay of the learning rate: `cosine`, `constant` or `plateau` (halved when the validation loss stalls)",
        choices=("cosine", "constant", "plateau"),
    )
    warmup_epochs: float = key(
        1.0, "epochs in which the learning rate rises linearly at the start", low=0.0, high=1000.0
    )
    weight_decay: float = key(0.02, "decoupled weight decay", low=0.0, high=1.0)
    label_smoothing: float = key(0.05, "share of each label that is spread over all classes", low=0.0, high=0.9)
    average: float = key(
        0.99, "decay per step of the moving average of the weights; 0: no average", low=0.0, high=0.99999
    )
    class_weights: bool = key(False, "weight the loss by inverse class frequency")
    early_stopping: int = key(
        0, "stop after this many epochs without a lower validation loss; 0: never", low=0, high=10_000
    )


@dataclass(frozen=True)
class Distill:
    """Distillation: the student learns from outputs of the teacher (Hinton et al., 2015)."""

    enabled: bool = key(True, "use a teacher")
    temperature: float = key(3.0, "temperature of the softened outputs of teacher and student", low=0.1, high=100.0)
    weight: float = key(0.8, "weight w of the soft loss; the hard loss has 1 - w", low=0.0, high=1.0)
    views: int = key(30, "augmented views of each training image, with cached teacher outputs", low=1, high=1000)
    hints: float = key(
        0.0, "weight of the difference between the pooled features of student and teacher", low=0.0, high=1000.0
    )


@dataclass(frozen=True)
class Saliency:
    """Saliency-guided training (Ismail et al., 2021): pixels with a small gradient are trained to have no influence."""

    enabled: bool = key(False, "mask the pixels with the smallest gradient, and train for the same prediction")
    masking: str = key(
        "ratio", "`ratio`: a fixed share of the pixels; `threshold`: pixels below a share of the map's maximum",
        choices=("ratio", "threshold"),
    )  # fmt: skip
    ratio: float = key(0.5, "share of the pixels that are masked (`ratio`)", low=0.0, high=0.99)
    threshold: float = key(
        0.05, "share of the map's maximum below which pixels are masked (`threshold`)", low=0.0, high=1.0
    )
    weight: float = key(1.0, "weight of the divergence between masked and unmasked predictions", low=0.0, high=100.0)
    sparsity: float = key(0.0, "weight of the mean absolute saliency (L1)", low=0.0, high=100.0)


@dataclass(frozen=True)
class Quant:
    """Quantization of the student to int8."""

    scheme: str = key(
        "qat",
        "`qat`: quantization-aware training; `pact`: the same with learned clipping levels; `ptq`: after training",
        choices=("qat", "pact", "ptq"),
    )
    epochs: int = key(8, "epochs of quantization-aware training", low=0, high=1000)
    learning_rate: float = key(0.0003, "peak learning rate", low=1e-8, high=1.0)
    clip_decay: float = key(0.0001, "weight of the squared clipping levels with `pact`", low=0.0, high=10.0)
    weight_bits: int = key(8, "bits of weights with `pact`", choices=(2, 3, 4, 5, 6, 7, 8))
    activation_bits: int = key(8, "bits of activations with `pact`", choices=(2, 3, 4, 5, 6, 7, 8))
    calibration_images: int = key(
        256, "training images from which the ranges of activations are computed", low=1, high=100_000
    )


@dataclass(frozen=True)
class Recipe:
    """A complete recipe.

    Attributes:
        name: identifier, also of the run folder.
        title: one line for reports and lists.
        seed: seed of training (initial weights, order, augmentation).
    """

    name: str = key("custom", "identifier: letters, digits, `-`, `_`")
    title: str = key("", "one line for reports and lists")
    seed: int = key(1, "seed of training: initial weights, order of images, augmentation", low=0, high=2**31 - 1)
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
