"""Codes survive storage."""

import tracemalloc
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from shared.evaluation.inputs.errors import CorruptCodes
from shared.evaluation.inputs.label_codes import decode, encode

# Short vectors are stored as they are, longer ones packed and compressed.
SIZES = st.integers(0, 50) | st.integers(257, 400)

vectors = st.sampled_from([2, 3, 4, 5, 16, 17, 256, 257, 2**16]).flatmap(
    lambda k: arrays.arrays(np.min_scalar_type(k - 1), SIZES, elements=st.integers(0, k - 1))
)


@given(vectors)
def test_decoding_gives_back_what_was_encoded(codes: np.ndarray[Any, Any]) -> None:
    decoded = decode(encode(codes), len(codes))
    assert decoded.tolist() == codes.tolist()
    assert decoded.dtype == (np.uint8 if codes.max(initial=0) < 256 else np.uint16)


@pytest.mark.parametrize(
    ("k", "bits", "size"),
    [(2, 1, 125_100), (4, 2, 250_100), (10, 4, 421_000), (16, 4, 500_200), (100, 8, 841_000), (500, 16, 1_190_000)],
)
def test_a_million_random_codes_take_little_more_than_their_entropy(k: int, bits: int, size: int) -> None:
    codes = np.random.default_rng(0).integers(0, k, 1_000_000).astype(np.min_scalar_type(k - 1))
    data = encode(codes)
    assert data[0] == bits
    assert 1_000_000 * np.log2(k) / 8 <= len(data) < size
    assert (decode(data, len(codes)) == codes).all()


@given(vectors.filter(len), st.data())
def test_other_bytes_are_refused_or_have_the_right_shape(codes: np.ndarray[Any, Any], data: st.DataObject) -> None:
    stored = bytearray(encode(codes))
    place = data.draw(st.integers(0, len(stored) - 1))
    stored[place] ^= data.draw(st.integers(1, 255))
    try:
        decoded = decode(bytes(stored), len(codes))
    except CorruptCodes:
        return
    assert decoded.shape == codes.shape


TEN = encode(np.arange(10, dtype=np.uint8))


@pytest.mark.parametrize(
    ("data", "sample_count"),
    [
        (b"", 10),
        (b"\x08", 10),
        (bytes([7]) + zlib.compress(bytes(9)), 10),
        (TEN[:-1], 10),
        (TEN + b"\0", 10),
        (TEN, 8),
        (TEN, 12),
        (TEN, 0),
    ],
)
def test_bytes_that_are_not_these_codes_are_refused(data: bytes, sample_count: int) -> None:
    with pytest.raises(CorruptCodes):
        decode(data, sample_count)


def test_bytes_that_would_unpack_to_far_too_much_are_refused_early() -> None:
    bomb = bytes([8]) + zlib.compress(bytes(2**24))
    tracemalloc.start()
    try:
        with pytest.raises(CorruptCodes):
            decode(bomb, 10)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**20
