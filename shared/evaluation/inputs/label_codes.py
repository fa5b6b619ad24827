"""Samples as small integers, in memory and in storage."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.inputs.errors import CorruptCodes
from shared.evaluation.types import Label

Codes = NDArray[np.unsignedinteger[Any]]

_TWO_BYTES = 16
_BITS = (1, 2, 4, 8, _TWO_BYTES)

# Packing and compressing so few codes would take longer than every other step.
_PLAIN_BYTES = 256
_PLAIN = 0x80
_PLAIN_CODES = bytes([8 | _PLAIN])


@dataclass(frozen=True, slots=True, eq=False)
class LabelCodes:
    """Two vectors as codes: `classes[code]` is the label of a sample.

    `actual` and `predicted` have shape (n,) and the smallest unsigned dtype that holds the codes of all classes.
    """

    classes: tuple[Label, ...]
    actual: Codes
    predicted: Codes


def encode(codes: Codes) -> bytes:
    """Pack codes below 2**16 for storage: one byte with the bits per code, then those bits as a zlib stream.

    Where that byte has its highest bit set, the bits follow as they are.
    """
    if codes.nbytes <= _PLAIN_BYTES and codes.dtype == np.uint8:
        return _PLAIN_CODES + codes.tobytes()
    largest = int(codes.max(initial=0))
    bits = next(bits for bits in _BITS if largest < 1 << bits)
    # Packed bits hold no repeated text to search for: run lengths and Huffman codes alone are smaller and faster here.
    packer = zlib.compressobj(level=1, strategy=zlib.Z_RLE)
    return bytes([bits]) + packer.compress(_pack(codes, bits).tobytes()) + packer.flush()


def decode(data: bytes, sample_count: int) -> Codes:
    """Unpack what `encode` made of `sample_count` codes, as uint8 or, if a code needs it, uint16.

    Raises `CorruptCodes` for anything else; never unpacks more than `sample_count` codes need.
    """
    bits = data[0] & ~_PLAIN if data else 0
    if bits not in _BITS:
        raise CorruptCodes
    size = -(-sample_count * bits // 8)
    packed = data[1:] if data[0] & _PLAIN else _inflate(data[1:], size)
    if len(packed) != size:
        raise CorruptCodes
    return _unpack(np.frombuffer(packed, np.uint8), bits)[:sample_count]


def _inflate(stream: bytes, size: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        packed = unpacker.decompress(stream, size + 1)
    except zlib.error as error:
        raise CorruptCodes from error
    if not unpacker.eof or unpacker.unused_data:
        raise CorruptCodes
    return packed


def _pack(codes: Codes, bits: int) -> NDArray[np.uint8]:
    if bits == _TWO_BYTES:  # high bytes first: they vary little, so they compress best among themselves
        return np.concatenate([codes >> 8, codes & 0xFF]).astype(np.uint8)
    small = codes.astype(np.uint8, copy=False)
    per_byte = 8 // bits
    packed = np.zeros(-(-len(codes) // per_byte), np.uint8)
    for position in range(per_byte):
        codes_at = small[position::per_byte]
        packed[: len(codes_at)] |= codes_at << (position * bits)
    return packed


def _unpack(packed: NDArray[np.uint8], bits: int) -> Codes:
    if bits == _TWO_BYTES:
        high, low = packed.reshape(2, -1)
        return high * np.uint16(256) + low
    per_byte = 8 // bits
    codes = np.empty(len(packed) * per_byte, np.uint8)
    for position in range(per_byte):
        codes[position::per_byte] = packed >> (position * bits) & (1 << bits) - 1
    return codes
