"""What the generated header says about a model beyond the graph: its classes and how its input was normalized."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelCard:
    """Facts about a model that its .tflite file does not hold.

    Attributes:
        class_names: name of each class, in the order of the output's elements; empty where not known.
        normalization: id of the normalization of input pixels (`mcu_toolkit.data.preprocess.NORMALIZATIONS`); empty
            where not known.
    """

    class_names: tuple[str, ...] = ()
    normalization: str = ""


#: Nothing is known beyond the graph.
NO_CARD = ModelCard()
