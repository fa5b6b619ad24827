"""The counts of a part as bytes, for the job that adds them up."""

import zlib

import msgspec
import numpy as np

from shared.evaluation.confusion.exact_sums import ExactSums, WeightSums
from shared.runs.ingest.score_ranges import ScoreTally
from shared.runs.ingest.sparse_counts import SparseCounts
from shared.runs.ingest.tally import RowTally, SliceTally
from shared.runs.ingest.text_codes import TextCodes
from shared.runs.reading.json_files.kinds import JsonKinds


class _Texts(msgspec.Struct, array_like=True):
    texts: list[str]
    merged: list[str]
    written: dict[str, str]


class _Counts(msgspec.Struct, array_like=True):
    keys: bytes
    counts: bytes
    # The digits of the sums of weights and of their squares, by place; none of rows without weights.
    weights: dict[int, bytes] = {}
    squares: dict[int, bytes] = {}
    has_weights: bool = False


class _Slice(msgspec.Struct, array_like=True):
    values: _Texts
    counts: _Counts | None


class _Part(msgspec.Struct, array_like=True):
    rows: int
    labels: _Texts
    counts: _Counts
    slices: dict[str, _Slice]
    scores: ScoreTally
    score_types: list[str]
    is_weighted: bool = False
    candidates: bytes = b""
    kinds: JsonKinds = msgspec.field(default_factory=JsonKinds)


def packed(tally: RowTally, score_types: list[str], candidates: bytes, kinds: JsonKinds) -> bytes:
    """What a part has read, as it is stored: counts, types of scores, candidates for the top rows, kinds of values."""
    slices = {
        name: _Slice(_texts(part.values), None if part.counts is None else _counts(part.counts))
        for name, part in tally.slices.items()
    }
    texts, counts = _texts(tally.labels), _counts(tally.counts)
    part = _Part(tally.rows, texts, counts, slices, tally.scores, score_types, tally.is_weighted, candidates, kinds)
    return zlib.compress(msgspec.msgpack.encode(part), level=1)


def unpacked(data: bytes) -> tuple[RowTally, list[str], bytes, JsonKinds]:
    """What `packed` made."""
    part = msgspec.msgpack.decode(zlib.decompress(data), type=_Part)
    slices = {
        name: SliceTally(_codes(one.values), None if one.counts is None else _sparse(one.counts))
        for name, one in part.slices.items()
    }
    tally = RowTally(_codes(part.labels), _sparse(part.counts), slices, part.scores, part.rows, part.is_weighted)
    return tally, part.score_types, part.candidates, part.kinds


def _texts(codes: TextCodes) -> _Texts:
    return _Texts(codes.texts, sorted(codes.merged), codes.written)


def _codes(texts: _Texts) -> TextCodes:
    codes = TextCodes(texts.texts)
    codes.merged, codes.written = {*texts.merged}, texts.written
    return codes


def _counts(counts: SparseCounts) -> _Counts:
    plain = counts.keys.astype(np.int64).tobytes(), counts.counts.astype(np.int64).tobytes()
    if counts.sums is None:
        return _Counts(*plain)
    return _Counts(*plain, _digits(counts.sums.weights), _digits(counts.sums.squares), has_weights=True)


def _sparse(counts: _Counts) -> SparseCounts:
    keys, rows = np.frombuffer(counts.keys, np.int64), np.frombuffer(counts.counts, np.int64)
    if not counts.has_weights:
        return SparseCounts(keys, rows)
    sums = WeightSums(_sums(counts.weights, len(keys)), _sums(counts.squares, len(keys)))
    return SparseCounts(keys, rows, sums)


def _digits(sums: ExactSums) -> dict[int, bytes]:
    return {place: digits.tobytes() for place, digits in sums.digits.items()}


def _sums(digits: dict[int, bytes], size: int) -> ExactSums:
    return ExactSums(size, {place: np.frombuffer(data, np.int64) for place, data in digits.items()})
