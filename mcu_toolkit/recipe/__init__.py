"""Typed recipes: everything that decides a training run, in one TOML file.

A recipe has one table per section; every key has a default, a range and a meaning (`describe` lists them;
docs/recipes.md is generated from it). Unknown keys, wrong types and values out of range are refused with a
`ConfigError` that names the nearest known key. ``--set section.key=value`` is `override`; `to_toml` writes the
resolved recipe back.
"""

from mcu_toolkit.recipe.load import KeyInfo, describe, find, load, override, parse, shipped, to_document, to_toml
from mcu_toolkit.recipe.schema import (
    SCHEMA,
    Augment,
    Data,
    Distill,
    Input,
    Quant,
    Recipe,
    Saliency,
    Schedule,
    Split,
    Student,
    Teacher,
)

__all__ = [
    "SCHEMA",
    "Augment",
    "Data",
    "Distill",
    "Input",
    "KeyInfo",
    "Quant",
    "Recipe",
    "Saliency",
    "Schedule",
    "Split",
    "Student",
    "Teacher",
    "describe",
    "find",
    "load",
    "override",
    "parse",
    "shipped",
    "to_document",
    "to_toml",
]
