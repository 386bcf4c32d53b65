"""Runs TensorFlow Lite Micro in a process of its own, which `host.tflm` starts as a script and may kill.

A model file can make the interpreter crash, or compute for hours. The process reads requests from its standard input
and writes one reply for each to its standard output: eight bytes of length (little endian), then that many bytes.

A request starts with one letter. ``L``, a line of text (bytes of the arena, number of outputs, then type and shape of
each input as ``|i1:1,96,96,1``, with blanks between them) and a .tflite file: make an interpreter. ``R``: reset its
variables. ``I`` and the bytes of all inputs in order: run it. A reply is ``+`` and the bytes of all outputs in order,
or ``-`` and the message of an error. This script imports nothing of the toolkit, so that it starts quickly.
"""

from __future__ import annotations

import math
import os
import resource
import sys
from typing import Any, BinaryIO

import numpy as np

#: Address space, NumPy and the interpreter included.
_MEMORY = 3 << 30


class _Session:
    def __init__(self, runtime: Any) -> None:
        self.runtime = runtime
        self.interpreter: Any = None
        self.inputs: list[tuple[str, list[int]]] = []
        self.outputs = 0

    def answer(self, request: bytes) -> bytes:
        """The reply to one request.

        Raises:
            RuntimeError, ValueError: the interpreter refuses the model or fails on it.
        """
        kind, body = request[:1], request[1:]
        if kind == b"L":
            line, _, model = body.partition(b"\n")
            arena, outputs, *inputs = line.decode().split(" ")
            self.outputs, self.inputs = int(outputs), [_typed(text) for text in inputs]
            self.interpreter = self.runtime.Interpreter.from_bytes(model, arena_size=int(arena))
            return b""
        if kind == b"R":
            self.interpreter.reset()
            return b""
        at = 0
        for position, (dtype, shape) in enumerate(self.inputs):
            array = np.frombuffer(body, dtype, math.prod(shape), at).reshape(shape)
            self.interpreter.set_input(array, position)
            at += array.nbytes
        self.interpreter.invoke()
        results = (self.interpreter.get_output(position) for position in range(self.outputs))
        return b"".join(np.ascontiguousarray(output).tobytes() for output in results)


def _typed(text: str) -> tuple[str, list[int]]:
    """(type, shape) of an input, for example of ``|i1:1,96,96,1``."""
    dtype, _, shape = text.partition(":")
    return dtype, [int(dim) for dim in shape.split(",") if dim]


def _serve(source: BinaryIO, sink: BinaryIO, session: _Session) -> None:
    while len(head := source.read(8)) == 8:
        request = source.read(int.from_bytes(head, "little"))
        try:
            reply = b"+" + session.answer(request)
        except (RuntimeError, ValueError, TypeError, MemoryError) as bad:
            reply = b"-" + str(bad).encode()
        sink.write(len(reply).to_bytes(8, "little") + reply)
        sink.flush()


def main() -> None:
    """Answer requests until the standard input ends."""
    sys.path.pop(0)  # the folder of this script, whose modules are not packages of the same name
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the interpreter prints is no reply
    from tflite_micro.python.tflite_micro import runtime

    _serve(sys.stdin.buffer, replies, _Session(runtime))


if __name__ == "__main__":
    main()
