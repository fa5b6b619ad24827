"""Types of Arrow that few programs know: what is stored in their place, in a type that all of them know."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.uint8).reshape(256, 2)
# A UUID has hyphens behind so many of its 32 digits (RFC 9562).
_HYPHENS = (8, 12, 16, 20)
_KNOWN = (pa.uuid(), pa.bool8(), pa.json_())
# Where a file names a type that is not installed here.
_EXTENSION = b"ARROW:extension:name"


def usual_type(kind: pa.DataType) -> pa.DataType:
    """Return the type in which a column is read: of an extension type that in which its values are stored."""
    if kind in (pa.uuid(), pa.bool8()):
        return pa.string() if kind == pa.uuid() else pa.bool_()
    if isinstance(kind, pa.BaseExtensionType):
        return usual_type(kind.storage_type)
    if pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind):
        return pa.decimal128(kind.precision, kind.scale)
    return kind


def usual(array: Any) -> Any:
    """Return an array in its `usual_type`; UUIDs are texts as everybody writes them."""
    kind = usual_type(array.type)
    if kind == array.type:
        return array
    if array.type == pa.uuid():
        return _uuid_texts(array.storage)
    if isinstance(array.type, pa.BaseExtensionType) and array.type != pa.bool8():
        return usual(array.storage)
    return array.cast(kind)


def notices_of_types(schema: pa.Schema) -> list[str]:
    """Return what is said of columns of a type that its program alone knows, as `pandas.period`."""
    kinds = [(field, _unknown_type(field)) for field in schema]
    return [
        f"The column “{field.name}” is of the type “{kind[:100]}”; what is stored in its place was read, which is "
        f"{str(usual_type(field.type))[:100]}."
        for field, kind in kinds
        if kind is not None
    ]


def _unknown_type(field: "pa.Field[Any]") -> str | None:
    kind = field.type
    if isinstance(kind, pa.BaseExtensionType):
        return None if kind in _KNOWN else kind.extension_name
    name = (field.metadata or {}).get(_EXTENSION)
    return None if name is None else name.decode("utf-8", "replace")


def _uuid_texts(stored: "pa.FixedSizeBinaryArray") -> Any:
    width = stored.type.byte_width
    data = np.frombuffer(stored.buffers()[1] or b"", np.uint8, len(stored) * width, stored.offset * width)
    digits = _HEX[data.reshape(-1, width)].reshape(-1, 2 * width)
    texts = np.insert(digits, _HYPHENS, ord("-"), axis=1)
    ends = np.arange(len(stored) + 1, dtype=np.int64) * texts.shape[1]
    whole = pa.LargeStringArray.from_buffers(len(stored), pa.py_buffer(ends), pa.py_buffer(texts.tobytes()))
    return pc.if_else(stored.is_valid(), whole, None).cast(pa.string())
