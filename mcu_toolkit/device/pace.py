"""How much to send at once, from the rate of errors on the line.

A frame of n bytes arrives with the probability (1 - r)^n where r is the rate of errors per byte, and costs a constant
number of bytes more than its data. The most data per byte on the wire is near n = sqrt(overhead / r); longer bursts
lose what follows a second lost frame. A line without errors gets the largest frames.
"""

from __future__ import annotations

import math

_OVERHEAD = 20  # bytes on the wire of an INPUT beside its data
_SMALLEST = 16  # bytes of data in a frame at least
_MEMORY = 32768  # bytes after which a frame counts half in the estimate
_PRIOR = 2.0  # frames without an error that the estimate begins with
_LOSSES = 0.7  # errors that a burst may be expected to meet: what follows a second one is sent for nothing
_BURST = 16384  # bytes of data before an answer: progress is seen at least this often
_CLEAN = 2e-5  # rate of errors per byte up to which the next input is sent ahead


class Pace:
    """Sizes of frames and bursts.

    Args:
        limit: largest data in bytes that an INPUT of this board may have.
        paced: whether each frame must be acknowledged before the next.
    """

    def __init__(self, limit: int, *, paced: bool) -> None:
        self._limit = limit
        self._paced = paced
        self._frames = 0.0
        self._bytes = 0.0
        self._errors = 0.0

    def note(self, count: int, frames: int, errors: int) -> None:
        """Traffic in both directions since the last note: bytes, frames, and how many of the frames were lost."""
        keep = 0.5 ** (count / _MEMORY)
        self._bytes = self._bytes * keep + count
        self._frames = self._frames * keep + frames
        self._errors = self._errors * keep + errors

    @property
    def rate(self) -> float:
        """Estimated errors per byte."""
        if self._errors < 1e-3:
            return 0.0
        lost = min(self._errors / (self._frames + _PRIOR), 0.95)
        return -math.log(1.0 - lost) * max(self._frames, 1.0) / max(self._bytes, 1.0)

    @property
    def piece(self) -> int:
        """Bytes of data in one INPUT or RESULT."""
        rate = self.rate
        if not rate:
            return self._limit
        return min(max(int(math.sqrt(_OVERHEAD / rate)), _SMALLEST), self._limit)

    @property
    def burst(self) -> int:
        """Bytes of data before an answer is waited for: a number of whole pieces."""
        rate, piece = self.rate, self.piece
        if self._paced:
            return piece
        size = min(_BURST, _LOSSES / rate) if rate else _BURST
        return piece * max(round(size / piece), 1)

    @property
    def clean(self) -> bool:
        """Whether the next input may be sent ahead: an error would cost both."""
        return not self._paced and self.rate <= _CLEAN
