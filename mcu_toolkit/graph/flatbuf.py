"""A bounds-checked reader of FlatBuffers.

Every offset is checked before it is followed, so that damaged or malicious bytes raise a `ModelError` with the offset
and no other exception. Vectors are views of the file; only scalars are copied.
The layout is that of https://flatbuffers.dev/internals/.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mcu_toolkit.errors import ModelError

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_I32 = struct.Struct("<i")
_I8 = struct.Struct("<b")
_U8 = struct.Struct("<B")
_F32 = struct.Struct("<f")
_U64 = struct.Struct("<Q")

Scalar = npt.NDArray[np.generic]


def damaged(what: str, offset: int) -> ModelError:
    """The error for bytes that are not a FlatBuffer."""
    return ModelError(
        f"the model file is damaged: {what} (byte offset {offset})",
        offset=offset,
        hint="export or download the model again",
    )


class FlatBuffer:
    """The bytes of a FlatBuffer file.

    Args:
        data: the whole file.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def root(self, identifier: bytes) -> Table:
        """The root table.

        Args:
            identifier: the four bytes that the file must carry at offset 4.

        Raises:
            ModelError: too short, another identifier, or the root lies outside.
        """
        if self.size < 8 or self.data[4:8] != identifier:
            raise ModelError(
                "this is not a .tflite model",
                offset=4,
                expected=f"file identifier {identifier.decode()!r} at byte offset 4",
                received=repr(self.data[4:8]) if self.size >= 8 else f"a file of {self.size} bytes",
                hint="pass the .tflite file that the TensorFlow Lite converter or mcutk train wrote",
            )
        return self.table(self.u32(0))

    def unpack(self, code: struct.Struct, offset: int) -> int | float:
        """A scalar at a byte offset.

        Raises:
            ModelError: outside the file.
        """
        if offset < 0 or offset + code.size > self.size:
            raise damaged("a value lies outside the file", offset)
        return code.unpack_from(self.data, offset)[0]  # type: ignore[no-any-return]

    def u32(self, offset: int) -> int:
        """An unsigned 32-bit integer at a byte offset."""
        return int(self.unpack(_U32, offset))

    def table(self, offset: int) -> Table:
        """The table at a byte offset.

        Raises:
            ModelError: it or its vtable lies outside the file.
        """
        vtable = offset - int(self.unpack(_I32, offset))
        if vtable < 0 or vtable + 4 > self.size:
            raise damaged("a table's vtable lies outside the file", offset)
        length, extent = struct.unpack_from("<HH", self.data, vtable)
        if length < 4 or length % 2 or vtable + length > self.size:
            raise damaged("a vtable has an impossible length", vtable)
        if extent < 4 or offset + extent > self.size:
            raise damaged("a table has an impossible length", offset)
        return Table(self, offset, vtable, length, extent)


class Table:
    """A table; fields are read by the id that the schema gives them."""

    __slots__ = ("buffer", "extent", "offset", "vtable", "vtable_length")

    def __init__(self, buffer: FlatBuffer, offset: int, vtable: int, length: int, extent: int) -> None:
        self.buffer = buffer
        self.offset = offset
        self.vtable = vtable
        self.vtable_length = length
        self.extent = extent

    def _field(self, field: int, size: int) -> int:
        """Byte offset of a field, 0 where it is left out."""
        slot = 4 + 2 * field
        if slot + 2 > self.vtable_length:
            return 0
        relative: int = _U16.unpack_from(self.buffer.data, self.vtable + slot)[0]
        if relative == 0:
            return 0
        if relative + size > self.extent:
            raise damaged(f"field {field} lies outside its table", self.offset)
        return self.offset + relative

    def _number(self, field: int, code: struct.Struct, default: int | float) -> int | float:
        place = self._field(field, code.size)
        return code.unpack_from(self.buffer.data, place)[0] if place else default

    def i8(self, field: int, default: int = 0) -> int:
        """A signed byte."""
        return int(self._number(field, _I8, default))

    def u8(self, field: int, default: int = 0) -> int:
        """An unsigned byte."""
        return int(self._number(field, _U8, default))

    def flag(self, field: int, default: bool = False) -> bool:
        """A bool."""
        return bool(self._number(field, _U8, default))

    def i32(self, field: int, default: int = 0) -> int:
        """A signed 32-bit integer."""
        return int(self._number(field, _I32, default))

    def u32(self, field: int, default: int = 0) -> int:
        """An unsigned 32-bit integer."""
        return int(self._number(field, _U32, default))

    def u64(self, field: int, default: int = 0) -> int:
        """An unsigned 64-bit integer."""
        return int(self._number(field, _U64, default))

    def f32(self, field: int, default: float = 0.0) -> float:
        """A float32, widened exactly."""
        return float(self._number(field, _F32, default))

    def follow(self, field: int) -> int:
        """Byte offset that an offset field points to, 0 where it is left out."""
        place = self._field(field, 4)
        if not place:
            return 0
        target = place + int(_U32.unpack_from(self.buffer.data, place)[0])
        if target + 4 > self.buffer.size:
            raise damaged(f"field {field} points outside the file", place)
        return target

    def table(self, field: int) -> Table | None:
        """A sub-table, None where it is left out."""
        target = self.follow(field)
        return self.buffer.table(target) if target else None

    def vector(self, field: int, dtype: str) -> Scalar | None:
        """A vector of scalars as a read-only view of the file, None where it is left out.

        Args:
            field: id of the field.
            dtype: little-endian NumPy dtype string of the elements.
        """
        start = self.follow(field)
        if not start:
            return None
        count = self.buffer.u32(start)
        kind = np.dtype(dtype)
        if start + 4 + count * kind.itemsize > self.buffer.size:
            raise damaged(f"the vector of field {field} runs past the end of the file", start)
        return np.frombuffer(self.buffer.data, dtype=kind, count=count, offset=start + 4)

    def ints(self, field: int, limit: int) -> tuple[int, ...]:
        """A short vector of int32, empty where it is left out.

        Raises:
            ModelError: more than `limit` elements.
        """
        start = self.follow(field)
        if not start:
            return ()
        count = self.buffer.u32(start)
        if count > limit:
            raise damaged(f"the vector of field {field} has {count} elements, more than {limit}", start)
        if start + 4 + 4 * count > self.buffer.size:
            raise damaged(f"the vector of field {field} runs past the end of the file", start)
        return struct.unpack_from(f"<{count}i", self.buffer.data, start + 4)

    def text(self, field: int, limit: int) -> str:
        """A string cut to `limit` bytes; bytes that are not UTF-8 are replaced. Empty if left out."""
        start = self.follow(field)
        if not start:
            return ""
        count = self.buffer.u32(start)
        if start + 4 + count > self.buffer.size:
            raise damaged(f"the text of field {field} runs past the end of the file", start)
        return self.buffer.data[start + 4 : start + 4 + min(count, limit)].decode("utf-8", "replace")

    def count(self, field: int) -> int:
        """Number of elements of a vector of tables, 0 where it is left out.

        Raises:
            ModelError: the vector does not fit the file.
        """
        start = self.follow(field)
        if not start:
            return 0
        count = self.buffer.u32(start)
        if start + 4 + 4 * count > self.buffer.size:
            raise damaged(f"the table vector of field {field} runs past the end of the file", start)
        return count

    def tables(self, field: int, limit: int) -> Iterator[Table]:
        """The elements of a vector of tables.

        Raises:
            ModelError: more than `limit`, or one lies outside the file.
        """
        count = self.count(field)
        if count > limit:
            raise damaged(f"the vector of field {field} has {count} tables, more than {limit}", self.offset)
        start = self.follow(field) + 4
        for place in range(start, start + 4 * count, 4):
            yield self.buffer.table(place + self.buffer.u32(place))
