"""Folding, simulated quantization and PACT: the simulation equals the exported model."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from mcu_toolkit.data.preprocess import UNIT
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.train.backend import backend, seed_everything
from mcu_toolkit.train.export import border, run_int8, to_int8
from mcu_toolkit.train.fake_quant import Bits, clipping_levels, simulate
from mcu_toolkit.train.grids import shared_ranges
from mcu_toolkit.train.nets.base import NetSpec, fold
from mcu_toolkit.train.nets.registry import NETWORKS, build
from mcu_toolkit.train.quantizers import quantize_weights

SPEC = NetSpec(32, 32, 1, 4, size=0.25)
STUDENTS = [name for name, network in NETWORKS.items() if network.role == "student"]


def disturbed(name: str, **changes: Any) -> tuple[Any, Any]:
    """A network with unusual normalization statistics, and its folded form."""
    seed_everything(3)
    spec = dataclasses.replace(SPEC, **changes)
    trained, folded = build(name, spec), build(name, dataclasses.replace(spec, norm=False))
    rng = np.random.default_rng(0)
    for weight in trained.weights:
        if "_bn/" in weight.name:
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    fold(trained, folded)
    return trained, folded


def images(count: int, seed: int = 1) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Smooth random images, uint8 [N, 32, 32, 1]."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (count, 8, 8))
    return np.kron(coarse, np.ones((4, 4)))[..., None].astype(np.uint8)


@pytest.mark.parametrize("name", [*STUDENTS, "densenet"])
def test_folded_network_is_the_same_function(name: str) -> None:
    trained, folded = disturbed(name, depth=32 if name == "densenet" else 1)
    x = images(4).astype(np.float32) / 255
    np.testing.assert_allclose(folded(x).numpy(), trained(x).numpy(), rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("name", STUDENTS)
def test_students_export_to_what_the_compiler_supports(name: str) -> None:
    _, folded = disturbed(name)
    calibration = images(8).astype(np.float32) / 255
    simulated = simulate(folded, UNIT, [calibration])
    assert unsupported(read_model(to_int8(simulated))) == ()


def logits_of(model: Any, content: bytes, pixels: Any) -> tuple[Any, Any, float]:
    """(simulated logits, logits of the int8 export, one step of them)."""
    where = border(content)
    outputs = run_int8(content, (pixels.astype(np.int16) - 128).astype(np.int8))
    real = (outputs.astype(np.float64) - where.output_zero_point) * where.output_scale
    return model(pixels.astype(np.float32) / 255, training=False).numpy(), real, where.output_scale


@pytest.mark.parametrize(("name", "bits"), [*((name, bits) for name in STUDENTS for bits in (8, 2)), ("resnet-8", 4)])
def test_pact_export_matches_the_simulation(name: str, bits: int) -> None:
    """99 % of logits within one step; with few bits, one differently rounded activation changes several logits."""
    _, folded = disturbed(name)
    pixels = images(64)
    model = simulate(folded, UNIT, [pixels.astype(np.float32) / 255], Bits(bits, bits, pact=True))
    content = to_int8(model)
    assert unsupported(read_model(content)) == ()
    simulated, real, step = logits_of(model, content, images(64, seed=2))
    assert np.ptp(real) > 50 * step
    assert (np.abs(simulated - real) <= 1.01 * step).mean() >= 0.99


def test_few_bits_need_no_additional_operator() -> None:
    """int8 saturation clips and requantization rounds, so that the export has the operators and size of 8 bits."""
    _, folded = disturbed("resnet-8")
    x = images(8).astype(np.float32) / 255
    graphs = [read_model(to_int8(simulate(folded, UNIT, [x], Bits(bits, bits, pact=True)))) for bits in (8, 4, 2)]
    assert len({tuple(node.op for node in graph.nodes) for graph in graphs}) == 1


def test_joined_tensors_share_a_range() -> None:
    """The export needs no requantization before a join, and all joined tensors train the shared level."""
    tf = backend().tf
    _, folded = disturbed("densenet-tiny")
    x = images(8).astype(np.float32) / 255
    for pact in (False, True):
        model = simulate(folded, UNIT, [x], Bits(8, 8, pact))
        assert "QUANTIZE" not in {node.op for node in read_model(to_int8(model)).nodes}
    joins = [layer for layer in folded.layers if layer.__class__.__name__ == "Concatenate"]
    rectified_layers = [layer for layer in folded.layers if getattr(layer, "activation", None) is not None]
    levels = clipping_levels(model)
    # At each join a layer of the block shares the level of the block's first tensor; logits are not rectified.
    assert len(levels) == len(rectified_layers) - 1 - len(joins)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x * 1.5, training=True) ** 2)
    assert all(gradient is not None for gradient in tape.gradient(loss, levels))


def test_join_with_the_image_has_a_range_of_its_own() -> None:
    keras = backend().keras
    source = keras.layers.Input((8, 8, 1), name="image")
    conv = keras.layers.Conv2D(2, 3, padding="same", activation="relu", name="conv")(source)
    joined = keras.layers.Concatenate(name="join")([source, conv])
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(joined)
    folded = keras.Model(source, keras.layers.Dense(3, name="logits")(pooled))
    assert shared_ranges(folded, pact=False) == ({}, frozenset({"join"}))
    pixels = np.random.default_rng(0).integers(0, 256, (32, 8, 8, 1)).astype(np.uint8)
    model = simulate(folded, UNIT, [pixels.astype(np.float32) / 255])
    simulated, real, step = logits_of(model, to_int8(model), pixels)
    assert (np.abs(simulated - real) <= 1.01 * step).mean() >= 0.99


@pytest.mark.parametrize("bits", [4, 2])
def test_the_simulation_equals_the_export_in_training_too(bits: int) -> None:
    """Training with few bits sees the values that the device computes; ranges are fixed on the calibration images."""
    _, folded = disturbed("separable")
    x = images(16).astype(np.float32) / 255
    model = simulate(folded, UNIT, [x], Bits(bits, bits, pact=True))
    learning, asked = model(x, training=True).numpy(), model(x, training=False).numpy()
    assert np.abs(learning - asked).max() < 0.02 * np.abs(asked).max()


def test_clipping_levels_receive_gradients_and_move() -> None:
    tf, keras = backend().tf, backend().keras
    _, folded = disturbed("resnet-8")  # its shortcuts give gradients to every layer of an untrained network
    x = images(16).astype(np.float32) / 255
    model = simulate(folded, UNIT, [x], Bits(8, 8, pact=True))
    levels = clipping_levels(model)
    assert len(levels) == 7  # every rectified layer: the stem and two in each of three blocks
    for level in levels:
        level.assign(0.7 * level)  # some activations must be above the level, where its gradient is not zero
    before = [float(level) for level in levels]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x, training=True) ** 2)
    gradients = tape.gradient(loss, levels)
    assert all(g is not None and float(tf.abs(g)) > 0 for g in gradients)
    keras.optimizers.Adam(0.01).apply_gradients(zip(gradients, levels, strict=True))
    assert all(abs(float(level) - old) > 1e-4 for level, old in zip(levels, before, strict=True))


def test_pact_gradient_is_one_above_the_level_and_zero_below() -> None:
    tf = backend().tf
    from mcu_toolkit.train.quantizers import classes

    quantizer = classes()["PactQuantizer"](8)
    alpha = tf.Variable(1.0)
    x = tf.constant([0.2, 0.9, 1.5, 7.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(quantizer(x, True, {"alpha": alpha}))
    to_x, to_alpha = tape.gradient(y, [x, alpha])
    assert to_x.numpy().tolist() == [1, 1, 0, 0]
    assert float(to_alpha) == 2.0


@pytest.mark.parametrize(("bits", "levels"), [(8, 255), (4, 15), (3, 7), (2, 3)])
@pytest.mark.parametrize("kind", ["conv", "depthwise", "dense"])
def test_weights_take_no_more_values_than_their_bits_allow(kind: str, bits: int, levels: int) -> None:
    rng = np.random.default_rng(0)
    shape = {"conv": (3, 3, 40, 4), "depthwise": (20, 20, 4, 1), "dense": (200, 4)}[kind]
    done = quantize_weights(backend().tf.constant(rng.normal(size=shape).astype(np.float32)), kind, bits, False).numpy()
    columns = done.reshape(-1, 4) if kind != "dense" else done.reshape(-1, 1)
    for column in columns.T:
        assert len(np.unique(column)) <= levels
    assert len(np.unique(columns[:, 0])) > levels // 2
